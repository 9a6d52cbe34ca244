"""The genomics cohort in two parts: one that a map is learnt from, and one that it is tested in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radioloom.errors import StudyError
from radioloom.io.user_tables.cells import missing, text_of
from radioloom.io.user_tables.quoted import shown
from radioloom.io.user_tables.record import no_column, place_of
from radioloom.provenance import rng
from radioloom.tables.claims import LEARNT, TESTED

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Settings:
    """The study's `genomics.split`."""

    share: float = 0.67  # of the patients, drawn, that the map is learnt from; where no column says it
    column: str = ""
    learn: tuple[str, ...] = ()  # what the column says of cases that the map is learnt from
    test: tuple[str, ...] = ()
    file: str = ""  # without one: the clinical table of the cohort
    case: str = ""


def drawn(patients: Mapping[str, str], share: float, seed: int) -> list[dict[str, Any]]:
    """Part of each case by lot, all cases of a patient in one. patients : patient of each case."""
    names = sorted(set(patients.values()))
    order = rng(seed, "replicate", "parts").permutation(len(names))
    learnt = {names[k] for k in order[: round(share * len(names))]}
    return [{"case": case, "part": LEARNT if patients[case] in learnt else TESTED} for case in sorted(patients)]


def declared(settings: Settings, frame: pd.DataFrame, patients: Mapping[str, str]) -> list[dict[str, Any]]:
    """Part of each case by a column of a table; cases whose cell is empty are in neither.

    frame : as text, its index the line of the file; patients : patient of each case
    Raises StudyError for a column that is not there, a word that is none of those declared, and a patient of both.
    """
    for column in (settings.case, settings.column):
        if column not in frame:
            raise StudyError(f"genomics.split: {no_column(column, frame.columns)}")
    words = dict.fromkeys(settings.learn, LEARNT) | dict.fromkeys(settings.test, TESTED)
    part_of: dict[str, str] = {}
    of_patient: dict[str, str] = {}
    for k, (case, cell) in enumerate(zip(frame[settings.case], frame[settings.column], strict=True)):
        name, text = text_of(case), text_of(cell)
        if name not in patients or missing(text):
            continue
        place = f"{Path(settings.file).name}, {place_of(frame, k)}, column {settings.column!r}"
        if text not in words:
            raise StudyError(
                f"genomics.split: {place}: {shown(text, words)} is in neither `learn` nor `test`; add it to one, or "
                "leave the cell empty"
            )
        if of_patient.setdefault(patients[name], words[text]) != words[text]:
            raise StudyError(
                f"genomics.split: {place}: cases of this patient are in both parts; the test would know the patient"
            )
        part_of[name] = words[text]
    return [{"case": case, "part": part} for case, part in sorted(part_of.items())]
