"""Replicates of a study's cases, held against the roles of their cohorts before any job: measured twice, or first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping

from radioloom.settings import Origin
from radioloom.study.record import Study
from radioloom.study.remarks import Remarks, some
from radioloom.study.sheet import Row
from radioloom.study.table_checks import start_of
from radioloom.tables.cohorts import USED_BY_MODELS
from radioloom.tables.columns import FIRST, FROM_ONE, from_zero

Rows = Mapping[str, list[Row] | None]  # by cohort; None of a table that is at fault itself
Check = Callable[[Study, Rows, Origin, Remarks], None]
FEWEST = 2  # subjects with every replicate from which a two-way intraclass correlation is defined


def replicate_remarks(study: Study, rows: Rows, origin: Origin, remarks: Remarks) -> None:
    """Remarks of every check."""
    for check in CHECKS:
        check(study, rows, origin, remarks)


def _measured_twice(study: Study, rows: Rows, origin: Origin, remarks: Remarks) -> None:
    """A cohort of replicates in which (almost) nobody was measured twice: no feature would be reliable in it."""
    from radioloom.stages.learning.reliability import ROLES
    from radioloom.stats.agreement import ONE_WAY

    form = study.settings["reliability"]["form"]
    for cohort in study.cohorts(*ROLES):
        if not (subjects := _subjects(rows[cohort] or ())):
            continue
        place = origin.at("cohorts", cohort, start_of(study, cohort).key)
        k = len(set().union(*subjects.values()))
        fewest, wanted = (1, 2) if form in ONE_WAY else (FEWEST, k)
        lacking = sorted(case for case, each in subjects.items() if len(each) < wanted)
        counted = len(subjects) - len(lacking)
        if all(len(each) == 1 for each in subjects.values()):
            role = study.settings["cohorts"][cohort]["role"]
            remarks.faults.append(
                f"{place}: no case of cohort {cohort} has two replicates, and its role is {role}: no feature could be "
                f"called reliable; {_remedy(study, cohort)}"
            )
        elif counted < fewest:
            remarks.faults.append(
                f"{place}: {counted} of {len(subjects)} cases have each of the {k} replicates of cohort {cohort}, "
                f"and {form} needs {fewest} such cases; give visits or readers the same names in all cases"
            )
        elif lacking and form not in ONE_WAY:
            remarks.notes.append(
                f"cohort {cohort}: {some(lacking, 'case')} without all of its {k} replicates; agreement is that of the "
                f"other {counted}"
            )


def _subjects(rows: list[Row] | tuple[()]) -> dict[str, set[str]]:
    """Replicates of the first case of each patient, as the stage reliability takes them."""
    first: dict[str, str] = {}
    for row in sorted(rows, key=lambda row: row["case"]):
        first.setdefault(row["patient"] or row["case"], row["case"])
    taken, subjects = set(first.values()), defaultdict[str, set[str]](set)
    for row in rows:
        if row["case"] in taken:
            subjects[row["case"]].add(row["replicate"])
    return subjects


def _remedy(study: Study, cohort: str) -> str:
    """Where the replicates of a cohort are told apart."""
    if cohort not in study.has.tables:
        return "write each measurement as a row of its case, and tell them apart in the column `replicate`"
    if study.settings["cohorts"][cohort]["features"]["columns"]["replicate"]:
        return "give all rows of a case one id, or take the cohort out"
    return "name the column of visits or readers in `features.columns.replicate`"


def _counted_from_zero(study: Study, rows: Rows, origin: Origin, remarks: Remarks) -> None:
    """Cohorts of models with a replicate 0: the first measurement is meant, and the second one, 1, would be taken."""
    for cohort in study.cohorts(*USED_BY_MODELS):
        if cases := sorted({row["case"] for row in rows[cohort] or () if from_zero(row["replicate"])}):
            place = origin.at("cohorts", cohort, start_of(study, cohort).key)
            remarks.faults.append(f"{place}: {some(cases, 'case')} with a replicate 0: {FROM_ONE}")


def _first(study: Study, rows: Rows, origin: Origin, remarks: Remarks) -> None:
    """Cases without replicate 1, which is the one that models take."""
    for cohort in study.cohorts(*USED_BY_MODELS):
        cases = {row["case"] for row in rows[cohort] or ()}
        lacking = sorted(cases - {row["case"] for row in rows[cohort] or () if row["replicate"] == FIRST})
        if not lacking or any(from_zero(row["replicate"]) for row in rows[cohort] or ()):
            continue
        start = start_of(study, cohort)
        message = (
            f"{origin.at('cohorts', cohort, start.key)}: {some(lacking, 'case')} without a row of replicate 1, which "
            "is the one that models take"
        )
        if 2 * len(lacking) <= len(cases):
            remarks.notes.append(message)
            continue
        key = "the column of `columns.replicate`" if start.key == "features" else "the column `replicate`"
        remarks.faults.append(f"{message}; {key} counts the measurements of one case (1, 2 ...), and not the rows")


CHECKS: tuple[Check, ...] = (_measured_twice, _counted_from_zero, _first)
