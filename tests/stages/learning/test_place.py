"""METRICS says what each interval is of, and why one is withheld: one rule, in one place."""

from dataclasses import replace

import numpy as np
import pytest

from radioloom.prediction.metrics.record import Estimate, resampled_estimate
from radioloom.prediction.outcome import Outcome
from radioloom.stages.learning.place import Place
from radioloom.stages.learning.risks import THE_SIGNATURE, ModelKey
from radioloom.tables.columns import BASELINE, CONTROL, NULL, REFITTED, WITHHELD

VOLUME, FROZEN = ModelKey(BASELINE, "volume"), ModelKey(CONTROL, "shuffled_roi")
REFIT = ModelKey(CONTROL, "shuffled_roi", REFITTED)
TOLD = Estimate(0.7, (0.6, 0.8), np.full(9, 0.7))


def place(evaluation="validation", n_events=20, resamples=9, repeats=0, intervals="main"):
    outcomes = Outcome("survival", np.arange(40) < n_events, np.arange(40.0))
    strata = np.zeros((repeats, 40), dtype=int) if repeats else None
    return Place(evaluation, "v", np.arange(40), outcomes, np.ones((resamples, 40)), strata, intervals)


@pytest.mark.parametrize(
    ("where", "model", "metric", "against", "of", "why"),
    [
        ({}, THE_SIGNATURE, "c_index", None, "patients", ""),
        ({}, THE_SIGNATURE, "c_index", VOLUME, "patients", ""),
        ({}, THE_SIGNATURE, "c_index", FROZEN, "patients", ""),
        ({}, FROZEN, "c_index", None, "patients", ""),
        ({}, THE_SIGNATURE, "hazard_ratio", None, "robust", ""),
        ({}, THE_SIGNATURE, "sensitivity", None, "Wilson", ""),
        ({}, THE_SIGNATURE, "auc_delong", None, "DeLong", ""),
        ({}, THE_SIGNATURE, "logrank_p", None, "", ""),
        ({}, ModelKey(NULL, NULL), "c_index", None, "nulls", ""),
        ({"n_events": 3}, ModelKey(NULL, NULL), "c_index", None, "nulls", ""),
        ({"repeats": 5}, THE_SIGNATURE, "c_index", None, "learning", ""),
        ({"repeats": 4}, THE_SIGNATURE, "c_index", None, "", "repeats"),
        ({"n_events": 9}, THE_SIGNATURE, "c_index", None, "", "events"),
        ({"n_events": 9}, THE_SIGNATURE, "hazard_ratio", None, "", "events"),
        ({"resamples": 0}, THE_SIGNATURE, "c_index", None, "", "resamples"),
        ({"resamples": 0}, THE_SIGNATURE, "hazard_ratio", None, "robust", ""),
        ({"evaluation": "apparent"}, VOLUME, "c_index", None, "", "training"),
        ({}, REFIT, "c_index", None, "", "not asked"),
        ({}, THE_SIGNATURE, "c_index", REFIT, "", "not asked"),
        ({"intervals": "all"}, REFIT, "c_index", None, "patients", ""),
        ({"intervals": "all"}, THE_SIGNATURE, "c_index", REFIT, "patients", ""),
        ({"intervals": "none"}, THE_SIGNATURE, "c_index", None, "", "not asked"),
        ({"intervals": "none"}, ModelKey(NULL, NULL), "c_index", None, "", "not asked"),
    ],
)
def test_what_an_interval_is_of_and_why_there_is_none(where, model, metric, against, of, why):
    row = place(**where).row(model, metric, TOLD, against)
    assert (row["interval"], row["withheld"]) == (of, why)
    assert not why or why in WITHHELD
    held = metric == "logrank_p" or not why
    assert (row["low"], row["high"]) == ((0.6, 0.8) if held else (pytest.approx(np.nan, nan_ok=True),) * 2)
    assert (row["draws"] > 0) is held
    assert row["estimate"] == 0.7


def test_a_quick_look_has_no_p():
    row = place(intervals="none").row(THE_SIGNATURE, "null_p", Estimate(0.02))
    assert np.isnan(row["estimate"])
    assert row["withheld"] == "not asked"


def test_an_interval_that_is_not_defined_is_named():
    perfect = resampled_estimate(1.0, np.array([0.9, 1.0, 1.0]), share=True)
    row = place().row(THE_SIGNATURE, "c_index", perfect)
    assert (row["interval"], row["withheld"], row["draws"]) == ("", "undefined", 0)


@pytest.mark.parametrize(("value", "against"), [(0.5, None), (1.0, None), (0.0, VOLUME)])
def test_an_interval_without_width_is_none(value, against):
    """One risk for all patients, a perfect order, or two models of one order: no resample says how sure that is."""
    same = Estimate(value, (value, value), np.full(9, value))
    row = place().row(THE_SIGNATURE, "c_index", same, against)
    assert (row["withheld"], row["interval"], row["draws"], row["estimate"]) == ("same", "", 0, value)
    assert np.isnan([row["low"], row["high"]]).all()


