"""What the report says of an event beside one that rules it out."""

from dataclasses import replace

import numpy as np

from made.synthetic_study import survival_study
from made.validated_study import section, study
from radioloom.figures import incidence
from radioloom.tables import CAUSES, INCIDENCE

NAMES = {"event": "relapse", "competing": "death without relapse"}


def curves(last=900.0):
    made = []
    for group, factor in (("high", 1.0), ("low", 0.5)):
        for cause, share in (("event", 0.6), ("competing", 0.2)):
            for k, days in enumerate(np.linspace(100, last, 9)):
                value = factor * share * (k + 1) / 9
                made.append(
                    {
                        "evaluation": "validation",
                        "cohort": "valid1",
                        "kind": "signature",
                        "model": "signature",
                        "group": group,
                        "level": 1 + (group == "high"),
                        "cause": cause,
                        "time_days": days,
                        "incidence": value,
                        "low": 0.8 * value,
                        "high": 1.2 * value,
                        "at_risk": 20 - 2 * k,
                    }
                )
    return INCIDENCE.frame(made)


def causes():
    shared = {"evaluation": "validation", "cohort": "valid1", "kind": "signature", "model": "signature", "n": 30}
    values = {"estimate": 0.7, "low": 0.6, "high": 0.8, "n_events": 18}
    few = {"estimate": 0.55, "low": None, "high": None, "n_events": 6}
    rows = [{**shared, "cause": cause, "metric": metric, **(values if cause == "event" else few)}
            for cause in ("event", "competing") for metric in ("c_index", "hazard_ratio")]  # fmt: skip
    return CAUSES.frame(rows)


def test_incidence_by_a_horizon_is_that_of_the_last_time_before_it():
    table = incidence.at_horizons(curves(), [1000, 50, 300], NAMES)
    assert table.columns == ("cohort", "event", "group", "by 50 days", "by 300 days", "by 1000 days")
    first = {(row[1], row[2]): row[3:] for row in table.rows}
    assert first["relapse", "high risk"] == ("0.00", "0.20 (0.16–0.24)", "–")
    assert first["death without relapse", "low risk"][1] == "0.03 (0.03–0.04)"
    assert incidence.at_horizons(curves(), [], NAMES) is None


def test_each_event_alone():
    table = incidence.causes(causes(), NAMES)
    told = {row[2]: row[3:] for row in table.rows}
    assert told["relapse"] == ("30", "18", "0.70 (0.60–0.80)", "0.70 (0.60–0.80)")
    assert told["death without relapse"] == ("30", "6", "0.55", "0.55")


def test_the_section_says_what_the_model_does_and_what_is_not_told():
    outcome = {"name": "relapse", "competing": "death without relapse", "horizons": [300]}
    part = section("incidence", study(outcome, incidence=curves(), causes=causes()))
    for words in (
        "cause-specific: it counts cases with the other event as censored",
        "neither absolute risks nor their calibration are told",
        "(Fine and Gray) are not part of this study",
        "are told: the calibration slope is of these hazards.",
        "both events for cases below (low) and above (high) the cut-point that was frozen on training cases, with 95 %",
        "at the frozen cut-point",
        "death without relapse, high risk",
        "by 300 days",
    ):
        assert words in part


def test_groups_between_two_cut_points_are_not_called_below_and_above_one():
    outcome = {"name": "relapse", "competing": "death without relapse"}
    model = replace(survival_study().signature, cut_points=(0.0, 1.0))
    part = section("incidence", study(outcome, incidence=curves(), causes=causes(), signature=model))
    for words in ("for 3 groups of cases between the cut-points that were frozen", "valid1 at the frozen cut-points"):
        assert words in part
    assert "hazard ratio of the group of the highest risk against the lowest at each model's own" in part
    assert "(low)" not in part
