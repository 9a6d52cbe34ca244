"""What a study says of its files, held against the files that are there: outcomes, regions, expression, annotations.

A fault ends the study before any job; a note tells what will be left out, so that nobody learns it from the report.
Cases are named, and never a path or an id that is only in a file: those may hold a patient's name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from radioloom.errors import StudyError
from radioloom.io.user_tables.cells import text_of
from radioloom.io.user_tables.quoted import forms
from radioloom.settings import Origin
from radioloom.stages.learning.events import UNQUOTED
from radioloom.stages.tables.combined_names import combined
from radioloom.study import unsupervised_checks
from radioloom.study.archive_checks import archive_remarks
from radioloom.study.claims_checks import claims_remarks
from radioloom.study.clinical_checks import Rows, row_notes, several_rows
from radioloom.study.clock_checks import clock_remarks
from radioloom.study.combine_checks import by_patient, combine_remarks
from radioloom.study.copy_checks import Copied, copy_remarks
from radioloom.study.follow_checks import follow_remarks
from radioloom.study.genomics_checks import expression_remarks
from radioloom.study.identity_checks import identity_remarks
from radioloom.study.image_checks import image_remarks
from radioloom.study.outcome_checks import Known, outcome_remarks
from radioloom.study.path_checks import path_remarks
from radioloom.study.record import Study
from radioloom.study.region_checks import region_remarks
from radioloom.study.remarks import SHOWN, Remarks, how_read, read_or_fault, some
from radioloom.study.replicate_checks import replicate_remarks
from radioloom.study.shared_outcomes import shared_remarks
from radioloom.study.sheet import Row
from radioloom.study.table_checks import Read, start_of, table_rows
from radioloom.study.trait_checks import Annotated, annotation_remarks
from radioloom.study.validation_checks import subgroup_remarks
from radioloom.tables.columns import FIRST

FEW = 20  # rows of a table in which an event may be missing by chance

if TYPE_CHECKING:
    from radioloom.stages.learning.clinical import Clinical


def file_remarks(study: Study, origin: Origin) -> Remarks:
    """Remarks on every file that the study names, but those that it makes or fetches itself."""
    remarks = Remarks(notes=_sheets(study))
    read = Read({}, {})
    rows = {**study.sheets, **table_rows(study, origin, remarks, read)}  # None of a table that is at fault itself
    combine_remarks(study, rows, origin, remarks)
    region_remarks(study, rows, origin, remarks)
    told = identity_remarks(study, rows, origin, remarks)
    people = by_patient(study, rows)
    replicate_remarks(study, people, origin, remarks)
    unique = {name: each for name, each in read.values.items() if name not in told}
    copy_remarks(Copied(study, rows, unique), origin, remarks)
    if study.simulated:
        return remarks
    clock_remarks(study, origin, remarks)
    outcomes: dict[str, Clinical] = {}
    for cohort in study.cohorts():
        known = people[cohort]
        cases = None if known is None else sorted({row["case"] for row in known})
        if cohort in study.has.archived:
            archive_remarks(study, cohort, remarks)
        if cohort in study.has.images:
            _images(study, cohort, origin, remarks)
        whose = None if known is None else {row["case"]: row["patient"] for row in known}
        if cohort in study.has.outcomes and (table := _outcomes(study, cohort, whose, origin, remarks)):
            outcomes[cohort] = table
        if cohort in study.has.traits:
            annotation_remarks(Annotated(study, cohort, cases), origin, remarks)
        if cohort in study.has.expression:
            expression_remarks(study, whose, origin, remarks)
            claims_remarks(study, whose, origin, remarks)
    tables = {} if study.has.combined else read.tables  # columns of models are of one image each
    given = Known(study, outcomes, _whose(people), tables, _first(people))
    outcome_remarks(given, origin, remarks)
    apart = {cohort: table for cohort, table in outcomes.items() if cohort not in told}
    shared_remarks(replace(given, outcomes=apart), origin, remarks)
    unsupervised_checks.cluster_remarks(given, origin, remarks)
    return remarks


def _sheets(study: Study) -> list[str]:
    """Notes on how cohort sheets were read, where that is not as their endings say."""
    return [f"cohort {cohort}: {note}" for cohort, sheet in study.sheet_places.items() for note in how_read(sheet)]


def _whose(rows: Mapping[str, list[Row] | None]) -> dict[tuple[str, str], str]:
    """The patient of each (cohort, case) whose sheet or table names one."""
    named = ((cohort, row) for cohort, each in rows.items() for row in each or () if row["patient"])
    return {(cohort, row["case"]): row["patient"] for cohort, row in named}


def _first(rows: Mapping[str, list[Row] | None]) -> set[tuple[str, str]]:
    """The (cohort, case) of all with a row of replicate 1."""
    return {(cohort, row["case"]) for cohort, each in rows.items() for row in each or () if row["replicate"] == FIRST}


def _images(study: Study, cohort: str, origin: Origin, remarks: Remarks) -> None:
    """Images and segmentations of a sheet, and whether their scanners are known where that is asked."""
    image_remarks(study, cohort, origin, remarks)
    path_remarks(study, cohort, origin, remarks)
    if study.settings["harmonise"]["method"] != "none" and _all_nifti(study, cohort):
        remarks.notes.append(
            f"cohort {cohort}: its images are NIfTI files, which name no scanner; harmonisation leaves them as they are"
        )


def _all_nifti(study: Study, cohort: str) -> bool:
    return all(row["image"].lower().endswith((".nii", ".nii.gz")) for row in study.sheets[cohort])


def _outcomes(
    study: Study, cohort: str, whose: Mapping[str, str] | None, origin: Origin, remarks: Remarks
) -> Clinical | None:
    """Outcomes and covariates as the stage clinical will read them; its columns alone where no case is known.

    whose : the patient of each case, "" where none is named
    """
    from radioloom.io.user_tables.read import read
    from radioloom.stages.learning.clinical import clinical

    block = study.settings["cohorts"][cohort]["clinical"]
    place = ("cohorts", cohort, "clinical")
    given = read_or_fault(read, (study.data, block["file"]), origin.at(*place, "file"), remarks)
    if given is None:
        return None
    remarks.notes.extend(f"cohort {cohort}: {note}" for note in given.notes)
    covariates = study.settings["model"]["covariates"]
    try:
        table = clinical(given.frame(), cohort, whose or (), block, study.settings["outcome"], covariates)
        remarks.notes.extend(f"cohort {cohort}: {note}" for note in table.notes)
    except StudyError as error:
        remarks.faults.append(f"{origin.at(*place)}: {str(error).removeprefix(f'cohorts.{cohort}.clinical: ')}")
        return None
    remarks.notes.extend(_unused_words(cohort, given.frame()[block["event"]].map(text_of), block["event_values"]))
    if cohort in study.cohorts("validation"):
        subgroup_remarks(study, cohort, given.frame(), sorted(whose or ()), origin, remarks)
    follow_remarks(study, cohort, given.frame(), whose or (), origin, remarks)
    unsupervised_checks.annotation_remarks(study, cohort, given.frame(), sorted(whose or ()), origin, remarks)
    if whose is None:
        return None
    known = Rows(study, cohort, given.frame(), whose)
    reasons: dict[str, list[str]] = defaultdict(list)
    for row in table.exclusions:
        reasons[row["reason"]].append(row["case"])
    summary = "; ".join(f"{some(names, 'case')}: {reason}" for reason, names in list(reasons.items())[:SHOWN])
    summary += "; ..." if len(reasons) > SHOWN else ""
    if fault := _lost(known, table, summary):
        remarks.faults.append(f"{origin.at(*place)}: {fault}")
        return None
    if summary:
        first = 0 if 2 * len(table.exclusions) > len(whose) else len(remarks.notes)  # what most lack is told first
        remarks.notes.insert(
            first, f"cohort {cohort}: {len(table.exclusions)} of {len(whose)} cases lack an outcome ({summary})"
        )
    remarks.notes.extend(row_notes(known))
    remarks.notes.extend(_lacking(cohort, table))
    return table


def _lost(known: Rows, table: Clinical, summary: str) -> str:
    """The fault where most cases stand in the clinical table under a name that is almost theirs, or none can be used.

    summary : why cases have none
    """
    from radioloom.stages.learning.clinical import ABSENT

    start = start_of(known.study, known.cohort).word
    almost = [row for row in table.exclusions if row["reason"].startswith(f"{ABSENT}, ")]
    if 2 * len(almost) > len(known.whose):
        return (
            f"{len(almost)} of {len(known.whose)} cases are called otherwise in the clinical table than in the "
            f"{start}: {almost[0]['case']} is {almost[0]['reason']}; give all of them the names that the {start} has "
            "(a spreadsheet takes zeros away that a name begins with)"
        )
    if table.clinical:
        return ""
    remedy = several_rows(known) or f"give clinical table and {start} the same names of cases"
    if combined(known.study.settings) and not any(known.whose.values()):
        remedy += "; with `combine` outcomes are of patients, whom the column `patient` names of each case"
    return (
        f"no case of the {start} has an outcome in column {known.block['case']!r} and those beside it "
        f"({summary}){_ids_there(known.ids)}; {remedy}"
    )


def _ids_there(cells: Iterable[str]) -> str:
    """What the ids of a clinical table look like, and whether each stands in several rows."""
    ids = [cell for cell in cells if cell]
    several = "; each stands in several rows" if len(ids) >= 2 * len(set(ids)) > 0 else ""
    looks = forms(ids).removeprefix(", but of the form ")
    return f"; ids there are of the form {looks}{several}" if looks else ""


def _unused_words(cohort: str, cells: Iterable[str], values: Mapping[str, object]) -> Iterator[str]:
    """A note on words of `event_values` that no cell has, in whatever letters; not on YAML's, nor of `FEW` cells."""
    given = [cell.casefold() for cell in cells]
    if len(given) < FEW:
        return
    there = set(given)
    spoken = {word for words in UNQUOTED.values() for word in words}
    if unused := sorted({word.casefold() for word in values} - there - spoken):
        words = ", ".join(map(repr, unused[:SHOWN]))
        yield f"cohort {cohort}: no cell of its event column is {words}, which event_values declares: is it misspelt?"


def _lacking(cohort: str, table: Clinical) -> Iterator[str]:
    """A note for each covariate that cases with an outcome lack."""
    cases: dict[str, set[str]] = defaultdict(set)
    for row in table.covariates:
        if row["value"] is None:
            cases[row["covariate"].split("=")[0]].add(row["case"])
    for name, names in cases.items():
        if len(names) == len(table.clinical):
            yield (
                f"cohort {cohort}: none of its {len(names)} cases with an outcome has a value of covariate {name}: "
                "models that take it learn nothing of it there, and cannot be judged there; correct the column, or "
                "take it out of model.covariates"
            )
            continue
        yield (
            f"cohort {cohort}: {len(names)} of {len(table.clinical)} cases with an outcome lack covariate {name} "
            f"({some(sorted(names), 'case')})"
        )
