"""Doubts about clinical tables: what is told, and what is not."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from radioloom.stages.learning.doubts import dated, doubts, without
from radioloom.stages.learning.events import event_doubts, inverted, never_false
from radioloom.stages.report.sections.cohorts import _doubts as of_report
from radioloom.stats.odd_values import lone
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


@pytest.mark.parametrize(
    ("divided", "unit"),
    [(30.4, "months"), (365.25, "years"), (13, "months"), (7, "months"), (100, "months"), (5, ""), (1, "")],
)
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
        "covariate age: its median is 63.5 in cohort a and 762 in cohort b, and hardly a value of one"
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


def test_months_and_days_without_a_gap_between_medians():
    """Long follow-up in months beside short follow-up in days: medians differ by 7, and not by 30."""
    months = [24.0, 36, 48, 60, 72, 96, 120]
    (line,) = doubts(clinical(a=[150.0, 300, 380, 420, 450, 600, 900], b=months), NONE)
    assert "cohort b: the median follow-up is 60 days, and 420 in cohort a: are its times in months?" in line
    assert doubts(clinical(a=[150.0, 300, 380, 420, 450, 600, 900], b=[20.0, 60, 60, 70, 90, 200, 400]), NONE) == []


@pytest.mark.parametrize("change", [lambda day: round(day / 30.4375), lambda day: day / 30.4375])
def test_months_and_days_in_one_column(change):
    days = np.random.default_rng(4).lognormal(6.5, 0.5, 60).round()
    assert doubts(clinical(a=days), NONE) == []
    (line,) = doubts(clinical(a=[change(day) if k < 15 else day for k, day in enumerate(days)]), NONE)
    assert "cohort a: 15 of its 60 times have a median of" in line
    assert "are those in months? All are wanted in days" in line


def test_months_with_fractions_among_whole_days_that_overlap():
    times = [2.5, 8.25, 12.5, 20.75, 36.5, 60.5, 110.25, *map(float, (90, 150, 300, 400, 500, 600, 700, 900))]
    (line,) = doubts(clinical(a=times), NONE)
    assert "cohort a: 7 of its 15 times have a median of 20.8 days (a0, a1, a2, ...), the others of 450" in line


@pytest.mark.parametrize(("divided", "unit"), [(30.4375, "months"), (365.25, "years")])
def test_all_cohorts_in_another_unit(divided, unit):
    times = [day / divided for day in DAYS]
    lines = doubts(clinical(a=times, b=times), NONE)
    assert len(lines) == 2
    assert all(f"are its times in {unit}?" in line for line in lines)
    assert doubts(clinical(a=times, b=times), NONE, dated={"a", "b"}) == []  # dates are in days for certain


def test_follow_up_of_one_kind_is_seldom_doubted():
    """Exponential and Weibull times, censored, in days, of 100 cohorts each: hardly one is asked about."""
    rng = np.random.default_rng(7)
    for shape in (0.8, 1.0, 1.5):
        cohorts = {f"c{k}": np.minimum(rng.weibull(shape, 80) * 900 + 1, 1825).round() for k in range(100)}
        assert len(doubts(clinical(**cohorts), NONE)) <= 1


def test_which_cohorts_have_dates():
    dates = {"clinical": {"date_from": "a", "date_to": "b"}}
    assert dated({"a": dates, "b": {"clinical": {"time_days": "days"}}, "readers": {}}) == {"a"}


@pytest.mark.parametrize(
    ("times", "words"),
    [
        ([24 * 1.5 * day for day in DAYS], "the median follow-up is 25200 days, 69 years: are its times in hours, or"),
        ([2015.0, 2016, 2019, 2019, 2021, 2023], "its times lie between 2015 and 2023: are they calendar years?"),
        ([*DAYS, 30000.0], "1 of its 7 times beyond 40 years (b6; the longest 30000 days): are date and unit (days"),
        ([*DAYS, 9999.0, 9999.0], "the time of follow-up is 9999 in 2 of 8 cases (b6, b7), and no other value is"),
        ([2010.5, 2016, 2019, 2019, 2021, 2023], ""),  # no years
        ([*DAYS, 5999.0], ""),
    ],
)
def test_times_that_are_too_long(times, words):
    for dates in ((), {"b"}):  # a date of birth as the first of two dates is in days for certain
        lines = doubts(clinical(a=DAYS, b=times), NONE, dates)
        assert [words in line for line in lines] == [True] * bool(words), lines


def test_words_for_the_event_without_one_for_the_others():
    def told(**values):
        return list(never_false({"a": {"clinical": {"event_values": values}}, "readers": {}}))

    assert told() == told(Dead=True, Alive=False) == told(x=True, **{"": False}) == []
    (line,) = told(**{"1": True, "0": True})
    assert line.startswith("cohort a: event_values has no word for those without the event ('1', '0' all say")
    assert told(Dead=True, Other="competing")


def told_of(kind="survival", **values):
    """What is said of cohorts with these `event_values`."""
    return list(event_doubts({name: {"clinical": {"event_values": each}} for name, each in values.items()}, kind))


def test_events_that_are_coded_the_other_way_round():
    inverted, usual, words = {1: False, 0: True}, {}, {"Dead": True, "Alive": False}
    (line,) = told_of(a=inverted, b=usual)
    assert line.startswith("cohorts a and b: '1', '0' in the column of the event mean the opposite in one of what they")
    (line,) = told_of(a=words, b={"Dead": False, "Alive": True})[1:]
    assert line == "cohort b: by event_values, 'Alive' is who had the event: were true and false exchanged?"
    assert told_of(a={1: False, 2: True}, b=usual, c=words, d={"Relapse": True, "Dead": False, "Alive": False}) == []
    assert told_of(a={0: False, 1: True, 2: "competing"}, b={0: False, 2: True, 1: "competing"}) == []


def test_times_that_a_binary_outcome_does_not_read():
    cohorts = {name: {"clinical": {"date_from": None, "time_days": "days"}} for name in "ab"} | {"readers": {}}
    assert list(event_doubts(cohorts, "survival")) == []
    (line,) = event_doubts(cohorts, "binary")
    assert line.startswith("cohorts a, b: times are declared and not read, for a binary outcome has none: who was")
    settings = {"cohorts": cohorts, "outcome": {"kind": "binary"}}
    study = SimpleNamespace(clinical=OUTCOMES.assign(time_days=np.nan), covariates=None, settings=settings)
    assert of_report(study) == [f"C{line[1:]}."]


def test_a_cohort_in_which_everybody_has_the_event():
    days = [float(day) for day in np.random.default_rng(2).integers(100, 2000, 20)]
    everybody = clinical(a=days, b=DAYS).assign(event=True)
    (line,) = doubts(everybody, NONE)
    assert line.startswith(
        "cohort a: every one of its 20 cases has the event: is that so? Write 0 for those without it;"
    )
    assert doubts(clinical(a=days), NONE) == doubts(everybody.assign(event=[*[True] * 19, *[False] * 7]), NONE) == []


@pytest.mark.parametrize(("change", "n"), [({3: 640.0}, 1), ({3: -5.0}, 1), ({3: 1952.0}, 1), ({3: 0.0, 9: 0.0}, 2)])
def test_single_values_of_a_covariate_that_are_impossible(change, n):
    ages = dict(enumerate(np.random.default_rng(3).normal(62, 8, 60).round()))
    assert doubts(OUTCOMES, covariates(a=list(ages.values()))) == []
    (line,) = doubts(OUTCOMES, covariates(a=list((ages | change).values())))
    cases = ", ".join(f"a{k}" for k in change)
    assert line.startswith(f"cohort a: covariate age of {n} of its 60 cases ({cases}) is far from that of all others:")
    assert not any(f"{value:g}" in line.partition("cases (")[2].partition(")")[2] for value in change.values())


def test_covariates_as_they_are_have_no_impossible_value():
    """Ages, counts, laboratory values with a floor, skewed by SDs of logarithms up to 2, and levels."""
    rng = np.random.default_rng(5)
    for _ in range(40):
        n = int(rng.choice([20, 40, 200]))
        for values in (
            rng.normal(62, 10, n).round(), rng.geometric(0.3, n) - 1.0, np.exp(rng.normal(2, 2, n)),
            1 + rng.pareto(2, n), np.where(rng.random(n) < 0.3, 0, rng.integers(1, 100, n)),
            rng.choice([0, 1, 2, 3], n, p=[0.5, 0.35, 0.1, 0.05]),
            rng.standard_t(4, n), rng.choice([60.0, 66, 70], n, p=[0.05, 0.1, 0.85]),
        ):  # fmt: skip
            assert not lone(values.astype(float)).any()


def test_a_level_that_few_have_is_none():
    for few in range(1, 5):
        values = np.repeat([0.0, 1], [60 - few, few])
        assert not lone(values).any()
        assert not lone(-values).any()
        assert doubts(clinical(a=DAYS * 5), covariates("stage=IV", a=[0.0] * 20 + [1.0] * few)) == []


@pytest.mark.parametrize("factor", [10, 30.4, 365, 1000, 1 / 10, 1 / 30.4, 1 / 365, 1 / 1000])
@pytest.mark.parametrize("several", [1, 3])
def test_values_in_another_unit_are_told(factor, several):
    """Ages and weights, of which one or some are off by as much as units are: in 80 of 100 at the least."""
    rng, hits, tries = np.random.default_rng(int(1000 * factor) + several), 0, 0
    for n in (50, 100, 200, 400):
        for clean in (
            rng.normal(62, 10, n).clip(18).round(),
            rng.normal(75, 14, n).clip(35),
            np.exp(rng.normal(3, 0.25, n)),
        ):
            for _ in range(5):
                values, wrong = clean.copy(), rng.choice(n, several, replace=False)
                values[wrong] *= factor
                hits, tries = hits + int(lone(values)[wrong].any()), tries + 1
    assert hits >= 0.8 * tries


def test_doses_and_laboratory_values_are_none():
    """Log-normal, gamma, and rounded as people write them: at most 2 in 100 columns are told."""
    rng, told, n_columns = np.random.default_rng(4), 0, 0
    for n in (50, 100, 200, 400):
        for _ in range(10):
            columns = [np.exp(rng.normal(3, sd, n)) for sd in (0.25, 0.5, 0.75, 1.0)]
            columns += [rng.gamma(shape, 20, n) for shape in (0.5, 1, 2, 5)]
            columns += [
                np.round(columns[3]),
                np.round(columns[3] / 5) * 5,
                np.where(columns[0] < 20, columns[3].round(1), columns[3].round(-1)),
            ]
            told, n_columns = told + sum(lone(each).any() for each in columns), n_columns + len(columns)
    assert told <= 0.02 * n_columns


def test_a_covariate_of_0_and_1_that_is_something_else_in_another_cohort():
    sex = [0.0, 1, 1, 0, 1, 0]
    for other, n in (([1.0, 2, 2, 1, 2, 1], 3), ([2.0, 2, 3, 3, 2, 2], 6), ([0.0, 1, 1, 0, 2, np.nan], 1)):
        (line,) = doubts(OUTCOMES, covariates("sex", a=sex, b=other))
        words = f"something else in {n} of {np.isfinite(other).sum()} of cohort b: is it coded otherwise there"
        assert line.startswith(f"covariate sex: 0 or 1 in all 6 cases of cohort a, and {words}")
    assert doubts(OUTCOMES, covariates("sex", a=sex, b=[1.0, 0, 0, 0, 1, np.nan])) == []
    assert doubts(OUTCOMES, covariates("ecog", a=[1.0, 1, 2, 1, 2, 1], b=[1.0, 2, 3, 1, 2, 1])) == []


@pytest.mark.parametrize(
    ("column", "values", "words"),
    [("alive", {}, "called after who does not have the event"), ("Pat_Censored", {}, "{1: false, 0: true}"),
     ("alive", {1: False, 0: True}, ""), ("alive_or_dead", {}, ""),
     ("overall_survival_event", {}, ""), ("status", {}, "")],
)  # fmt: skip
def test_a_column_called_after_those_without_the_event_is_not_taken_for_it_unasked(column, values, words):
    said = inverted({"event": column, "event_values": values})
    assert words in said
    assert bool(said) == bool(words)