def test_patients_and_not_cases_are_counted():
    """Twenty events of ten patients are enough, twenty of nine are not; of a binary outcome the rarer class counts."""
    base = place()
    units = np.arange(40) % 10
    assert not base.row(THE_SIGNATURE, "c_index", TOLD)["withheld"]
    for many, why in ((10, ""), (9, "events")):
        clustered = replace(base.outcomes, units=np.where(base.outcomes.event, units % many, 10 + np.arange(40)))
        assert replace(base, outcomes=clustered).row(THE_SIGNATURE, "c_index", TOLD)["withheld"] == why
    many_events = replace(base.outcomes, kind="binary", event=np.arange(40) < 31)
    assert replace(base, outcomes=many_events).row(THE_SIGNATURE, "auc", TOLD)["withheld"] == "events"


@pytest.mark.parametrize(("horizon", "why"), [(0.0, ""), (8.0, "events"), (9.0, ""), (29.0, ""), (30.0, "events")])
@pytest.mark.parametrize("metric", ["auc_at", "brier", "integrated_brier", "observed_expected"])
def test_at_a_horizon_events_by_then_are_counted_and_who_is_known_to_be_without(metric, horizon, why):
    """Days 0 to 39, the first 20 with the event: by day 8 nine had it, beyond day 30 nine are followed."""
    judged = place()
    assert judged.row(THE_SIGNATURE, metric, TOLD, horizon_days=horizon)["withheld"] == why
    assert judged.told(metric, horizon_days=horizon) is not bool(why)


@pytest.mark.parametrize(("horizon", "events"), [(0.0, 20), (8.0, 9), (30.0, 20)])
def test_events_of_a_row_are_those_by_its_horizon(horizon, events):
    assert place().row(THE_SIGNATURE, "brier", TOLD, horizon_days=horizon)["n_events"] == events


@pytest.mark.parametrize("metric", ["logrank_p", "proportional_hazards_p", "added_lr_p", "delong_p"])
def test_a_test_is_told_where_a_verdict_is(metric):
    """Not of few events, nor of the cases that a model was learnt on; a permutation (`null_p`) needs no events."""
    for where, why in (({"n_events": 9}, "events"), ({"evaluation": "apparent"}, "training"), ({}, "")):
        row = place(**where).row(THE_SIGNATURE, metric, Estimate(0.02))
        assert row["withheld"] == why
        assert np.isfinite(row["estimate"]) == (not why)
    assert place(n_events=3).row(THE_SIGNATURE, "null_p", Estimate(0.02))["estimate"] == 0.02


def test_the_prevalence_of_a_cohort_has_one_interval_whatever_the_model():
    nobody = {THE_SIGNATURE: np.arange(40) < 20}
    alike = replace(place(), constant=frozenset([THE_SIGNATURE]), measured=nobody, most_missing=0.1)
    assert alike.row(THE_SIGNATURE, "prevalence", TOLD)["withheld"] == ""
    assert replace(alike, measured={}).row(THE_SIGNATURE, "sensitivity", TOLD)["withheld"] == "same risk"
    assert alike.row(THE_SIGNATURE, "sensitivity", TOLD)["withheld"] == "missing"


def test_the_curve_of_a_group_has_a_band_by_its_own_events():
    groups = np.arange(40) < 9, np.arange(40) < 10
    assert [place().banded(group, THE_SIGNATURE) for group in groups] == [False, True]
    assert not place("apparent").banded(groups[1], THE_SIGNATURE)
    assert not place(intervals="none").banded(groups[1], THE_SIGNATURE)


def test_a_band_that_takes_cases_for_independent_is_of_one_case_a_patient_alone():
    """Greenwood's; an interval that is robust over patients, as of cumulative incidence, stays."""
    one = place()
    two = replace(one, outcomes=replace(one.outcomes, units=np.arange(40) % 20))
    everybody = np.ones(40, dtype=bool)
    assert one.banded(everybody, THE_SIGNATURE)
    assert not two.banded(everybody, THE_SIGNATURE)
    assert two.banded(everybody, THE_SIGNATURE, robust=True)


@pytest.mark.parametrize("intervals", ["main", "all", "none"])
@pytest.mark.parametrize(("known", "why"), [(40, ""), (36, ""), (35, "missing"), (0, "missing")])
def test_what_stands_in_the_place_of_values_is_not_judged(known, why, intervals):
    whole, some = np.ones(40, dtype=bool), np.arange(40) < known
    judged = replace(place(intervals=intervals), measured={THE_SIGNATURE: whole, VOLUME: some}, most_missing=0.1)
    for model, against in ((VOLUME, None), (THE_SIGNATURE, VOLUME)):
        row, p = (judged.row(model, name, TOLD, against) for name in ("c_index", "logrank_p"))
        assert (row["n"], row["n_measured"]) == (40, known)
        assert row["withheld"] == p["withheld"] == (why or ("not asked" if intervals == "none" else ""))
        assert np.isfinite(row["estimate"]) == (known > 0)
        assert np.isfinite(p["estimate"]) == (not p["withheld"])
    assert judged.row(THE_SIGNATURE, "c_index", TOLD)["withheld"] != "missing"
