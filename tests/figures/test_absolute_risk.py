"""Absolute risks in words and figures: verdicts claim what the intervals allow, figures draw the tables."""

import numpy as np
import pandas as pd
import pytest

from made.texts import texts_of
from radioloom.figures import absolute_risk, calibration, decision, hazards, precision_recall, roc, words

NAN = float("nan")


def values(**metrics):
    return pd.DataFrame.from_dict(metrics, orient="index", columns=["estimate", "low", "high"])


@pytest.mark.parametrize(
    ("ratio", "words"),
    [
        ((1.5, 1.1, 2.0), "the risks are too low: more cases had the event than they say; observed / expected 1.50"),
        ((0.5, 0.3, 0.8), "the risks are too high: fewer cases"),
        ((1.2, 0.9, 1.6), "are not shown to be too high or too low"),
        ((1.2, NAN, NAN), "Observed / expected 1.20, without an interval: nothing is concluded from it."),
    ],
)
def test_calibration_on_average(ratio, words):
    said = absolute_risk.statement(values(observed_expected=ratio), 0.2)
    assert words in said
    assert said.startswith(f"20 % of the cases were expected to have the event, {20 * ratio[0]:.0f} % had it. ")


@pytest.mark.parametrize(
    ("metric", "numbers", "words"),
    [
        ("calibration_slope", (0.5, 0.2, 0.8), "too far apart: high ones are too high, low ones too low"),
        ("calibration_slope", (0.1, -0.2, 0.4), "a sign of overfitting; calibration slope 0.10"),
        ("calibration_slope", (-0.8, -1.2, -0.4), "The order is reversed: those who were promised a high risk fared"),
        ("calibration_slope", (1.5, 1.2, 1.8), "too much alike: high ones should be higher"),
        ("calibration_slope", (0.8, 0.4, 1.2), "not shown to be too far apart or too much alike"),
        ("scaled_brier", (0.2, 0.1, 0.3), "The risks are closer to what came than the event rate of this cohort"),
        ("scaled_brier", (-0.2, -0.3, -0.1), "The risks are farther from what came"),
        ("scaled_brier", (0.1, -0.1, 0.3), "The risks are not shown to be closer"),
    ],
)
def test_spread_and_score(metric, numbers, words):
    assert words in absolute_risk.statement(values(**{metric: numbers}), NAN)


def test_what_is_not_known_is_not_told():
    assert absolute_risk.statement(values(observed_expected=(NAN, NAN, NAN)), 0.3) == absolute_risk.UNKNOWN


def test_where_something_is_computed_it_is_not_said_that_the_model_gives_none():
    said = absolute_risk.statement(values(observed_expected=(NAN, NAN, NAN), brier=(0.1, NAN, NAN)), 0.3)
    assert "gives none" not in said
    assert "What can be computed stands in the tables." in said


def test_verdicts_by_single_intervals_are_counted_and_called_so():
    told = values(observed_expected=(1.5, 1.1, 2.0), calibration_slope=(0.5, NAN, NAN), brier=(0.1, 0.05, 0.2))
    assert absolute_risk.judged(told) == 1
    assert words.single_intervals(0, "verdict") == ""
    assert words.single_intervals(1, "verdict") == (
        "The verdict here is of 95 % by itself, and is not counted among the comparisons."
    )
    assert words.single_intervals(6, "verdict").startswith("Each of the 6 verdicts here is of 95 % by itself: none is")


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ("tails", "0.70, without an interval; few cases, whose risks lie far from the others', carry it: nobody"),
        ("events", "0.70, without an interval; with fewer than 10 patients of the rarer outcome"),
        ("training", "0.70, without an interval: nothing is concluded from it."),
    ],
)
def test_why_a_slope_has_no_interval_is_said(why, words):
    told = values(calibration_slope=(0.7, NAN, NAN)).assign(withheld=why)
    assert f"Calibration slope {words}" in absolute_risk.statement(told, NAN)


def test_events_beside_a_horizon_are_those_by_then():
    row = {"evaluation": "validation", "cohort": "v", "model": "signature", "label": "signature", "n": 70}
    row |= {"horizon_days": 365.0, "estimate": 0.9, "low": 0.8, "high": 1.1}
    by_then = row | {"metric": "observed_expected", "n_events": 40}
    of_all = row | {"metric": "calibration_slope", "n_events": 59}  # of no horizon
    table = absolute_risk.calibrated(pd.DataFrame([by_then, of_all]))
    assert table.columns[2:4] == ("cases", "events by then")
    assert table.rows[0][2:4] == ("70", "40")


def test_one_day_is_one_day():
    assert absolute_risk.place("validation", "v", 1.0) == "v, within 1 day"
    assert absolute_risk.place("validation", "v", 365.0) == "v, within 365 days"


def of_models(**columns):
    models = {"kind": ["signature"] * 3 + ["baseline"] * 3, "model": ["signature"] * 3 + ["volume"] * 3}
    frame = pd.DataFrame(models | columns)
    return frame.assign(label=frame["model"], point=[1, 2, 3] * 2)


def lines_of(figure):
    """What each line of the first axes draws, by its label."""
    return {line.get_label(): line.get_xydata() for line in figure.axes[0].get_lines()}


OPERATING = of_models(
    sensitivity=[0.5, 0.5, 1.0, 0.5, 1.0, 1.0],
    specificity=[1.0, 0.5, 0.0, 0.5, 0.5, 0.0],
    precision=[1.0, 0.5, 0.5, 0.5, 2 / 3, 0.5],
)


