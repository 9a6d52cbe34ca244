"""Absolute risk against R (golden values of golden/make/absolute_risk.R), scikit-learn, twins and what must be."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from radioloom.prediction.baseline_hazard import efron
from radioloom.prediction.metrics import METRICS, metrics_of
from radioloom.prediction.metrics.brier import brier, brier_null, integrated_brier, integrated_null, scaled_brier
from radioloom.prediction.metrics.calibration import calibration_slope, in_the_large, observed_expected
from radioloom.prediction.metrics.calibration_curve import calibration_curve, smooth
from radioloom.prediction.metrics.censoring import censoring, status
from radioloom.prediction.metrics.decision_curve import decision_curve
from radioloom.prediction.metrics.kaplan_meier import pseudo_observations, survival_at
from radioloom.prediction.metrics.operating import (
    average_precision,
    negative_value,
    operating_points,
    positive_value,
    prevalence,
    sensitivity,
    specificity,
)
from radioloom.prediction.metrics.proportional_hazards import proportional_hazards, zph
from radioloom.prediction.metrics.record import Judged
from radioloom.prediction.metrics.time_dependent_auc import auc_at
from radioloom.prediction.metrics.uno import uno_c
from radioloom.prediction.models.cox import fit_cox
from radioloom.prediction.models.logistic import fit_logistic
from radioloom.prediction.models.robust import of_patients
from radioloom.prediction.outcome import outcome
from radioloom.tables.columns import LONG_TAILS

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
PATIENTS = pd.read_csv(GOLDEN / "absolute_risk_patients.csv")
FOUND = pd.read_csv(GOLDEN / "absolute_risk.csv").set_index(["set", "what", "key"])["value"].sort_index()
HORIZONS = (100, 300, 600)
EXACT = {"rel": 1e-9, "abs": 1e-11}  # R's fit of the model stops at 1e-9 or so; what does not rest on it is closer
SETS = pytest.mark.parametrize("which", [1, 2], ids=["no ties", "ties"])


@cache
def learnt(which: int, kind: str = "survival"):
    """Outcomes of test, its linear predictor, and the hazard of the model of training."""
    rows = PATIENTS[PATIENTS["set"] == which]
    train, test = (rows[rows["part"] == part] for part in ("train", "test"))
    column = "event" if kind == "survival" else "y"
    of_train, of_test = (outcome(kind, p[column].to_numpy() == 1, p["time"].to_numpy(float)) for p in (train, test))
    mean, sd = train[["x", "z"]].mean().to_numpy(), train[["x", "z"]].std(ddof=0).to_numpy()
    x, new = ((part[["x", "z"]].to_numpy() - mean) / sd for part in (train, test))
    fitted = (fit_cox if kind == "survival" else fit_logistic)(x, of_train)
    linear = fitted.intercept + x @ fitted.coefficients
    return of_test, fitted.intercept + new @ fitted.coefficients, efron(linear, of_train), of_train, train


def judged(which: int, horizon: float, n_resamples: int = 0, **more) -> Judged:
    outcomes, risk, hazard, *_ = learnt(which)
    weights = np.random.default_rng(1).multinomial(len(risk), np.full(len(risk), 1 / len(risk)), n_resamples)
    absolute = {"absolute": lambda times: hazard.risk(risk, times), "steps": np.array(hazard.time_days)}
    return Judged(risk[None], outcomes, weights.astype(float), horizon_days=horizon, **(absolute | more))


def binary(which: int, n_resamples: int = 0) -> Judged:
    outcomes, risk, *_ = learnt(which, "binary")
    weights = np.random.default_rng(1).multinomial(len(risk), np.full(len(risk), 1 / len(risk)), n_resamples)
    chance = 1 / (1 + np.exp(-risk))
    return Judged(
        risk[None],
        outcomes,
        weights.astype(float),
        cut_point=float(np.median(risk)),
        absolute=lambda times: np.repeat(chance[:, None], len(times), axis=1),
    )


@SETS
@pytest.mark.parametrize("horizon", HORIZONS)
def test_baseline_hazard_and_risks_equal_r(which, horizon):
    hazard = learnt(which)[2]
    cumulative = -np.log1p(-hazard.risk(np.array([hazard.centre]), np.array([horizon])))[0, 0]
    assert cumulative == pytest.approx(FOUND[which, "baseline cumulative hazard", horizon], **EXACT)
    assert judged(which, horizon).probability[:5] == pytest.approx(FOUND[which, f"risk {horizon}"].to_numpy(), **EXACT)


def test_beyond_the_follow_up_of_training_nothing_is_said():
    hazard = learnt(1)[2]
    times = np.array([0.0, hazard.last_days, np.nextafter(hazard.last_days, np.inf)])
    assert hazard.risk(np.zeros(1), times)[0, 0] == 0
    assert np.isnan(hazard.risk(np.zeros(1), times)).tolist() == [[False, False, True]]


@SETS
@pytest.mark.parametrize("horizon", HORIZONS)
def test_scores_equal_riskregression(which, horizon):
    found = judged(which, horizon)
    for metric, what in ((brier, "brier"), (brier_null, "brier null"), (scaled_brier, "ipa"), (auc_at, "auc")):
        assert metric(found).value == pytest.approx(FOUND[which, what, horizon], **EXACT), what


@SETS
def test_the_integrated_score_equals_the_sum_of_riskregression_s_over_every_step(which):
    found = judged(which, 600)
    assert integrated_brier(found).value == pytest.approx(FOUND[which, "integrated brier", 600], **EXACT)
    assert integrated_null(found).value == pytest.approx(FOUND[which, "integrated brier null", 600], **EXACT)


@SETS
@pytest.mark.parametrize("horizon", HORIZONS)
def test_kaplan_meier_and_pseudo_observations_equal_r(which, horizon):
    outcomes = learnt(which)[0]
    (survival,) = survival_at(outcomes.time_days, outcomes.event, horizon)
    assert survival == pytest.approx(FOUND[which, "km", horizon], rel=1e-12)
    pseudo = pseudo_observations(outcomes.time_days, outcomes.event, horizon)
    assert pseudo[:5] == pytest.approx(FOUND[which, f"pseudo {horizon}"].to_numpy(), rel=1e-10, abs=1e-12)


@SETS
@pytest.mark.parametrize("horizon", HORIZONS)
def test_the_curve_equals_loess(which, horizon):
    found = judged(which, horizon)
    pseudo = pseudo_observations(found.outcomes.time_days, found.outcomes.event, horizon)
    at = [0.2, 0.5, 0.8]
    grid = np.quantile(found.probability, at)
    expected = [FOUND[which, f"curve at {horizon}", each] for each in at]
    assert smooth(found.probability, pseudo, grid, np.ones((1, len(pseudo))))[0] == pytest.approx(expected, rel=1e-8)


@SETS
def test_observed_over_expected_and_its_error_equal_the_jackknife(which):
    found = judged(which, 300)
    estimate = observed_expected(found)
    assert estimate.value == pytest.approx((1 - FOUND[which, "km", 300]) / found.probability.mean(), rel=1e-10)
    without = []
    for k in range(len(found.outcomes)):
        rest = np.delete(np.arange(len(found.outcomes)), k)
        left = found.outcomes.take(rest)
        rate = 1 - survival_at(left.time_days, left.event, 300)[0]
        without.append(np.log(rate / found.probability[rest].mean()))
    error = np.sqrt((len(without) - 1) * np.var(without))
    assert np.log(estimate.interval[1] / estimate.value) / of_patients(found.outcomes) == pytest.approx(error, rel=0.02)


@SETS
def test_of_one_probability_the_error_of_observed_over_expected_is_that_of_the_rate(which):
    """Debray et al. 2017 hold the mean probability fixed: binomial, or Greenwood's where times are censored."""
    same = replace(binary(which), absolute=lambda times: np.full((len(same.outcomes), len(times)), 0.3))
    estimate, n = observed_expected(same), len(same.outcomes)
    rate, wider = same.outcomes.n_events / n, of_patients(same.outcomes)
    assert np.log(estimate.interval[1] / estimate.value) / wider == pytest.approx(
        np.sqrt((1 - rate) / rate / n), rel=1e-10
    )
    alike = replace(judged(which, 300), absolute=lambda times: np.full((len(alike.outcomes), len(times)), 0.3))
    estimate = observed_expected(alike)
    error = FOUND[which, "km se", 300] / (1 - FOUND[which, "km", 300])
    assert np.log(estimate.interval[1] / estimate.value) / wider == pytest.approx(error, rel=0.02)


