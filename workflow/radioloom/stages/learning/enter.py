"""Stage enter: the period that each case of a followed cohort entered in, by the dates of its clinical table."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from radioloom.errors import StudyError
from radioloom.io.user_tables.cells import day, text_of
from radioloom.io.user_tables.dates import Cell, form_of
from radioloom.io.user_tables.ids import nobody
from radioloom.io.user_tables.record import no_column, place_of

if TYPE_CHECKING:
    import pandas as pd

MONTHS = {"quarter": 3, "half-year": 6, "year": 12}
APART = 20  # years: longer than a signature is followed, shorter than a century that was mistyped or a placeholder
UNKNOWN = 0  # period of a case without a date of entry
Entry: TypeAlias = tuple[date, str]  # day and case


@dataclass(frozen=True, slots=True)
class Entries:
    """Rows of PERIODS, and notes for a person."""

    periods: list[dict[str, Any]]
    notes: tuple[str, ...] = ()


def enter(
    frame: pd.DataFrame,
    cohort: str,
    cases: Collection[str],
    mapping: Mapping[str, Any],
    asked: Mapping[str, Any],
    others: Collection[str] | None = (),
) -> Entries:
    """PERIODS rows of the cases of one cohort; no date leaves this function.

    frame : the clinical table as text; its index is the line of the file
    cases : those with an outcome
    mapping : the cohort's `clinical`, read are file, case and date_format
    asked : the cohort's `follow`
    others : cases without a usable outcome; None: all of the table
    These have a period by the entries of those with an outcome, whose periods they do not move. A case without a date
    is of no period (0), and a note says how many there are. Raises StudyError for a column that is not there, and for
    dates that cannot be read.
    """
    name, column = Path(mapping["file"]).name, asked["entered"]
    if column not in frame.columns:
        raise StudyError(f"{name}: {no_column(column, frame.columns, 'follow.entered')}")
    places = [f"{name}, {place_of(frame, k)}, column {column!r}" for k in range(len(frame))]
    texts = list(map(text_of, frame[column]))
    form = form_of(list(map(Cell, texts, places)), mapping.get("date_format", ""))
    days: dict[str, date] = {}
    for case, text, where in zip(map(text_of, frame[mapping["case"]]), texts, places, strict=True):
        mine = case in cases or (case in others if others is not None else not nobody(case))
        if mine and (entered := day(text, form, where)):
            days.setdefault(case, entered)
    entries = sorted((entered, case) for case, entered in days.items())
    known = [entry for entry in entries if entry[1] in cases] or entries
    periods = {case: numbered((entered, case), known, asked["every"]) for entered, case in entries}
    everyone = sorted({*cases, *days})
    rows = [{"cohort": cohort, "case": case, "period": periods.get(case, UNKNOWN)} for case in everyone]
    notes = []
    if without := len(set(cases) - days.keys()):
        notes.append(f"cases without a date in column {column!r}: {without}; they are in no period, and not followed")
    if far := _far([entered for entered, _ in known]):
        who = f"cases that entered more than {APART} years before or after half of the others: {far}"
        notes.append(f"{who}; periods are counted from the first day: is it right?")
    return Entries(rows, tuple(notes))


def _far(days: list[date]) -> int:
    """How many days are `APART` years and more from the middle one; days in order."""
    return sum(abs((each - days[len(days) // 2]).days) > 365.25 * APART for each in days)


def numbered(entry: Entry, known: list[Entry], every: str | int) -> int:
    """Period of one case, 1, 2, ..., among the entries that number them, in order.

    every : a key of MONTHS, counted from the first day; or so many cases in order of entry (on one day: of name)
    """
    if isinstance(every, int):
        return bisect_left(known, entry) // every + 1
    return max(0, _months(known[0][0], entry[0])) // MONTHS[every] + 1


def _months(first: date, last: date) -> int:
    """Whole months from one day to another."""
    return 12 * (last.year - first.year) + last.month - first.month - (last.day < first.day)
