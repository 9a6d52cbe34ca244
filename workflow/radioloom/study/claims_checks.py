"""What a map of gene modules is held against, checked before any job: the table of confounders."""

from __future__ import annotations

from collections.abc import Mapping

from radioloom.errors import StudyError
from radioloom.io.user_tables.read import read
from radioloom.settings import Origin
from radioloom.stages.genomics.confounders import Settings, of_table
from radioloom.study.record import Study
from radioloom.study.remarks import Remarks, read_or_fault


def claims_remarks(study: Study, whose: Mapping[str, str] | None, origin: Origin, remarks: Remarks) -> None:
    """Whether what `genomics` declares can be read. whose : the cases of the genomics cohort, None: unknown."""
    settings = study.settings["genomics"]
    if "confounders" in settings:
        clinical = study.settings["cohorts"][settings["cohort"]].get("clinical", {})
        of_clinical = {key: clinical.get(key, "") for key in ("file", "case")}
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