@SETS
def test_the_test_of_proportional_hazards_equals_cox_zph(which):
    outcomes, risk, _, of_train, train = learnt(which)
    expected = (FOUND[which, "zph chisq", 0], FOUND[which, "zph p", 0])
    assert zph(risk, outcomes) == pytest.approx(expected, rel=1e-6)  # of cox.zph the fit stops at 1e-9
    assert zph(train["x"].to_numpy(), of_train)[0] == pytest.approx(FOUND[which, "zph x chisq", 0], rel=1e-6)
    assert proportional_hazards(judged(which, 300)).value == zph(risk, outcomes)[1]


@SETS
@pytest.mark.parametrize("tau", [400, 700])
def test_uno_with_tau_equals_r(which, tau):
    assert uno_c(judged(which, 300, tau=tau)).value == pytest.approx(FOUND[which, "uno", tau], **EXACT)


@SETS
def test_binary_calibration_and_score_equal_rms_and_glm(which):
    found = binary(which)
    large = in_the_large(found)
    assert large.value == pytest.approx(FOUND[which, "in the large", 0], **EXACT)
    spread = (large.interval[1] - large.interval[0]) / 2 / of_patients(found.outcomes)
    chance = expit(found.risks[0] + large.value)
    no_smaller = max(FOUND[which, "in the large se", 0], 1 / np.sqrt((chance * (1 - chance)).sum()))
    assert spread == pytest.approx(no_smaller, rel=1e-8)
    assert brier(found).value == pytest.approx(FOUND[which, "binary brier", 0], **EXACT)
    assert calibration_slope(found).value == pytest.approx(FOUND[which, "binary slope", 0], rel=1e-5)  # rms stops early


