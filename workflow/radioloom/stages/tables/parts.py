"""Parts of a cohort that a column divides: cases that are learnt from, and cases that are validated on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.errors import StudyError
from radioloom.io.user_tables.cells import Day, day, form_fault, missing, text_of
from radioloom.io.user_tables.quoted import shown
from radioloom.io.user_tables.record import SHOWN, no_column, place_of
from radioloom.stages.tables.row_ids import identified, patients_of
from radioloom.tables.cohorts import LEARNT_OR_VALIDATED, TRAINING, VALIDATION

if TYPE_CHECKING:
    import pandas as pd

Cell = tuple[str, str]  # text, and where it stands


@dataclass(frozen=True, slots=True)
class Division:
    """What divides a cohort.

    column : its name
    words : part by what a cell says; of a division by date none
    before : the day from which cases are validated on; None of a division by words
    date_format : of the column, as strptime takes it
    listed : of a column in a table of its own: the cell of each case
    """

    column: str
    words: Mapping[str, str]
    before: date | None
    date_format: str
    listed: Mapping[str, Cell] | None = None

    def part(self, case: str, cell: Cell = ("", "")) -> str:
        """The part of a case; cell : what the sheet's (or table's) own column says, unless it is listed elsewhere.

        Raises StudyError where it is of neither; a date is not shown.
        """
        if self.listed is not None and case not in self.listed:
            raise StudyError(f"case {case} is not in the table of `split.file`; add it there, or take the case out")
        text, where = cell if self.listed is None else self.listed[case]
        if text not in self.words and missing(text):
            raise StudyError(f"{where}: it is empty, so case {case} is of neither part; fill it, or take the case out")
        if self.before is not None:
            on = day(text, self.date_format, where, "split.date_format")
            return TRAINING if on is not None and on < self.before else VALIDATION
        if text not in self.words:
            raise StudyError(
                f"{where}: {shown(text, self.words)} is of neither part, only {', '.join(self.words)} are; "
                f"add it to split.{TRAINING} or split.{VALIDATION}, or correct the cell; a case of "
                "neither is left out by taking its row out"
            )
        return self.words[text]


def split_fault(split: Mapping[str, Any]) -> str:
    """What is wrong with a cohort's `split`; "" where it says which cases are of which part."""
    words, dated = [key for key in LEARNT_OR_VALIDATED if key in split], "before" in split
    if dated and words:
        return f"`before` and `{words[0]}` both say who is learnt from; take one out"
    if not dated and len(words) < len(LEARNT_OR_VALIDATED):
        return "say which words of the column are which part (training: [train], validation: [test]), or a day `before`"
    both = sorted(set(map(str, split.get(TRAINING, ()))) & set(map(str, split.get(VALIDATION, ()))))
    if both:
        return f"{both[0]!r} is in `training` and in `validation`; take it out of one"
    if ("file" in split) != ("case" in split):
        return "`file` and `case` belong together: the table that has the column, and its column of cases"
    return _day_fault(split) if dated else ""


def _day_fault(split: Mapping[str, Any]) -> str:
    try:
        date.fromisoformat(split["before"])
    except ValueError:
        return f"before: {split['before']!r} is no day of the calendar; correct it"
    return f"date_format: {fault}" if (fault := form_fault(split["date_format"])) else ""


def division(split: Mapping[str, Any], listing: pd.DataFrame | None = None) -> Division:
    """What a cohort's `split` says; listing : the table of `split.file` as text, its index the line.

    Raises StudyError where that has no such column, or two rows of a case differ.
    """
    words = {str(word): part for part in LEARNT_OR_VALIDATED for word in split.get(part, ())}
    before = date.fromisoformat(split["before"]) if "before" in split else None
    known = None if listing is None else _listed(listing, split)
    return Division(split["column"], words, before, split["date_format"], known)


def _listed(frame: pd.DataFrame, split: Mapping[str, Any]) -> dict[str, Cell]:
    name, known = Path(split["file"]).name, dict[str, Cell]()
    for key in ("case", "column"):
        if split[key] not in frame.columns:
            raise StudyError(f"{name}: {no_column(split[key], frame.columns, f'split.{key}')}")
    for k, case in enumerate(map(text_of, frame[split["case"]])):
        cell = _text(frame[split["column"]].iloc[k]), f"{name}, {place_of(frame, k)}, column {split['column']!r}"
        if case and known.setdefault(case, cell)[0] != cell[0]:
            raise StudyError(f"{cell[1]}: the case of this row has another value above; give all rows of a case one")
    return known


def _text(value: object) -> str:
    """A cell as text; dates of Parquet are known as such."""
    text = text_of(value)
    return Day(value.strftime("%Y-%m-%d")) if text and isinstance(value, date) else text


def check_apart(rows: Iterable[tuple[str, str, str]], where: str) -> None:
    """Raise StudyError that names cases and patients of both parts, or a part without any case.

    rows : case, patient ("" where none is named) and part; where : what the message begins with
    """
    parts: dict[str, set[str]] = defaultdict(set)
    cases: dict[str, set[str]] = defaultdict(set)
    for case, patient, part in rows:
        parts[patient or case].add(part)
        cases[patient or case].add(case)
    torn = {name: cases[name] for name in sorted(parts) if len(parts[name]) > 1}
    if torn:
        told = [name if each == {name} else f"{name}: {', '.join(sorted(each))}" for name, each in torn.items()]
        more = "; ..." if torn.keys() - list(torn)[:SHOWN] else ""
        raise StudyError(
            f"{where}: {len(torn)} patient{'' if len(torn) == 1 else 's'} in both parts "
            f"({'; '.join(told[:SHOWN])}{more}); nobody is learnt from and validated on: give all rows of a patient "
            "one part, or take those of one part out"
        )
    for lacking in (part for part in LEARNT_OR_VALIDATED if part not in set().union(*parts.values())):
        raise StudyError(f"{where}: no case is of the part {lacking}; correct the words or the day in `split`")


def of_part(
    frame: pd.DataFrame,
    cohort: str,
    settings: dict[str, Any],
    split: Mapping[str, Any] | None,
    patients: dict[str, str] | None = None,
    listing: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The rows of a table of features that are of the cohort's part; all where nothing divides it.

    cohort, settings, patients : as `tabulate.usable` takes them; split : the cohort's; listing : as in `division`
    A row without an id is of the part that its cell says, where the table has the column; else of training.
    Raises StudyError where a row is of neither part, or a patient of both.
    """
    if split is None:
        return frame
    rule, file = division(split, listing), Path(settings["file"]).name
    if rule.listed is None and rule.column not in frame.columns:
        raise StudyError(f"{file}: {no_column(rule.column, frame.columns, 'split.column')}")
    cases, _, reasons = identified(frame, cohort, settings, patients)
    parts = np.full(len(frame), TRAINING, dtype=object)
    for k, case in enumerate(cases):
        if rule.listed is None:
            place = f"{file}, {place_of(frame, k)}, column {rule.column!r}"
            parts[k] = rule.part(case, (_text(frame[rule.column].iloc[k]), place))
        elif not reasons[k]:
            parts[k] = rule.part(case)
    known, whose = reasons == "", patients_of(frame, cohort, settings)
    check_apart(zip(cases[known], whose[known], parts[known], strict=True), f"{file}: split by {rule.column!r}")
    return frame[parts == split["part"]]
