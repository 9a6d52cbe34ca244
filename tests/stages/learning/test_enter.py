"""Periods of entry: calendar months from the first entry, numbers of cases, and no date in what comes of them."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from radioloom.errors import StudyError
from radioloom.stages.learning.enter import enter, numbered
from radioloom.tables import PERIODS

MAPPING = {"file": "later.csv", "case": "id"}


def frame(days: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"id": [f"P{k}" for k in range(len(days))], "seen": days}, index=range(2, len(days) + 2))


def entered(days: list[str], every="quarter", **mapping):
    rows = frame(days)
    return enter(rows, "later", set(rows["id"]), MAPPING | mapping, {"entered": "seen", "every": every})


@pytest.mark.parametrize(("every", "months"), [("quarter", 3), ("half-year", 6), ("year", 12)])
def test_as_pandas_adds_months_to_the_first_entry(every, months):
    draws = np.random.default_rng(1)
    days = [date.fromordinal(int(each)) for each in draws.integers(738_000, 739_500, 300)]
    edges = [pd.Timestamp(min(days)) + pd.DateOffset(months=months * k) for k in range(1, 60)]
    expected = [1 + sum(edge <= pd.Timestamp(day) for edge in edges) for day in days]
    if min(days).day <= 28:  # of later days pandas shortens a month that has not so many
        entries = sorted((day, "") for day in days)
        assert [numbered((day, ""), entries, every) for day in days] == expected


def test_so_many_cases_in_order_of_entry():
    days = [date(2020, 1, 3), date(2020, 1, 1), date(2020, 1, 2), date(2020, 1, 2), date(2020, 5, 1)]
    entries = list(zip(days, "edcba", strict=True))
    assert [numbered(entry, sorted(entries), 2) for entry in entries] == [2, 1, 2, 1, 3]
    assert entered([""], "year").periods == [{"cohort": "later", "case": "P0", "period": 0}]


def test_rows_and_the_note_on_cases_without_a_date():
    told = entered(["2020-01-31", "", "2020-04-29", "2020-04-30", "2021-01-30"])
    assert {row["case"]: row["period"] for row in told.periods} == {"P0": 1, "P1": 0, "P2": 1, "P3": 1, "P4": 4}
    assert told.notes == ("cases without a date in column 'seen': 1; they are in no period, and not followed",)
    assert set(PERIODS.frame(told.periods)["cohort"]) == {"later"}


@pytest.mark.parametrize(("every", "periods"), [("quarter", [1, 1, 1, 2, 3]), (2, [1, 1, 1, 2, 2])])
def test_cases_without_an_outcome_or_features_have_a_period_and_move_none(every, periods):
    rows = pd.concat(
        [frame(["2020-01-01", "2020-02-01", "2020-03-01", "2020-05-15", "2020-08-15"]), frame(["2020-01-01"])]
    )
    rows.iloc[-1, 0] = ""
    asked = {"entered": "seen", "every": every}
    whole = enter(rows, "later", {"P1", "P2", "P3"}, MAPPING, asked, None)
    assert [row["period"] for row in whole.periods] == periods
    shared = enter(rows, "later", {"P1", "P2", "P3"}, MAPPING, asked, {"P0", "P9"})
    assert {row["case"]: row["period"] for row in shared.periods} == dict(
        zip(["P0", "P1", "P2", "P3"], periods, strict=False)
    )
    alone = enter(rows, "later", {"P1", "P2", "P3"}, MAPPING, asked)
    assert [row["period"] for row in alone.periods] == periods[1:4]


@pytest.mark.parametrize("odd", ["1900-01-01", "2091-03-01"])
def test_a_day_decades_from_the_others_is_told_without_being_shown(odd):
    days = ["2020-01-03", "2021-01-01", "2022-05-06"]
    assert entered(days).notes == ()
    (note,) = entered([*days, odd]).notes
    assert "more than 20 years before or after half of the others: 1" in note
    assert odd[:4] not in note


def test_the_form_of_dates_is_that_of_the_clinical_table():
    told = entered(["02.01.2020", "01.05.2020"], date_format="%d.%m.%Y")
    assert [row["period"] for row in told.periods] == [1, 2]
    with pytest.raises(StudyError, match="day and month would be guessed; say in clinical"):
        entered(["02.01.2020", "01.05.2020"])


def test_a_date_that_cannot_be_read_is_not_shown():
    with pytest.raises(StudyError, match=r"later\.csv, row 3, column 'seen'") as told:
        entered(["2020-01-02", "17 Nov 1987", "2020-05-01"])
    assert "1987" not in str(told.value)
    with pytest.raises(StudyError, match=r"later.csv: no column 'when' \(follow.entered\)"):
        enter(frame([]), "later", (), MAPPING, {"entered": "when", "every": "year"})
