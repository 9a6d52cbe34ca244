"""Ids of the rows of a table of features: which case, replicate and patient each is of, and why one is of nobody."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.errors import StudyError
from radioloom.io.user_tables import cells as of_users
from radioloom.io.user_tables.ids import alike, bare, nobody, refuse_rounded, refuse_unknown
from radioloom.io.user_tables.pseudonyms import is_date, no_pseudonym
from radioloom.io.user_tables.quoted import shown
from radioloom.io.user_tables.record import no_column, number_of, place_of
from radioloom.patterns import compiled
from radioloom.tables.columns import FIRST, PARTS
from radioloom.volume import modality_of

if TYPE_CHECKING:
    import pandas as pd

WORD = re.compile(r"[A-Za-z0-9_-]{1,64}")  # of a replicate, region or visit
ROW = ("case", "replicate", *PARTS)  # keys of `columns` that tell the rows of a table apart
IDS = (*ROW, "patient")  # keys of `columns` whose columns are no features


def identified(
    frame: pd.DataFrame, cohort: str, settings: dict[str, Any], patients: dict[str, str] | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Case and replicate of each row, and why it has none; from the columns of ids alone."""
    where = places(frame, cohort, settings)
    cases, reasons = _cases(frame, where, settings, patients)
    return cases, _words(frame, where, settings["columns"]["replicate"], FIRST, "replicate"), reasons


def parts_of(frame: pd.DataFrame, cohort: str, settings: dict[str, Any]) -> dict[str, np.ndarray]:
    """Region, modality and visit of each row, (n,) each, by PARTS; the cohort's `roi`, and "", where no column says."""
    where, columns = places(frame, cohort, settings), settings["columns"]
    return {
        "roi": _words(frame, where, columns["roi"], settings["roi"], "region"),
        "modality": _modalities(frame, where, columns["modality"]),
        "visit": _words(frame, where, columns["visit"], "", "visit"),
    }


@dataclass(frozen=True, slots=True)
class Places:
    """Where cells of a table stand."""

    file: str  # as messages call it
    frame: pd.DataFrame

    def at(self, k: int, column: str = "") -> str:
        """File, line and column of a cell."""
        return f"{self.file}, {place_of(self.frame, k)}{f', column {column!r}' if column else ''}"


def places(frame: pd.DataFrame, cohort: str, settings: dict[str, Any]) -> Places:
    """Places of the cells of a table. cohort : "" where it is of none; settings : the cohort's `features`."""
    key = f"cohorts.{cohort}.features: " if cohort else ""
    return Places(f"{key}{Path(settings['file']).name}", frame)


def text_of_cells(column: pd.Series) -> list[str]:
    """Cells of a column as text, without blanks around them."""
    return [of_users.text_of(value) for value in column.tolist()]


def _cases(
    frame: pd.DataFrame, where: Places, settings: dict[str, Any], patients: dict[str, str] | None
) -> tuple[np.ndarray, np.ndarray]:
    """Case of each row, and why it has none ('' where it has one): such a row is called by its number."""
    pattern, before, column = settings["ids"]["pattern"], settings["ids"]["add"], settings["columns"]["case"]
    rule = compiled(pattern)
    cases = np.array([f"row-{number_of(frame, k)}" for k in range(len(frame))], dtype=object)
    reasons = np.full(len(frame), "", dtype=object)
    near = alike(patients or ())
    for k, cell in enumerate(text_of_cells(frame[column])):
        match = rule.fullmatch(cell) if cell and pattern else None
        name = before + (match["case"] if match else cell)
        refuse_rounded(cell, where.at(k, column))
        if nobody(cell):
            reasons[k] = f"no id in the column {column!r}"
        elif pattern and not match:
            reasons[k] = "its id does not match `ids.pattern`"
        elif patients is not None and name not in patients:
            almost = ", which has one that is almost alike; write both the same" if bare(name) in near else ""
            reasons[k] = f"its id is not in {settings['ids']['patients']['file']}{almost}"
        else:
            cases[k] = name if patients is None else patients[name]
            if fault := no_pseudonym(cases[k]):
                remedy = "map ids to cases with `ids.pattern` or `ids.patients`"
                raise StudyError(f"{where.at(k, column)}: its id is {fault}; {remedy}")
    return cases, reasons


def _words(frame: pd.DataFrame, where: Places, column: str, without: str, what: str) -> np.ndarray:
    """Cells of a column of words (n,); `without` in all rows where no column is named."""
    if not column:
        return np.full(len(frame), without, dtype=object)
    cells = _cells(frame, where, column, what)
    for row in (k for k, cell in enumerate(cells) if is_date(cell) or not WORD.fullmatch(cell)):
        raise StudyError(f"{where.at(row, column)}: a {what} is letters, digits, _ and -, no date; correct the cell")
    return np.array(cells, dtype=object)


def _modalities(frame: pd.DataFrame, where: Places, column: str) -> np.ndarray:
    """Modality of each row (n,); "" where no column is named, or its cell is empty."""
    if not column:
        return np.full(len(frame), "", dtype=object)
    modalities = []
    for row, cell in enumerate(_cells(frame, where, column, "modality")):
        try:
            modalities.append(modality_of(cell))
        except StudyError as error:
            told = str(error).replace(repr(cell)[:60], shown(cell))
            raise StudyError(f"{where.at(row, column)}: {told}") from None
    return np.array(modalities, dtype=object)


def _cells(frame: pd.DataFrame, where: Places, column: str, key: str) -> list[str]:
    if column not in frame.columns:
        raise StudyError(f"{where.file}: {no_column(column, frame.columns, f'columns.{key}')}")
    return text_of_cells(frame[column])


def patients_of(frame: pd.DataFrame, cohort: str, settings: dict[str, Any]) -> np.ndarray:
    """Patient of each row, (n,): what the column `columns.patient` holds, "" where nobody is named.

    Raises StudyError for a word for an unknown one, and for what is no pseudonym: unquoted, it may be a name.
    """
    where = places(frame, cohort, settings)
    column = settings["columns"]["patient"]
    cells = np.array(text_of_cells(frame[column]) if column else [""] * len(frame), dtype=object)
    refuse_unknown(cells.tolist(), text_of_cells(frame[settings["columns"]["case"]]), lambda k: where.at(k, column))
    for row, cell in enumerate(cells):
        if cell and (fault := no_pseudonym(cell, " of a patient")):
            refuse_rounded(cell, where.at(row, column))
            raise StudyError(f"{where.at(row, column)}: this is {fault}")
    return cells


def refuse_repeats(ids: tuple[np.ndarray, ...], kept: np.ndarray, where: Places) -> None:
    """StudyError where two rows that are kept are of one case, replicate, region, modality and visit.

    ids : by ROW
    """
    seen: dict[tuple[str, ...], int] = {}
    for k in np.flatnonzero(kept):
        key = tuple(each[k] for each in ids)
        if key in seen:
            raise StudyError(
                f"{where.at(k)}: case {key[0]} appears in {place_of(where.frame, seen[key])} already; keep "
                "one row per patient, or name the column that tells them apart in `columns.replicate` (or `roi`, "
                "`modality`, `visit`, where the study has `combine`)"
            )
        seen[key] = int(k)
