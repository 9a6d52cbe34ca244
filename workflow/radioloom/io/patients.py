"""Which case of the study a patient id is of, from a table beside the data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from radioloom.errors import StudyError
from radioloom.io.files import is_there, lies_within
from radioloom.io.user_tables.ids import almost_one, nobody, refuse_rounded
from radioloom.io.user_tables.read import file_of, not_below, read


def cases_by_patient(data: Path, file: str, patient: str, case: str, key: str = "traits.patients") -> dict[str, str]:
    """Patient id -> case; StudyError where the table is not there, lacks a column or contradicts itself.

    data : folder that `file` lies below; patient, case : columns of the table; key : what messages call the setting
    No message quotes an id: it may be a patient's number or name.
    """
    below(data / file_of(file), data.resolve(), f"{key}.file", file)
    table = read(data / file)
    columns = [table.place(name) for name in (patient, case)]
    cases: dict[str, str] = {}
    lines: dict[str, int] = {}
    for line, cells in table.rows:
        who, named = (cells[k] for k in columns)
        for column, cell in ((patient, who), (case, named)):
            if nobody(cell):
                raise StudyError(
                    f"{table.at(line, column)}: the cell is {f'{cell}, a formula that failed' if cell else 'empty'}; a "
                    "row needs a patient id and its case, or take it out"
                )
            refuse_rounded(cell, table.at(line, column))
        if cases.setdefault(who, named) != named:
            raise StudyError(
                f"{table.at(line, patient)}: it gives one patient id two cases, this and that of line {lines[who]}; "
                "keep one row per patient"
            )
        lines.setdefault(who, line)
    return cases


def cases_of_one(cases: Mapping[str, str]) -> list[str]:
    """Groups of cases whose patient ids are almost alike (0077 and 77), each as `A = B`; see `cases_by_patient`."""
    groups = ({cases[who] for who in group} for group in almost_one(cases))
    return sorted(" = ".join(sorted(group)) for group in groups if len(group) > 1)


def below(place: Path, root: Path, key: str, name: str) -> None:
    """Raise StudyError where a place that a setting names is not there, or not below the data folder.

    root : the data folder, resolved
    key : the setting; name : what it says
    """
    if not is_there(place):
        raise StudyError(f"{key}: {not_below(root, name)}")
    if not lies_within(place, root):
        raise StudyError(f"{key}: {name} leads out of the data folder (a link, or ..); put the files themselves there")
