"""Rows of a clinical table held against the cases and patients of its cohort: visits and patients told as rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from radioloom.io.user_tables.cells import text_of
from radioloom.io.user_tables.ids import UNKNOWN, bare, nobody
from radioloom.io.user_tables.quoted import column
from radioloom.study.record import Study
from radioloom.study.remarks import some
from radioloom.study.table_checks import patients_named, start_of

if TYPE_CHECKING:
    import pandas as pd

PATIENT = frozenset({"patient", "patientid", "subject", "subjectid"})  # bare names of columns that say whose a row is
VISITS = "visits are replicates 1, 2 ... of one case (models take 1), or a cohort of their own"


class Rows(NamedTuple):
    """A cohort, its clinical table as text, and the patient of each of its cases, "" where none is named."""

    study: Study
    cohort: str
    frame: pd.DataFrame
    whose: Mapping[str, str]

    @property
    def block(self) -> dict[str, Any]:
        """The cohort's `clinical`."""
        return self.study.settings["cohorts"][self.cohort]["clinical"]

    @property
    def ids(self) -> pd.Series:
        """The case of each row, as it is written there."""
        return self.frame[self.block["case"]].map(text_of)


def several_rows(table: Rows) -> str:
    """What to do where a case has several rows that differ, and in which columns they do; "" where none has."""
    unique = table.frame.drop_duplicates()
    ids = table.ids[unique.index]
    twice = ids.duplicated(keep=False) & ids.isin(table.whose)
    if not twice.any():
        return ""
    rows, cases, columns = unique[twice].map(text_of), ids[twice], list(unique.columns)
    differ = [k for k, name in enumerate(columns) if len({*zip(cases, rows[name], strict=True)}) > len({*cases})]
    named = [each for each in table.block.values() if isinstance(each, str)]
    told = ", ".join(column(columns, k, named) for k in differ[:3]) + ", ..." * (len(differ) > 3)
    return (
        f"{some(sorted({*cases}), 'case')} with several rows, which differ in {told}: keep the one row of a "
        f"patient that has the outcome; {VISITS}"
    )


def row_notes(table: Rows) -> Iterator[str]:
    """Notes on rows that are visits, or of patients, and on patients whom the cohort's start does not name."""
    start, there = start_of(table.study, table.cohort).word, set(table.ids)
    where = f"cohort {table.cohort}: {table.block['file']}"
    if several := several_rows(table):
        yield f"{where}: {several}"
    if of_patients := sorted(case for case, who in table.whose.items() if case not in there and who in there - {""}):
        yield (
            f"{where}: {some(of_patients, 'case')} without a row there, but with one of the patient whom the {start} "
            "names: write a row of each case, with its patient's outcome"
        )
    for name in table.frame.columns:
        if bare(name) in PATIENT and name != table.block["case"]:
            cells = zip(table.ids, table.frame[name].map(text_of), strict=True)
            if groups := _of_one(cells, table.whose):
                yield (
                    f"{where}: {some(groups, 'group')} of cases of one patient by its column {name!r}, and the {start} "
                    f"takes them for several: name patients in {patients_named(table.study, table.cohort)}; {VISITS}"
                )


def _of_one(cells: Iterable[tuple[str, str]], whose: Mapping[str, str]) -> list[str]:
    """Cases of one patient, each group as `A = B`, that are not of one patient already."""
    groups: dict[str, set[str]] = defaultdict(set)
    for case, patient in cells:
        if case in whose and not nobody(patient) and bare(patient) not in UNKNOWN:
            groups[patient].add(case)
    apart = (each for each in groups.values() if len({whose[case] or case for case in each}) > 1)
    return sorted(" = ".join(sorted(each)) for each in apart)
