"""Rows of tables of features that are copies of each other, before any job: one patient under two names or visits.

The stage `identify` decides by the same rules, of images too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from radioloom.settings import Origin
from radioloom.stages.tables.identify import REPEATS, Who, equal, pairs, remedy, verdict
from radioloom.study.identity_checks import people
from radioloom.study.record import Study
from radioloom.study.remarks import Remarks, some
from radioloom.study.sheet import Row
from radioloom.tables.cases import PATIENT, REFUSED, ROW
from radioloom.tables.cohorts import USED_BY_MODELS

if TYPE_CHECKING:
    import pandas as pd


class Equal(NamedTuple):
    """Two cases, or one and itself, with a row of equal features."""

    pairs: list[tuple[Who, Who]]
    n_features: int


@dataclass(frozen=True)
class Copied:
    """Cohorts of tables, and what their cells hold.

    rows : by cohort; None of a table that is at fault itself
    values : by cohort, as `table_checks.Read` has them; of those alone that are compared
    """

    study: Study
    rows: Mapping[str, list[Row] | None]
    values: Mapping[str, pd.DataFrame]

    @cached_property
    def equal(self) -> Equal:
        """Cases of equal rows, by the features that all cohorts which models use have: the others are left out."""
        import pandas as pd

        if not self.values:
            return Equal([], 0)
        table = pd.concat(self.values.values()).sort_index(axis="columns")
        for cohort in self.values.keys() & set(self.study.cohorts(*USED_BY_MODELS)):
            table = table[table.columns.intersection(self.values[cohort].columns)]
        found, n = equal(table)
        who = {(each.cohort, each.case): each for each in people(self.study, self.rows)}
        return Equal(list(pairs(who, [each for each in found if each[0] in who], REPEATS[1])), n)


Check = Callable[[Copied, Origin, Remarks], None]


def copy_remarks(known: Copied, origin: Origin, remarks: Remarks) -> None:
    """Remarks of every check."""
    for check in CHECKS:
        check(known, origin, remarks)


def _of_cases(known: Copied, origin: Origin, remarks: Remarks) -> None:
    """Cases that may not be one, and have equal features."""
    shared: dict[tuple[str, str], set[str]] = defaultdict(set)
    roles: dict[str, str] = {}
    for one, other in known.equal.pairs:
        kinds = {ROW, *([PATIENT] if one.patient == other.patient else [])}
        if one != other and verdict(one, other, kinds)[0] == REFUSED:
            within = one.cohort == other.cohort
            names = [each.case if within else f"{each.cohort}/{each.case}" for each in (one, other)]
            shared[one.cohort, other.cohort].add(" = ".join(names))
            roles |= {each.cohort: each.role for each in (one, other)}
    for (first, cohort), both in shared.items():
        remarks.faults.append(
            f"{origin.at('cohorts', cohort, 'features')}: {some(sorted(both), 'pair')} of cases with all "
            f"{known.equal.n_features} features equal; {remedy([roles[first], roles[cohort]])}"
        )


def _of_replicates(known: Copied, origin: Origin, remarks: Remarks) -> None:
    """Notes on replicates of one case that are copies of each other."""
    copies: dict[str, list[str]] = defaultdict(list)
    for one, other in known.equal.pairs:
        if one == other:
            copies[one.cohort].append(one.case)
    for cohort, cases in copies.items():
        remarks.notes.append(
            f"cohort {cohort}: {some(sorted(cases), 'case')} whose replicates are equal in all "
            f"{known.equal.n_features} features: a copy is no second measurement, and its agreement of 1 says nothing"
        )


CHECKS: tuple[Check, ...] = (_of_cases, _of_replicates)
