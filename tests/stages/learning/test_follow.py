"""Cohorts that go on: what is judged by period, beside which limits, and what is not told."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

from made.ongoing import NOTHING, judged, signature, study
from radioloom.prediction.baseline_hazard import BaselineHazard
from radioloom.prediction.metrics import main_metric
from radioloom.prediction.metrics.record import Judged
from radioloom.stages.learning.drifted import drifted, scanners
from radioloom.stages.learning.follow import entered, follow
from radioloom.stages.learning.place import resamples
from radioloom.stages.learning.risks import THE_SIGNATURE
from radioloom.tables import CASES, CUSUM, DRIFT, FEATURES, FOLLOWED, METRICS, PATIENTS, PERIODS, SCANNERS, SERIES
from radioloom.tables.columns import FEW_EVENTS, FROZEN, SEVERAL_CASES

WORSE = (2.0, 1.0)
NOBODY = METRICS.frame([])


@cache
def usual(kind):
    """The same of a cohort in which nothing changed."""
    return course(kind)


def course(kind="survival", change=NOTHING, model=None, metrics=NOBODY, **asked):
    """FOLLOWED of the periods alone by metric and period, CUSUM, what was judged, and all of FOLLOWED."""
    settings = study(kind, **asked)
    each, periods = judged(kind, change, np.random.default_rng(1), settings)
    told = follow([each], periods, metrics, model or signature(kind), settings)
    rows = FOLLOWED.frame(told.followed)
    alone = rows[rows["span"] == "period"].set_index(["metric", "period"])
    return alone, CUSUM.frame(told.cusum), each, rows


@pytest.mark.parametrize("kind", ["survival", "binary"])
def test_each_period_is_judged_as_the_same_patients_would_be_alone(kind):
    rows, sums, each, every = usual(kind)
    main, last = main_metric(kind), np.arange(60, 120)
    outcomes, risk = each.place.outcomes.take(last), each.risks[THE_SIGNATURE][last]
    alone = main.of(Judged(risk[None], outcomes, resamples(outcomes, study(kind), "later")))
    told = rows.loc[(main.name, 2)]
    np.testing.assert_allclose([told["estimate"], told["low"], told["high"]], [alone.value, *alone.interval])
    assert (told["n"], told["n_events"]) == (60, outcomes.n_events)
    assert sums["observed"].tolist() == each.place.outcomes.event.reshape(5, 60).sum(axis=1).tolist()
    np.testing.assert_allclose(sums["excess"], (sums["observed"] - sums["expected"]).cumsum())
    if kind == "survival":
        cumulative = np.floor(each.place.outcomes.time_days) / 700 * np.exp(each.risks[THE_SIGNATURE])
        np.testing.assert_allclose(sums["expected"], cumulative.reshape(5, 60).sum(axis=1))
        np.testing.assert_allclose(rows.loc["events_expected", "estimate"], sums["observed"] / sums["expected"])
    else:
        np.testing.assert_allclose(
            sums["expected"], special.expit(each.risks[THE_SIGNATURE]).reshape(5, 60).sum(axis=1)
        )
    whole = every[(every["span"] == "so far") & (every["period"] == 5) & (every["metric"] == main.name)]
    assert whole["n"].item() == 300


def test_limits_of_discrimination_take_in_the_chance_of_both_periods():
    rows, *_ = course(level=0.95)
    first, last = rows.loc[("c_index", 1)], rows.loc[("c_index", 4)]
    assert np.isnan(first["limit_low"])
    errors = [np.ptp(special.logit([row["low"], row["high"]])) / (2 * stats.norm.ppf(0.975)) for row in (first, last)]
    width = stats.norm.ppf(0.975) * np.hypot(*errors)
    low, high = special.expit(special.logit(first["estimate"]) + width * np.array([-1, 1]))
    np.testing.assert_allclose([last["limit_low"], last["limit_high"]], [low, high])
    assert last["reference"] == first["estimate"]
    slope = rows.loc[("calibration_slope", 4)]
    assert slope["reference"] == 1.0
    assert slope["limit_high"] - 1 == pytest.approx((slope["high"] - slope["low"]) / 2)
    expected = rows.loc[("events_expected", 3)]
    n = expected["n_events"] / expected["estimate"]
    np.testing.assert_allclose([expected["limit_low"], expected["limit_high"]], stats.poisson.interval(0.95, n) / n)


def test_the_reference_may_be_the_cross_validation():
    row = {"evaluation": "cross-validation", "kind": "signature", "model": "signature", "variant": "", "against": ""}
    row |= {"cohort": "train", "metric": "c_index", "horizon_days": 0.0, "estimate": 0.9, "low": 0.88, "high": 0.92}
    row |= {
        "interval": "learning",
        "withheld": "",
        "draws": 9,
        "n": 9,
        "n_measured": 9,
        "n_events": 9,
        "n_with_event": 9,
    }
    rows, *_ = course(metrics=METRICS.frame([row]), reference="cross-validation")
    assert set(rows.loc["c_index", "reference"].iloc[:4]) == {0.9}  # of few events none
    assert rows.loc[("c_index", 1), "verdict"] == "below"
    without, *_ = course(reference="cross-validation")
    assert set(without.loc["c_index", "verdict"]) == {""}


def test_the_period_that_stands_for_the_first_is_named():
    """Where the first period has too few events for an interval the second is held against, and said to be."""
    settings = study("survival")
    each, periods = judged("survival", NOTHING, np.random.default_rng(1), settings)
    event = each.place.outcomes.event & ((np.arange(300) >= 60) | (np.arange(300) < 5))
    fewer = each.of(replace(each.place.outcomes, event=event), settings)
    rows = FOLLOWED.frame(follow([fewer], periods, NOBODY, signature("survival"), settings).followed)
    rows = rows[rows["span"] == "period"].set_index(["metric", "period"])
    assert rows.loc["c_index", "of_period"].tolist() == [0, 0, 2, 2, 0]
    assert rows.loc[("c_index", 3), "reference"] == rows.loc[("c_index", 2), "estimate"]
    assert set(rows.loc["events_expected", "of_period"]) == {0}


def test_more_events_than_expected_are_seen_and_none_where_nothing_changed():
    sound, sums, *_ = usual("survival")
    assert set(sound["verdict"]) <= {"", "within"}
    assert (sums["upper"] < sums["upper_limit"]).all()
    rows, sums, *_ = course(change=WORSE)
    assert set(rows.loc["events_expected", "verdict"].iloc[:2]) == {"within"}
    assert "above" in set(rows.loc["events_expected", "verdict"].iloc[2:])
    crossed = sums.loc[sums["upper"] > sums["upper_limit"], "period"]
    assert crossed.min() >= 3
    assert (sums["lower"] < sums["lower_limit"]).all()


def test_of_few_events_nothing_is_told_but_what_was_expected():
    settings = study("survival")
    each, periods = judged("survival", NOTHING, np.random.default_rng(1), settings)
    few = replace(each.place.outcomes, event=each.place.outcomes.event & (np.arange(300) % 6 == 0))
    told = follow([each.of(few, settings)], periods, NOBODY, signature("survival"), settings)
    rows = FOLLOWED.frame(told.followed)
    few_of = rows[rows["n_events"] < 10]
    assert len(few_of)
    assert set(few_of["withheld"]) <= {FEW_EVENTS}
    expected = few_of["metric"] == "events_expected"
    assert set(few_of.loc[~expected, "verdict"]) == {""}
    assert "below" in set(few_of.loc[expected, "verdict"])
    assert len(told.cusum) == 5


def test_no_event_where_many_are_expected_is_a_verdict_and_one_where_few_are_is_none():
    settings = study("survival")
    each, periods = judged("survival", NOTHING, np.random.default_rng(1), settings)
    outcomes = each.place.outcomes
    short = np.where(np.arange(300) < 60, outcomes.time_days, np.minimum(outcomes.time_days, 5.0))
    none = replace(outcomes, event=np.arange(300) == 100, time_days=short)
    told = follow([each.of(none, settings)], periods, NOBODY, signature("survival"), settings)
    rows = FOLLOWED.frame(told.followed)
    rows = rows[(rows["metric"] == "events_expected") & (rows["span"] == "period")].set_index("period")
    assert rows.loc[1, ["estimate", "verdict"]].tolist() == [0.0, "below"]
    assert set(rows.loc[2:, "verdict"]) == {""}


def test_cases_of_one_patient_have_no_limits_of_independent_ones():
    settings = study("survival")
    each, periods = judged("survival", NOTHING, np.random.default_rng(1), settings)
    pairs = replace(each.place.outcomes, units=np.arange(300) // 2)
    told = follow([each.of(pairs, settings)], periods, NOBODY, signature("survival"), settings)
    rows = FOLLOWED.frame(told.followed)
    assert set(rows.loc[rows["metric"] == "events_expected", "withheld"]) == {SEVERAL_CASES}
    assert CUSUM.frame(told.cusum)["upper_limit"].isna().all()


def test_a_signature_without_probabilities_is_judged_by_its_order():
    sums = course(model=replace(signature("survival"), hazard=None))[1]
    rows = course(model=replace(signature("survival"), hazard=BaselineHazard([365.0], [0.5], 0.0, 400.0, alone=True)))[
        0
    ]
    assert sums.empty
    assert set(rows.index.get_level_values("metric")) == {"c_index", "calibration_slope"}


def test_a_case_without_a_period_is_not_followed():
    settings = study("binary")
    each, periods = judged("binary", NOTHING, np.random.default_rng(1), settings)
    periods.loc[:99, "period"] = 0
    told = follow([each], periods, NOBODY, signature("binary"), settings)
    assert sum(row["n"] for row in told.cusum) == 200
    assert CUSUM.frame(told.cusum).set_index("period")["n"].to_dict() == {1: 0, 2: 20, 3: 60, 4: 60, 5: 60}
    assert {row["period"] for row in told.followed} == {2, 3, 4, 5}


def test_entered_and_judged_are_told_apart():
    """Of each period one case without features, one without an outcome, one without values, and one left out."""
    settings = study("survival")
    each, periods = judged("survival", NOTHING, np.random.default_rng(1), settings)
    places = pd.DataFrame({"cohort": "later", "case": [case for _, case in each.cases]})
    predicted = places.assign(
        split=FROZEN,
        kind="signature",
        model="signature",
        variant="",
        risk=np.where(np.arange(300) % 60 == 2, np.nan, 0.0),
    )
    index = np.arange(300) % 60
    tables = {
        "features": places[index > 0],
        "clinical": places[index != 1],
        "predictions": predicted[(index > 1) & (index != 3)],
    }
    rows = pd.DataFrame(entered(periods, [each.part(np.flatnonzero(index > 3), settings)], **tables))
    assert rows["period"].tolist() == [1, 2, 3, 4, 5]
    for name, n in (("n", 60), ("judged", 56), ("no_features", 1), ("no_outcome", 1), ("lacking", 1), ("left_out", 1)):
        assert set(rows[name]) == {n}
    unsound = pd.DataFrame(entered(periods, [replace(each, risks={})], **tables))
    assert unsound["judged"].sum() == 0
    assert unsound["lacking"].sum() == unsound["left_out"].sum() == 5


def _features(shift: float, n: int = 40) -> tuple[pd.DataFrame, pd.DataFrame]:
    """FEATURES of training and four periods, and PERIODS; f0 and f1 of period 3 are shifted."""
    draws, rows = np.random.default_rng(3), []
    for cohort, size in (("train", 100), ("later", 4 * n)):
        values = draws.normal(size=(size, 6))
        if cohort == "later":
            values[2 * n : 3 * n, :2] += shift
        for (k, name), value in np.ndenumerate(values):
            keys = {
                "cohort": cohort,
                "case": f"{cohort}{k:03d}",
                "replicate": "1",
                "roi": "tumour",
                "modality": "",
                "visit": "",
                "image": "original",
            }
            keys |= {"family": "", "aggregation": "", "discretisation": "", "feature": f"f{name}", "ibsi": ""}
            rows.append({**keys, "group": "shape", "feature_id": f"f{name}", "value": value})
    periods = [{"cohort": "later", "case": f"later{k:03d}", "period": k // n + 1} for k in range(4 * n)]
    return FEATURES.frame(rows), PERIODS.frame(periods)


def test_a_new_scanner_in_one_period_is_seen_there():
    roles, nobody = {"train": "training", "later": "validation"}, PATIENTS.frame([])
    features, periods = _features(1.2)
    rows = DRIFT.frame(drifted(features, periods, nobody, ["f0", "f5"], roles))
    apart = rows[rows["q"] < 0.05]
    assert set(zip(apart["period"], apart["feature_id"], strict=True)) == {(3, "f0"), (3, "f1")}
    seen = rows.set_index(["period", "feature_id"])
    assert seen.loc[(3, "f0"), "low"] > 0.5
    assert seen.loc[(3, "f0"), "outside"] > 2 * seen.loc[(2, "f0"), "outside"]
    assert rows.groupby("feature_id")["of_signature"].all().to_dict() == {f"f{k}": k in (0, 5) for k in range(6)}
    of_signature = rows[rows["of_signature"]]
    np.testing.assert_allclose(of_signature["q"], stats.false_discovery_control(of_signature["p"]))
    none = DRIFT.frame(drifted(*_features(0.0), nobody, ["f0", "f5"], roles))
    assert none["q"].min() > 0.05
    alone = DRIFT.frame(drifted(features, periods, nobody, ["f0"], {"train": "genomics", "later": "validation"}))
    assert set(alone["period"]) == {2, 3, 4}
    assert set(alone["against"]) == {1}
    assert set(rows["against"]) == {0}


def test_of_the_first_period_alone_no_drift_is_told():
    features, periods = _features(0.0)
    for known in (periods[periods["period"] == 1], periods.assign(period=0)):
        assert drifted(features, known, PATIENTS.frame([]), ["f0"], {"train": "genomics", "later": "validation"}) == []


def test_one_case_of_each_patient_counts():
    features, periods = _features(0.0)
    cases = [("later", f"later{k:03d}", f"Q{k // 2}") for k in range(160)]
    rows = [{"cohort": c, "case": k, "patient": p, "named": True} for c, k, p in cases]
    told = drifted(features, periods, PATIENTS.frame(rows), [], {"train": "training", "later": "validation"})
    assert {row["n"] for row in told} == {20}


def test_scanners_that_training_never_had():
    cases, series = [], []
    for cohort, case, model in (
        ("train", "a", "One"),
        ("later", "b", "One"),
        ("later", "c", "Two"),
        ("later", "d", None),
    ):
        keys = {"cohort": cohort, "case": case, "replicate": "1", "series": f"s{case}"}
        blank = {column.name: None for column in SERIES.columns}
        series.append(blank | keys | {"model": model, "slice_thickness_mm": 3.0})
        cases.append({column.name: None for column in CASES.columns} | keys | {"roi": "tumour"})
    periods = PERIODS.frame(
        [{"cohort": "later", "case": case, "period": k} for case, k in (("b", 1), ("c", 2), ("d", 2))]
    )
    told = scanners(pd.DataFrame(cases), pd.DataFrame(series), periods, {"train": "training", "later": "validation"})
    rows = SCANNERS.frame(list(told)).set_index(["attribute", "period", "value"])[["n", "n_known"]]
    assert rows.loc["model"].to_dict("index") == {
        (1, "One"): {"n": 1, "n_known": 1},
        (2, "Two"): {"n": 1, "n_known": 0},
        (2, ""): {"n": 1, "n_known": 0},
    }
    assert rows.loc[("slice_thickness_mm", 2, "3")].to_dict() == {"n": 2, "n_known": 1}
    alone = scanners(pd.DataFrame(cases), pd.DataFrame(series), periods, {"train": "genomics", "later": "validation"})
    rows = SCANNERS.frame(list(alone)).set_index(["attribute", "period", "value"])[["against", "n", "n_known"]]
    assert rows.loc[("model", 2, "Two")].to_dict() == {"against": 1, "n": 1, "n_known": 0}
    assert rows.loc[("slice_thickness_mm", 2, "3")].to_dict() == {"against": 1, "n": 2, "n_known": 1}
    assert 1 not in rows.index.get_level_values("period")
