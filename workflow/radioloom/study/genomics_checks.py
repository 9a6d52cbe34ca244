"""Gene expression of a study, held against its cases and the rules of gene modules before any job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from radioloom.errors import StudyError
from radioloom.io.user_tables.quoted import forms
from radioloom.io.user_tables.read import file_of
from radioloom.settings import Origin
from radioloom.study.record import Study
from radioloom.study.remarks import Remarks, bare, read_or_fault, some
from radioloom.study.table_checks import LARGE, start_of

if TYPE_CHECKING:
    import pandas as pd


def expression_remarks(study: Study, cases: list[str] | None, origin: Origin, remarks: Remarks) -> None:
    """Whether enough cases of the genomics cohort have expression, and its cells are numbers; see `LARGE`."""
    from radioloom.io import expression
    from radioloom.stages.genomics.associate import FEWEST_CASES

    settings = study.settings["genomics"]
    cohort, block, place = settings["cohort"], settings["expression"], ("genomics", "expression")
    file = (study.data, block["file"])
    columns = read_or_fault(
        lambda path: expression.header(path, block["gene"], cases), file, origin.at(*place, "file"), remarks
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
    if (study.data / file_of(block["file"])).stat().st_size <= LARGE:
        _cells(study, cases, origin, remarks)


def _cells(study: Study, cases: list[str], origin: Origin, remarks: Remarks) -> None:
    """Cells and genes of the matrix, as the stage associate will check them."""
    from radioloom.io import expression

    block, place = study.settings["genomics"]["expression"], origin.at("genomics", "expression", "file")
    matrix = read_or_fault(
        lambda path: expression.read(path, block["gene"], cases), (study.data, block["file"]), place, remarks
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
    _rules(study, matrix.values, origin, remarks)


def _rules(study: Study, values: pd.DataFrame, origin: Origin, remarks: Remarks) -> None:
    """Whether the study's rules of genes and modules fit a matrix (gene x case), and notes on its scale."""
    from radioloom.genomics import expression
    from radioloom.genomics.modules.find import check_asked
    from radioloom.genomics.modules.record import Rules

    settings, key = study.settings["genomics"], ("genomics", "expression")
    try:
        matrix = expression.check(values, expression.Rules(**settings["expression"]))
    except StudyError as error:
        remarks.faults.append(f"{origin.at(*key, 'file')}: {bare(error)}")
        return
    try:
        check_asked(len(matrix.values), Rules(**settings["modules"]))
    except StudyError as error:
        remarks.faults.append(f"{origin.at('genomics')}{str(error).removeprefix('genomics')}")
    if words := expression.not_logarithms(matrix.values):
        remarks.notes.append(f"{origin.at(*key)}: {words}")