@pytest.mark.parametrize("kind", ["survival", "binary"])
def test_the_interval_of_a_slope_is_that_of_a_jackknife_over_patients_in_r(kind):
    cases = pd.read_csv(GOLDEN / "slope_jackknife_cases.csv")
    right = pd.read_csv(GOLDEN / "slope_jackknife.csv").set_index("kind").loc[kind]
    event = cases["event" if kind == "survival" else "y"].to_numpy() == 1
    of = replace(outcome(kind, event, cases["time"].to_numpy(float)), units=cases["patient"].to_numpy())
    found = calibration_slope(Judged(cases["risk"].to_numpy()[None], of, np.ones((1, len(cases)))))
    assert found.value == pytest.approx(right["slope"], rel=1e-8)
    assert (found.interval[1] - found.interval[0]) / 2 == pytest.approx(right["t"] * right["error"], rel=1e-8)


def test_a_slope_without_a_cut_point_is_told_and_what_needs_one_is_not():
    found = replace(binary(1), cut_point=None)
    assert np.isfinite(calibration_slope(found).interval).all()
    for metric in (sensitivity, specificity, positive_value, negative_value):
        assert np.isnan(metric(found).value)


def test_several_cases_of_a_patient_do_not_make_long_tails_bearable():
    outcomes, risk, *_ = learnt(1)
    far = np.exp(1.2 * risk)
    each = np.tile(np.arange(len(risk)), 4)
    of_four = replace(outcomes.take(each), units=each)
    alone, again = (
        calibration_slope(Judged(far[rows][None], of, np.ones((1, len(rows)))))
        for rows, of in ((np.arange(len(risk)), outcomes), (each, of_four))
    )
    assert (alone.why, again.why) == (LONG_TAILS, LONG_TAILS)


@pytest.mark.parametrize(("shape", "why"), [(np.exp, LONG_TAILS), (lambda z: -(z**2), LONG_TAILS), (np.tanh, "")])
def test_a_slope_of_risks_with_a_tail_has_no_interval_however_many_patients(shape, why):
    draw = np.random.default_rng(1)
    risk, event = shape(draw.normal(size=500)), draw.random(500) < 0.4
    assert calibration_slope(Judged(risk[None], outcome("binary", event), np.ones((1, 500)))).why == why


def test_a_slope_of_risks_with_a_tailed_risk_within_has_no_interval():
    """The sum of a normal and a skewed risk looks normal in 80 patients, and its slope is as uncertain."""
    found = binary(1)
    assert calibration_slope(found).why == ""
    tailed = np.exp(np.random.default_rng(1).normal(size=(1, len(found.outcomes))))
    assert calibration_slope(replace(found, within=found.risks)).why == ""
    assert calibration_slope(replace(found, within=tailed)).why == LONG_TAILS


@SETS
def test_sensitivity_and_specificity_equal_proc_and_wilson_prop_test(which):
    found = binary(which)
    share = sensitivity(found)
    assert share.value == pytest.approx(FOUND[which, "sensitivity", 0])
    expected = (FOUND[which, "sensitivity low", 0], FOUND[which, "sensitivity high", 0])
    assert share.interval == pytest.approx(expected, rel=1e-10)
    assert specificity(found).value == pytest.approx(FOUND[which, "specificity", 0])


def test_roc_and_precision_equal_scikit_learn():
    from sklearn.metrics import average_precision_score, roc_curve

    found = binary(2)
    event, risk = found.outcomes.event, np.round(found.risks[0], 1)  # ties
    tied = Judged(risk[None], found.outcomes, np.ones((1, len(risk))))
    false, true, threshold = roc_curve(event, risk, drop_intermediate=False)
    points = operating_points(tied)
    np.testing.assert_allclose(points[:, :3], np.column_stack([threshold, true, 1 - false])[1:], rtol=1e-12, atol=1e-15)
    expected = average_precision_score(event, risk)
    assert average_precision(tied).value == pytest.approx(expected, rel=1e-12)
    assert prevalence(tied).value == event.mean()


