"""Readers' annotations of a study, held against its cases and its ordered traits before any job.

A folder of so many files, or such large ones, that it takes long to read is left to the stage.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radioloom.errors import StudyError
from radioloom.io.files import files_below, is_file, is_there
from radioloom.io.user_tables.read import file_of, not_below
from radioloom.settings import Origin
from radioloom.study.record import Study
from radioloom.study.remarks import SHOWN, Remarks, bare, how_read, read_or_fault
from radioloom.study.table_checks import LARGE, start_of, two_of_one

if TYPE_CHECKING:
    from radioloom.io.annotations.record import Annotation

MANY = 1000  # files of a folder beyond which they are not read before the jobs


@dataclass(frozen=True, slots=True)
class Annotated:
    """A cohort that readers annotated; cases is None where its table of features is at fault itself."""

    study: Study
    cohort: str
    cases: list[str] | None

    @property
    def block(self) -> dict[str, Any]:
        """The cohort's `traits`."""
        return self.study.settings["cohorts"][self.cohort]["traits"]

    @property
    def answers(self) -> Path:
        """Where the annotations lie."""
        return self.study.data / self.block["files"]

    def at(self, origin: Origin, *key: str) -> str:
        """What messages call a key of the block."""
        return origin.at("cohorts", self.cohort, "traits", *key)


Check = Callable[[Annotated, Origin, Remarks], None]


def annotation_remarks(known: Annotated, origin: Origin, remarks: Remarks) -> None:
    """Remarks of every check; answers are held against cases where their files, pattern and patients can be read."""
    mine = Remarks(notes=remarks.notes)
    for check in CHECKS:
        if not mine.faults:
            check(known, origin, mine)
    remarks.faults.extend(mine.faults)


def _there(known: Annotated, origin: Origin, remarks: Remarks) -> None:
    """Whether there is a file or folder of annotations."""
    if not is_there(file_of(str(known.answers))):
        remarks.faults.append(f"{known.at(origin, 'files')}: {not_below(known.study.data, known.block['files'])}")


def _pattern(known: Annotated, origin: Origin, remarks: Remarks) -> None:
    """The pattern that says which case a file is of."""
    from radioloom.stages.genomics.traits import case_pattern

    try:
        case_pattern(known.cohort, known.block["pattern"])
    except StudyError as error:
        remarks.faults.append(f"{known.at(origin, 'pattern')}: {bare(error)}")


def _patients(known: Annotated, origin: Origin, remarks: Remarks) -> None:
    """The table of patients, and whether any is a case of the cohort."""
    from radioloom.io.patients import cases_by_patient

    if not (linked := known.block.get("patients")):
        return
    place = known.at(origin, "patients")
    table = read_or_fault(
        lambda path: cases_by_patient(known.study.data, **linked), (known.study.data, linked["file"]), place, remarks
    )
    remarks.notes.extend(two_of_one(known.cohort, linked["file"], table or {}))
    if table is not None and known.cases is not None and not set(known.cases) & set(table.values()):
        start = start_of(known.study, known.cohort).word
        remarks.faults.append(f"{place}: no patient id is of a case of the {start}; look at the columns it names")


def _answers(known: Annotated, origin: Origin, remarks: Remarks) -> None:
    """Answers, as the stage traits will take them: of which cases they are, and on which levels."""
    from radioloom.io.patients import cases_by_patient
    from radioloom.stages.genomics.traits import contradictions, spellings, traits

    annotations = _read(known, origin, remarks)
    if annotations is None:
        return
    remarks.notes.extend(
        f"cohort {known.cohort}: {note}" for note in (*spellings(annotations), *contradictions(annotations))
    )
    if known.cases is None:
        return
    data, linked = known.study.data, known.block.get("patients")
    patients = cases_by_patient(data, **linked) if linked else None
    try:
        taken = traits(annotations, known.cohort, known.cases, known.block, patients)
    except StudyError as error:
        message = str(error).removeprefix(f"cohorts.{known.cohort}.traits")
        remarks.faults.append(f"{known.at(origin)}{message}")
        return
    reasons = Counter(row["reason"] for row in taken.unread).most_common()
    listed = "; ".join(f"{reason} ({n})" for reason, n in reasons[:SHOWN]) + ("; ..." if len(reasons) > SHOWN else "")
    if not taken.traits:
        start = start_of(known.study, known.cohort).word
        remarks.faults.append(
            f"{known.at(origin, 'files')}: none of {len(annotations)} annotations can be used: {listed}; name cases "
            f"there as the {start} does, or say whose they are with `traits.patients` or `traits.pattern`"
        )
    elif listed:
        remarks.notes.append(
            f"cohort {known.cohort}: {len(taken.unread)} of {len(annotations)} annotations will be left out, whole or "
            f"in part: {listed}"
        )


def _read(known: Annotated, origin: Origin, remarks: Remarks) -> list[Annotation] | None:
    """Annotations of a table, or of a folder that is read in short time; None where they are not read, or cannot be."""
    from radioloom.io.annotations import read

    place, data = known.answers, known.study.data
    if is_file(file_of(str(place))):
        remarks.notes.extend(f"cohort {known.cohort}: {note}" for note in how_read(place))
        named = (data, known.block["files"])
        return read_or_fault(lambda path: read.read(path, data), named, known.at(origin, "files"), remarks)
    files = list(islice(files_below(place), MANY + 1))
    if len(files) > MANY or sum(file.stat().st_size for file in files if is_file(file)) > LARGE:
        return None
    try:
        return read.read(place, data)
    except StudyError as error:
        remarks.faults.append(f"{known.at(origin, 'files')}: {bare(error)}")
    return None


CHECKS: tuple[Check, ...] = (_there, _pattern, _patients, _answers)
