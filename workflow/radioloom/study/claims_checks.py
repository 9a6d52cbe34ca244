"""What a map of gene modules is held against, checked before any job: the table of confounders."""

from __future__ import annotations

from collections.abc import Mapping

from radioloom.errors import StudyError
from radioloom.io.user_tables.read import read
from radioloom.settings import Origin
from radioloom.stages.genomics import parts
from radioloom.stages.genomics.associate import FEWEST_CASES
from radioloom.stages.genomics.confounders import Settings, of_table
from radioloom.study.record import Study
from radioloom.study.remarks import Remarks, read_or_fault
from radioloom.tables.claims import LEARNT, TESTED


def claims_remarks(study: Study, whose: Mapping[str, str] | None, origin: Origin, remarks: Remarks) -> None:
    """Whether what `genomics` declares can be read. whose : the cases of the genomics cohort, None: unknown."""
    settings = study.settings["genomics"]
    clinical = study.settings["cohorts"][settings["cohort"]].get("clinical", {})
    of_clinical = {key: clinical.get(key, "") for key in ("file", "case")}
    if "split" in settings:
        _split(study, parts.Settings(**of_clinical | settings["split"]), whose, origin.at("genomics", "split"), remarks)
    if "outcomes" in settings and settings["cohort"] not in study.has.outcomes:
        remarks.faults.append(
            f"{origin.at('genomics', 'outcomes')}: cohort {settings['cohort']} has no clinical table, and no outcome "
            "is known; add `clinical` to it, or take `outcomes` out"
        )
    if "confounders" in settings:
        _confounders(study, Settings(**of_clinical | settings["confounders"]), whose, origin, remarks)


def _confounders(
    study: Study, wanted: Settings, whose: Mapping[str, str] | None, origin: Origin, remarks: Remarks
) -> None:
    place = origin.at("genomics", "confounders")
    names = [*wanted.features, *(entry["column"] for entry in wanted.columns)]
    if not names:
        remarks.faults.append(f"{place}: none is declared; list `features` or `columns`, or take `confounders` out")
    if len(set(names)) < len(names):
        remarks.faults.append(f"{place}: one is declared twice; take it out")
    if wanted.columns and not (wanted.file and wanted.case):
        remarks.faults.append(f"{place}: `columns` needs `file` and `case`, as the cohort has no clinical table")
    elif wanted.columns and whose is not None:
        _of_table(study, wanted, whose, place, remarks)


def _of_table(study: Study, wanted: Settings, cases: Mapping[str, str], place: str, remarks: Remarks) -> None:
    table = read_or_fault(read, (study.data, wanted.file), f"{place}.file", remarks)
    if table is None:
        return
    try:
        held = of_table(wanted, table.frame(), cases)
    except StudyError as error:
        remarks.faults.append(f"{place}: {str(error).removeprefix('genomics.confounders: ')}")
        return
    for each in held:
        known = set(each.values.index[each.values.notna().all(axis=1)])
        if lacking := len(set(cases) - known):
            remarks.notes.append(
                f"{place}: {lacking} of {len(cases)} cases lack {each.name!r}, and are in no map given it"
            )


def _split(study: Study, wanted: parts.Settings, whose: Mapping[str, str] | None, place: str, remarks: Remarks) -> None:
    if wanted.column and not (wanted.learn and wanted.test and wanted.file and wanted.case):
        remarks.faults.append(
            f"{place}: `column` needs `learn`, `test`, and, without a clinical table, `file` and `case`"
        )
    elif (wanted.learn or wanted.test) and not wanted.column:
        remarks.faults.append(f"{place}: `learn` and `test` need `column`, whose words they are")
    elif both := sorted(set(wanted.learn) & set(wanted.test)):
        remarks.faults.append(f"{place}: {both[0]!r} is in `learn` and `test`; take it out of one")
    elif wanted.column and whose is not None:
        _of_column(study, wanted, whose, place, remarks)


def _of_column(study: Study, wanted: parts.Settings, whose: Mapping[str, str], place: str, remarks: Remarks) -> None:
    table = read_or_fault(read, (study.data, wanted.file), f"{place}.file", remarks)
    if table is None:
        return
    try:
        rows = parts.declared(wanted, table.frame(), {case: name or case for case, name in whose.items()})
    except StudyError as error:
        remarks.faults.append(f"{place}: {str(error).removeprefix('genomics.split: ')}")
        return
    for part in (LEARNT, TESTED):
        if (n := sum(row["part"] == part for row in rows)) < FEWEST_CASES:
            remarks.faults.append(f"{place}: {n} cases are {part}, and {FEWEST_CASES} are the fewest; give it more")