@pytest.mark.parametrize(
    "metric",
    [brier, scaled_brier, auc_at, integrated_brier],
    ids=lambda each: each.__name__,
)
def test_a_resample_is_the_metric_of_the_drawn_patients_with_weights_held(metric):
    """Each patient copied as often as drawn; what censoring says of them is of the cohort, not of the copies."""
    found = judged(1, 300, 4)
    seen = censoring(found.outcomes)
    drawn = np.repeat(np.arange(len(found.outcomes)), found.weights[2].astype(int))
    whole = found.absolute
    copies = Judged(
        found.risks[:, drawn],
        found.outcomes.take(drawn),
        np.ones((1, len(drawn))),
        absolute=lambda times: whole(times)[drawn],
        horizon_days=found.horizon_days,
        steps=np.union1d(found.steps, found.outcomes.time_days),
        seen=seen,
    )
    assert metric(found).resamples[2] == pytest.approx(metric(copies).value, rel=1e-12)


def test_net_benefit_by_hand():
    found = binary(1)
    event, chance = found.outcomes.event, found.probability
    curve = decision_curve(found, [0.2, 0.4])
    for (model, _, _, everybody), p in zip(curve, (0.2, 0.4), strict=True):
        n, treated = len(event), chance > p
        true, false = (treated & event).sum(), (treated & ~event).sum()
        assert model == pytest.approx(true / n - false / n * p / (1 - p))
        assert everybody == pytest.approx(event.mean() - (1 - event.mean()) * p / (1 - p))


def test_net_benefit_of_survival_takes_kaplan_meier_of_who_is_treated():
    found = judged(1, 300)
    ((model, _, _, everybody),) = decision_curve(found, [0.5])
    treated = found.probability > 0.5
    rate = 1 - survival_at(found.outcomes.time_days[treated], found.outcomes.event[treated], 300)[0]
    assert model == pytest.approx(treated.mean() * (rate - (1 - rate)))
    survival = FOUND[1, "km", 300]
    assert everybody == pytest.approx((1 - survival) - survival)
    assert decision_curve(found, [0.999])[0, 0] == 0  # nobody is treated


def test_a_horizon_beyond_all_follow_up_cannot_be_said():
    found = judged(1, learnt(1)[0].time_days.max(), 5)
    for metric in metrics_of("survival", absolute=True):
        assert np.isnan(metric.of(found).value), metric.name
    assert calibration_curve(found) is None
    assert decision_curve(found, [0.2]) is None


def test_the_curve_lies_in_its_band_and_within_0_and_1():
    curve = calibration_curve(judged(1, 300, 200))
    assert (curve >= 0).all()
    assert (curve <= 1).all()
    assert (curve[:, 2] <= curve[:, 3]).all()
    inside = (curve[:, 2] <= curve[:, 1]) & (curve[:, 1] <= curve[:, 3])
    assert inside.mean() > 0.95
    assert curve[0, 3] - curve[0, 2] > 0.05


def test_without_censoring_all_weigh_one_and_pseudo_observations_are_the_events():
    time = np.arange(1.0, 41.0)
    outcomes = outcome("survival", np.ones(40, dtype=bool), time)
    had, weight = status(outcomes, np.array([10.0]), censoring(outcomes))
    np.testing.assert_array_equal(weight, 1)
    np.testing.assert_array_equal(had[:, 0], time <= 10)
    np.testing.assert_allclose(pseudo_observations(time, outcomes.event, 10.0), time <= 10, atol=1e-12)


def test_the_weights_of_censoring_sum_to_the_patients_in_expectation():
    """At any horizon the weights of Graf sum to n where the last before it is no event alone: the estimate is whole."""
    outcomes = learnt(1)[0]
    seen = censoring(outcomes)
    _, weight = status(outcomes, np.array(HORIZONS, dtype=float), seen)
    np.testing.assert_allclose(weight.sum(axis=0), len(outcomes), rtol=1e-10)


def test_an_estimate_can_be_withheld():
    found = auc_at(judged(1, 300, 50))
    assert np.isfinite(found.interval).all()
    assert found.withheld().value == found.value
    assert np.isnan(found.withheld().interval).all()
    assert not len(found.withheld().resamples)


def test_metrics_of_probabilities_are_apart_from_those_of_the_order():
    for kind in ("survival", "binary"):
        absolute, order = (set(metrics_of(kind, each)) for each in (True, False))
        assert not absolute & order
        assert METRICS["brier"] in absolute
    assert METRICS["proportional_hazards_p"] in metrics_of("survival")