def test_the_area_under_the_roc_curve_is_the_auc():
    drawn = lines_of(roc.roc(OPERATING, "a cohort", ["volume"], (0.5, 0.75)))
    area = {name: np.trapezoid(drawn[name][:, 1], drawn[name][:, 0]) for name in ("signature", "volume")}
    assert area == pytest.approx({"signature": 0.625, "volume": 0.625})
    assert drawn["signature, frozen threshold"].tolist() == [[0.25, 0.5]]
    assert "a cohort" in texts_of(roc.roc(OPERATING, "a cohort", ["volume"]))


def test_the_area_under_precision_and_recall_is_the_average_precision():
    figure = precision_recall.precision_recall(OPERATING, "a cohort", ["volume"], 0.5)
    drawn = lines_of(figure)
    assert figure.axes[0].get_lines()[-1].get_drawstyle() == "steps-pre"  # the precision at the end of each step
    recall, precision = drawn["volume"].T
    assert np.sum(np.diff(recall) * precision[1:]) == pytest.approx(0.5 * 0.5 + 0.5 * 2 / 3)
    assert drawn["prevalence, 50 %"][:, 1].tolist() == [0.5, 0.5]


DECISIONS = of_models(
    threshold=[0.1, 0.2, 0.3] * 2,
    net_benefit=[0.3, 0.2, 0.1, 0.3, 0.1, NAN],
    treat_all=[0.3, 0.1, -0.2] * 2,
    low=[NAN] * 6,
    high=[NAN] * 6,
)


def test_decision_curves_hold_every_model_and_both_defaults():
    figure = decision.decision_curve(DECISIONS, "a cohort", ["volume"])
    assert {"treat nobody", "treat all", "signature", "volume"} <= set(lines_of(figure))
    assert {"treat nobody", "treat all", "signature", "volume", "a cohort"} <= set(texts_of(figure))
    assert figure.axes[0].get_ylim()[0] > -0.2  # treating all falls without end


def test_the_band_is_of_the_signature_alone_and_lies_within_the_axes():
    banded = DECISIONS.assign(low=[0.1, 0.0, -0.05, 0.2, 0.0, NAN], high=[0.5, 0.4, 0.3, 0.9, 0.3, NAN])
    figure = decision.decision_curve(banded, "a cohort", ["volume"])
    (axes,), (band,) = figure.axes, figure.axes[0].collections
    assert band.get_paths()[0].vertices[:, 1].max() == 0.5 < axes.get_ylim()[1] < 0.6
    assert "95 % band of the signature, point by point" in texts_of(figure)
    assert "nothing is concluded" in decision.highest(banded)
    assert "no interval" not in decision.highest(banded)
    assert not decision.decision_curve(DECISIONS, "a cohort", ["volume"]).axes[0].collections
    of_volume = banded.assign(low=banded["low"].where(banded["kind"] == "baseline"))
    assert not decision.decision_curve(of_volume, "a cohort", ["volume"]).axes[0].collections
    assert decision.UNSURE in decision.highest(of_volume)


@pytest.mark.parametrize(
    ("benefit", "words"),
    [
        (
            [0.4, 0.2, 0.1, 0.3, 0.1, NAN],
            f"Highest curve: signature (at 10 %, 20 % and 30 %). {decision.UNSURE}",
        ),
        ([0.3, 0.1, -0.1, 0.2, 0.2, -0.1], "signature (at 10 %); treat all (at 10 %); volume (at 20 %); treat nobody"),
        ([0.3 - 1e-16, 0.2, 0.1, 0.3 + 1e-16, 0.2, NAN], "and 30 %); volume (at 10 % and 20 %); treat all (at 10 %)."),
        ([NAN] * 6, "The net benefit cannot be said."),
    ],
)
def test_the_highest_decision_curve_is_named_and_nothing_is_claimed(benefit, words):
    said = decision.highest(DECISIONS.assign(net_benefit=benefit))
    assert words in said
    assert "larger" not in said


@pytest.mark.parametrize(("largest", "end"), [(0.12, 0.3), (0.45, 0.5), (0.97, 1.0)])
def test_calibration_plots_end_where_their_numbers_do(largest, end):
    curve = pd.DataFrame({"point": [1, 2], "predicted": [0.05, 0.1], "observed": [0.1, 0.2]})
    curve = curve.assign(low=[0.0, 0.1], high=[0.2, 0.3])
    figure = calibration.calibration_plot(curve, np.array([0.02, largest]), "a cohort")
    assert figure.axes[0].get_xlim() == figure.axes[0].get_ylim() == pytest.approx((0, end))
    assert "95 % band, point by point" in texts_of(figure)
    unknown = calibration.calibration_plot(curve.assign(low=NAN, high=NAN), np.array([0.02, largest]), "a cohort")
    assert "95 % band, point by point" not in texts_of(unknown)


def hazards_of(**p):
    rows = [{"evaluation": "validation", "cohort": cohort, "estimate": each} for cohort, each in p.items()]
    return pd.DataFrame(rows).assign(kind="signature", metric="proportional_hazards_p")


def test_proportional_hazards_in_words():
    assert "is not shown; few events show large changes only" in hazards.statement(hazards_of(a=0.3, b=0.06))
    adjusted = hazards.statement(hazards_of(a=0.03, b=0.4))
    assert "a p 0.030, b p 0.40 (after Holm, of 2 tests: a p 0.060, b p 0.40)." in adjusted
    assert "In a the hazard ratio" not in adjusted
    said = hazards.statement(hazards_of(a=0.011, b=0.4))
    assert "In a the hazard ratio of the risk changes with time" in said
    assert hazards.statement(hazards_of(a=NAN)) == ""
