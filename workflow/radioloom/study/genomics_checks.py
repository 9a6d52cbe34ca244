"""Gene expression of a study, held against its cases and the rules of gene modules before any job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from radioloom.errors import StudyError
from radioloom.io.user_tables.quoted import forms
from radioloom.io.user_tables.read import file_of
from radioloom.settings import Origin
from radioloom.stages.tables.identify import Who, equal, pairs, verdict
from radioloom.study.enrichment_checks import enrichment_remarks
from radioloom.study.record import Study
from radioloom.study.remarks import Remarks, bare, read_or_fault, some
from radioloom.study.table_checks import LARGE, patients_named, start_of
from radioloom.tables.cases import REFUSED, ROW

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.io.expression import Columns, Matrix
    from radioloom.io.samples import Samples


def expression_remarks(study: Study, whose: Mapping[str, str] | None, origin: Origin, remarks: Remarks) -> None:
    """Whether enough cases of the genomics cohort have expression, and its cells are numbers; see `LARGE`.

    whose : the patient of each case, "" where none is named; None where the cohort's table is at fault itself
    """
    from radioloom.io import expression
    from radioloom.stages.genomics.associate import FEWEST_CASES

    settings = study.settings["genomics"]
    cohort, block, place = settings["cohort"], settings["expression"], ("genomics", "expression")
    cases = None if whose is None else sorted(whose)
    columns, told = _header(study, cases, origin, remarks)
    if columns is None or cases is None or whose is None:
        return
    remarks.notes.extend(columns.notes)
    lacking = sorted(set(cases) - set(columns.cases))
    both = len(cases) - len(lacking)
    message = f"{both} of {len(cases)} cases of cohort {cohort} have a column in the expression matrix"
    hints = expression.meant_by(columns.hints)
    if both < FEWEST_CASES:
        looks = "" if both or told else forms(columns.others)
        same = f"give matrix and {start_of(study, cohort).word} the same names of cases{hints}"
        remarks.faults.append(
            f"{origin.at(*place)}: {message} of {both + len(columns.others)} columns, and {FEWEST_CASES} are the "
            f"fewest{looks}; {same if told is None else expression.MAPPED}"
        )
        return
    if both < (folds := settings.get("reconstruction", {}).get("folds", 0)):
        remarks.faults.append(
            f"{origin.at('genomics', 'reconstruction', 'folds')}: {folds} folds, and {message}; ask for fewer"
        )
    if lacking:
        remarks.notes.append(f"{message}; {some(lacking, 'case')} without{hints}")
    remarks.notes.extend(_others(columns, told, cohort, origin))
    small = (study.data / file_of(block["file"])).stat().st_size <= LARGE
    genes = _cells(study, whose, origin, remarks) if small else None
    if study.has.enriched:
        enrichment_remarks(study, genes, origin, remarks)


def _header(
    study: Study, cases: list[str] | None, origin: Origin, remarks: Remarks
) -> tuple[Columns | None, Samples | None]:
    """Columns of the matrix and the cases of its samples, where a study has a table of them; faults of both."""
    from radioloom.io import expression

    block, told = study.settings["genomics"]["expression"], _samples(study, origin, remarks)
    if told is None and "samples" in block:
        return None, None
    place = origin.at("genomics", "expression", "file")
    file = (study.data, block["file"])
    return read_or_fault(lambda at: expression.header(at, block["gene"], cases, told), file, place, remarks), told


def _samples(study: Study, origin: Origin, remarks: Remarks) -> Samples | None:
    """The case of each sample, where a study has a table of them; None too where it cannot be read."""
    from radioloom.io.samples import samples

    block = study.settings["genomics"]["expression"]
    if "samples" not in block:
        return None
    named = (study.data, block["samples"].get("file") or block["file"])
    place = origin.at("genomics", "expression", "samples")
    return read_or_fault(lambda _: samples(study.data, block["file"], block["samples"]), named, place, remarks)


def _others(columns: Columns, told: Samples | None, cohort: str, origin: Origin) -> Iterator[str]:
    """Notes on columns of no case, and on samples that the table names and the matrix does not have."""
    from radioloom.io.gene_names import no_cases

    if columns.others:
        yield (
            f"columns of the expression matrix that are of no case of cohort {cohort} and are left out: "
            f"{no_cases(columns.others)}"
        )
    if told is not None and (n := len(set(told.cases) - set(columns.names))):
        where = origin.at("genomics", "expression", "samples")
        yield f"{where}: {n} of {len(told.cases)} samples have no column in the matrix"


def _cells(study: Study, whose: Mapping[str, str], origin: Origin, remarks: Remarks) -> pd.Index | None:
    """Cells and genes of the matrix, as the stage associate will check them; the genes, where nothing is at fault."""
    from radioloom.io import expression

    block, place = study.settings["genomics"]["expression"], origin.at("genomics", "expression", "file")
    matrix = read_or_fault(
        lambda _: expression.of_study(study.data, block, whose), (study.data, block["file"]), place, remarks
    )
    if matrix is None:
        return None
    if matrix.damaged:
        remarks.notes.append(
            f"{some(matrix.damaged, 'gene')} in the expression matrix: Excel made dates or numbers of their names "
            "(MARCH1, SEPT2, 2310009E15Rik); write them again, or they match no gene set"
        )
    if matrix.counters:
        remarks.notes.append(
            f"{some(matrix.counters, 'row')} of the expression matrix count reads of no gene, and are left out"
        )
    _copies(study, whose, matrix.values, remarks, place)
    return _rules(study, matrix, origin, remarks)


def _copies(study: Study, whose: Mapping[str, str], values: pd.DataFrame, remarks: Remarks, place: str) -> None:
    """Cases of one column of a matrix (gene x case), as rows of features are held: of two patients, one is a copy."""
    import pandas as pd

    cohort = study.settings["genomics"]["cohort"]
    role = study.settings["cohorts"][cohort]["role"]
    who = {(cohort, case): Who(cohort, case, role, name or case, name != "") for case, name in whose.items()}
    found, n = equal(values.T.set_axis(pd.MultiIndex.from_product([[cohort], values.columns])))
    refused, told = list[str](), list[str]()
    for one, other in pairs(who, found, ()):
        copied = one.patient != other.patient and verdict(one, other, {ROW})[0] == REFUSED
        (refused if copied else told).append(f"{one.case} = {other.case}")
    if refused:
        remarks.faults.append(
            f"{place}: {some(refused, 'pair')} of cases with all {n} genes equal, which modules would count twice; "
            "take the columns that are copies out, or, where two cases are of one patient, name the patient of both in "
            f"{patients_named(study, cohort)}"
        )
    if told:
        twice = f"{some(told, 'pair')} of cases with all {n} genes equal; modules count them twice"
        remarks.notes.append(f"{place}: {twice}")


def _rules(study: Study, given: Matrix, origin: Origin, remarks: Remarks) -> pd.Index | None:
    """Whether the study's rules of genes and modules fit a matrix, and notes on its scale; its genes."""
    from radioloom.genomics import expression
    from radioloom.genomics.modules.find import check_asked
    from radioloom.genomics.modules.given import measured
    from radioloom.genomics.modules.record import rules_of
    from radioloom.io import gene_sets

    settings, key = study.settings["genomics"], ("genomics", "expression")
    try:
        matrix = expression.prepare(given.values, expression.Rules(**settings["expression"]), given.batches)
    except StudyError as error:
        remarks.faults.append(f"{origin.at(*key, 'file')}: {bare(error)}")
        return None
    try:
        check_asked(len(matrix.values), rules := rules_of(settings["modules"]))
        if rules.file:
            measured(gene_sets.read(study.data / rules.file), matrix.values.index)
    except StudyError as error:
        remarks.faults.append(f"{origin.at('genomics')}{str(error).removeprefix('genomics')}")
    if words := expression.not_logarithms(given.values):
        remarks.notes.append(f"{origin.at(*key)}: {words}")
    if words := expression.z_scored(given.values):
        remarks.notes.append(f"{origin.at(*key)}: {words}")
    return matrix.values.index
