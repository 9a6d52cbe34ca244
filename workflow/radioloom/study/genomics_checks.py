"""Readers' annotations and gene expression of a study, held against its cases before any job."""

from __future__ import annotations

from pathlib import Path

from radioloom.errors import StudyError
from radioloom.io.files import is_file, is_there
from radioloom.io.user_tables.quoted import forms
from radioloom.io.user_tables.read import file_of
from radioloom.settings import Origin
from radioloom.study.record import Study
from radioloom.study.remarks import Remarks, bare, how_read, read_or_fault, some
from radioloom.study.table_checks import LARGE, start_of, two_of_one


def annotation_remarks(study: Study, cohort: str, cases: list[str] | None, origin: Origin, remarks: Remarks) -> None:
    """Annotations and the table of patients, and the pattern that says which case a file is of."""
    from radioloom.io.patients import cases_by_patient
    from radioloom.stages.genomics.traits import case_pattern

    block, place = study.settings["cohorts"][cohort]["traits"], ("cohorts", cohort, "traits")
    answers = study.data / block["files"]
    if not is_there(file_of(str(answers))):
        remarks.faults.append(
            f"{origin.at(*place, 'files')}: {block['files']!r} is not below the data folder; correct it"
        )
    elif is_file(file_of(str(answers))):
        _answers(study, cohort, answers, origin, remarks)
    try:
        case_pattern(cohort, block["pattern"])
    except StudyError as error:
        remarks.faults.append(f"{origin.at(*place, 'pattern')}: {bare(error)}")
    if "patients" not in block:
        return
    table = read_or_fault(
        lambda path: cases_by_patient(study.data, **block["patients"]),
        study.data / block["patients"]["file"],
        origin.at(*place, "patients"),
        remarks,
    )
    remarks.notes.extend(two_of_one(cohort, block["patients"]["file"], table or {}))
    if table is not None and cases is not None and not set(cases) & set(table.values()):
        remarks.faults.append(
            f"{origin.at(*place, 'patients')}: no patient id is of a case of the {start_of(study, cohort).word}; "
            "look at the columns it names"
        )


def _answers(study: Study, cohort: str, place: Path, origin: Origin, remarks: Remarks) -> None:
    """A table of answers, read as the stage traits will read it."""
    from radioloom.io.annotations import read
    from radioloom.stages.genomics.traits import spellings

    key = origin.at("cohorts", cohort, "traits", "files")
    given = read_or_fault(lambda path: read.read(path, study.data), place, key, remarks)
    if given is not None:
        remarks.notes.extend(f"cohort {cohort}: {note}" for note in spellings(given))
        remarks.notes.extend(f"cohort {cohort}: {note}" for note in how_read(place))


def expression_remarks(study: Study, cases: list[str] | None, origin: Origin, remarks: Remarks) -> None:
    """Whether enough cases of the genomics cohort have expression, and its cells are numbers; see `LARGE`."""
    from radioloom.io import expression
    from radioloom.stages.genomics.associate import FEWEST_CASES

    settings = study.settings["genomics"]
    cohort, block, place = settings["cohort"], settings["expression"], ("genomics", "expression")
    path = study.data / block["file"]
    columns = read_or_fault(
        lambda path: expression.header(path, block["gene"], cases), path, origin.at(*place, "file"), remarks
    )
    if columns is None or cases is None:
        return
    remarks.notes.extend(columns.notes)
    lacking = sorted(set(cases) - set(columns.cases))
    both = len(cases) - len(lacking)
    message = f"{both} of {len(cases)} cases of cohort {cohort} have a column in the expression matrix"
    hints = expression.meant_by(columns.hints)
    if both < FEWEST_CASES:
        looks = "" if both else forms(columns.others)
        remarks.faults.append(
            f"{origin.at(*place)}: {message} of {both + len(columns.others)} columns, and {FEWEST_CASES} are the "
            f"fewest{looks}; give matrix and {start_of(study, cohort).word} the same names of cases{hints}"
        )
        return
    if lacking:
        remarks.notes.append(f"{message}; {some(lacking, 'case')} without{hints}")
    if columns.others:
        remarks.notes.append(
            f"columns of the expression matrix that are of no case of cohort {cohort} and are left out: "
            f"{expression.no_cases(columns.others)}"
        )
    if Path(file_of(str(path))).stat().st_size <= LARGE:
        _cells(study, cases, origin, remarks)


def _cells(study: Study, cases: list[str], origin: Origin, remarks: Remarks) -> None:
    """Cells and genes of the matrix."""
    from radioloom.io import expression

    block, place = study.settings["genomics"]["expression"], origin.at("genomics", "expression", "file")
    matrix = read_or_fault(
        lambda path: expression.read(path, block["gene"], cases), study.data / block["file"], place, remarks
    )
    if matrix is None:
        return
    if matrix.damaged:
        remarks.notes.append(
            f"{some(matrix.damaged, 'gene')} in the expression matrix: Excel made dates or numbers of their names "
            "(MARCH1, SEPT2, 2310009E15Rik); write them again, or they match no gene set"
        )
    if matrix.counters:
        remarks.notes.append(
            f"{some(matrix.counters, 'row')} of the expression matrix count reads of no gene, and are left out"
        )
