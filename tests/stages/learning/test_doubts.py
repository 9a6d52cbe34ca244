"""Doubts about clinical tables: what is told, and what is not."""

import pandas as pd
import pytest

from radioloom.stages.learning.doubts import doubts, without
from radioloom.tables import CLINICAL, COVARIATES

NONE = COVARIATES.frame([])


def clinical(**cohorts) -> pd.DataFrame:
    """Times of each cohort; every second case has the event."""
    rows = [
        {"cohort": name, "case": f"{name}{k}", "time_days": time, "event": bool(k % 2)}
        for name, times in cohorts.items() for k, time in enumerate(times)
    ]  # fmt: skip
    return CLINICAL.frame(rows)


def covariates(name="age", **cohorts) -> pd.DataFrame:
    rows = [
        {"cohort": cohort, "case": f"{cohort}{k}", "covariate": name, "value": value}
        for cohort, values in cohorts.items() for k, value in enumerate(values)
    ]  # fmt: skip
    return COVARIATES.frame(rows)


DAYS = [200.0, 400, 600, 800, 1000, 1200]
OUTCOMES = clinical(a=DAYS, b=DAYS)


@pytest.mark.parametrize(("divided", "unit"), [(30.4, "months"), (365.25, "years"), (7, ""), (100, ""), (1, "")])
def test_times_in_another_unit(divided, unit):
    lines = doubts(clinical(a=DAYS, b=[day / divided for day in DAYS]), NONE)
    assert len(lines) == bool(unit)
    assert not unit or (
        lines[0].startswith("cohort b: the median follow-up is") and f"are its times in {unit}? They" in lines[0]
    )


def test_a_time_that_was_filled_down():
    (line,) = doubts(clinical(a=DAYS, b=[365.0] * 6), NONE)
    assert line == ("cohort b: the time of follow-up is 365 in all 6 cases: is that so, or was one cell filled down?")
    assert doubts(clinical(a=DAYS, b=[365.0] * 4), NONE) == []  # four tell nothing


def test_a_covariate_that_was_filled_down_or_is_in_another_unit():
    ages = [50.0, 55, 61, 66, 70, 78]
    assert doubts(OUTCOMES, covariates(a=ages, b=[age + 5 for age in ages])) == []
    (line,) = doubts(OUTCOMES, covariates(a=ages, b=[12 * age for age in ages]))
    assert line.startswith(
        "covariate age: its median is 63.5 in cohort a and 762 in cohort b, and no value of one lies"
    )
    (line,) = doubts(OUTCOMES, covariates(a=ages, b=[64.0] * 6))
    assert line.startswith("cohort b: covariate age is 64 in all 6 cases")
    overlap = doubts(OUTCOMES, covariates("marker", a=[1.0, 1, 1.2, 2, 900], b=[30.0, 40, 40, 50, 60]))
    assert overlap == []


def test_a_cohort_without_events_is_told():
    survival = OUTCOMES.assign(event=OUTCOMES["event"] & (OUTCOMES["cohort"] == "a"))
    assert list(without(survival)) == ["cohort b: none of its 6 cases has the event; no model can be judged there"]
    binary = OUTCOMES.assign(time_days=None, event=OUTCOMES["event"] | (OUTCOMES["cohort"] == "b"))
    assert list(without(binary)) == ["cohort b: all of its 6 cases have the outcome; no model can be judged there"]
    assert list(without(OUTCOMES.assign(event=True))) == []  # with times, all events are fine


def test_nothing_to_doubt():
    assert doubts(OUTCOMES, NONE) == []
    assert doubts(CLINICAL.frame([]), NONE) == []
