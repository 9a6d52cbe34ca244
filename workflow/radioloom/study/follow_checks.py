"""What a study says of cohorts that go on, held against its other keys and against the dates of its clinical tables."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radioloom.errors import StudyError
from radioloom.io.user_tables.cells import form_fault
from radioloom.settings import Origin
from radioloom.study.record import Study
from radioloom.study.remarks import Remarks
from radioloom.tables.cohorts import TRAINING, VALIDATION, roles

if TYPE_CHECKING:
    import pandas as pd


def follow_faults(settings: dict[str, Any], origin: Origin) -> Iterator[str]:
    """Cohorts that cannot be followed: of another role, simulated, or held against what the study does not have."""
    for name, cohort in settings["cohorts"].items():
        if not (asked := cohort.get("follow")):
            continue
        place = origin.at("cohorts", name, "follow")
        if cohort["role"] != VALIDATION:
            yield f"{place}: a cohort of role {cohort['role']!r} is not judged by period; delete it, or validate there"
        if "simulate" in settings:
            yield f"{place}: simulated patients have no day of entry; delete `follow`"
        form = cohort.get("clinical", {}).get("date_format")
        if form and (fault := form_fault(form)):
            yield f"{origin.at('cohorts', name, 'clinical', 'date_format')}: {fault}"
        folds = settings["validation"]["cross_validation"]["repeats"] if TRAINING in roles(settings).values() else 0
        if asked["reference"] != "first" and not folds:
            yield f"{place}.reference: the study has no cross-validation; set `reference: first`"


def follow_remarks(
    study: Study, cohort: str, frame: pd.DataFrame, cases: Collection[str], origin: Origin, remarks: Remarks
) -> None:
    """Whether the clinical table of a cohort that goes on has dates of entry that can be read, and who has none.

    frame : the table as text; cases : those of the cohort
    """
    from radioloom.stages.learning.enter import enter

    block = study.settings["cohorts"][cohort]
    if "follow" not in block:
        return
    try:
        entries = enter(frame, cohort, set(cases), block["clinical"], block["follow"])
    except StudyError as error:
        remarks.faults.append(f"{origin.at('cohorts', cohort, 'follow')}: {error}")
        return
    if not any(row["period"] for row in entries.periods):
        place, file = origin.at("cohorts", cohort, "follow", "entered"), Path(block["clinical"]["file"]).name
        remarks.faults.append(
            f"{place}: {file} has no date in column {block['follow']['entered']!r} of any case; give the days of entry "
            "or delete `follow`"
        )
    remarks.notes.extend(f"cohort {cohort}: {note}" for note in entries.notes)
