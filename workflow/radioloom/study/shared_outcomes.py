"""Outcomes that a training and a validation cohort share: one row of a table, or as many equal ones as tell."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from itertools import combinations

from radioloom.settings import Origin
from radioloom.study.outcome_checks import Known
from radioloom.study.remarks import Remarks, some
from radioloom.study.table_checks import patients_named
from radioloom.tables.columns import OTHER_EVENT

TIMES, SHARE = 5, 0.1  # cases with an outcome of training: so many times one more than chance, and of the cohort
Told = tuple[float | str | None, ...]


def shared_remarks(known: Known, origin: Origin, remarks: Remarks) -> None:
    """Faults where a case of training and one of validation read one row, unless sheets name two people; and notes.

    Those are of two training cohorts whose cases read one row, and of more equal outcomes than chance allows.
    """
    study = known.study
    learnt, validated = study.cohorts("training"), study.cohorts("validation")
    rows = {cohort: _places(known, cohort) for cohort in known.outcomes}
    for one, other in (*combinations(learnt, 2), *((one, other) for one in learnt for other in validated)):
        if not {one, other} <= set(rows):
            continue
        place, both = origin.at("cohorts", other, "clinical"), rows[one].keys() & rows[other].keys()
        people = {row: [known.whose.get((name, rows[name][row]), "") for name in (one, other)] for row in both}
        shared = [row for row in both if _one(*people[row]) and (other in validated or not all(people[row]))]
        if shared:
            cases = some(sorted(rows[other][row] for row in shared), "case")
            what = f"{place}: {cases} of cohort {other} whose outcome is the row of a case of cohort {one}"
            named = " and ".join(dict.fromkeys(patients_named(study, name) for name in (one, other)))
        if shared and other in validated:
            remarks.faults.append(
                f"{what}, which is learnt from: one row is of one patient, who is never in training and validation; "
                f"take them out of one, or, where they are other people, name two in {named}"
            )
        elif shared:
            remarks.notes.append(
                f"{what}: they are one patient; name the patient of both in {named}, so that folds keep them together"
            )
        if other in validated:
            remarks.notes.extend(
                f"{place}: {note}" for note in _equal(known, one, other, {rows[other][row] for row in both})
            )


def _one(one: str, other: str) -> bool:
    """Whether two names of patients, "" where there is none, may be of one."""
    return not (one or other) or one == other


def _places(known: Known, cohort: str) -> dict[tuple[str, str], str]:
    """File and line of each row that a case's outcome was read from, and the case."""
    file = known.study.data / known.study.settings["cohorts"][cohort]["clinical"]["file"]
    return {(os.path.realpath(file), place): case for case, place in known.outcomes[cohort].places.items()}


def _equal(known: Known, one: str, other: str, aside: Collection[str]) -> Iterator[str]:
    """A note where more outcomes, with their covariates, are those of training than chance allows.

    Chance is how often two cases of one cohort have one outcome, of all their pairs.
    aside : cases of the other cohort that read a row of training anyhow
    """
    settings = known.study.settings
    timed, more = settings["outcome"]["kind"] == "survival", settings["model"]["covariates"]
    parts = {"time": timed, "event": True, "covariates": more}
    what = " and ".join(name for name, there in parts.items() if there)
    learnt, judged = Counter(_told(known, one, ())), Counter(_told(known, other, aside))
    n = sum(count for row, count in judged.items() if row in learnt)
    pairs = sum(_pairs(part.total()) for part in (learnt, judged))
    within = sum(_pairs(count) for part in (learnt, judged) for count in part.values())
    chance = learnt.total() * judged.total() * within / pairs if pairs else 0
    if n >= max(TIMES * (chance + 1), SHARE * judged.total()):
        yield (
            f"{n} of {judged.total()} cases have the {what} of a case of cohort {one}, and chance would give "
            f"{chance:.0f}: are they the same patients under other ids? A validation cohort is of patients that "
            "nothing was learnt from"
        )


def _pairs(n: int) -> int:
    return n * (n - 1) // 2


def _told(known: Known, cohort: str, aside: Collection[str]) -> Iterator[Told]:
    """Time, event and covariates of each case that models take, in digits that survive saving again."""
    table = known.outcomes[cohort]
    covariates: dict[str, list[tuple[str, float | None]]] = defaultdict(list)
    for row in table.covariates:
        covariates[row["case"]].append((row["covariate"], row["value"]))
    other = {row["case"] for row in table.competing}
    for row in (row for row in known.used(cohort) if row["case"] not in aside):
        event = OTHER_EVENT if row["case"] in other else float(row["event"])
        values = [value for _, value in sorted(covariates[row["case"]])]
        yield (event, *(None if value is None else float(f"{value:.6g}") for value in (row["time_days"], *values)))
