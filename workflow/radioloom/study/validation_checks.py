"""What a study says of subgroups and of a competing event, held against its other keys and its clinical tables.

Each function gives the faults as lines for a person: file, line, key, what is wrong, what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from radioloom.errors import StudyError
from radioloom.settings import Origin
from radioloom.study.record import Study
from radioloom.study.remarks import Remarks, bare, some
from radioloom.tables.cohorts import LEARNT_OR_VALIDATED, roles
from radioloom.tables.columns import FEWEST_EVENTS, OTHER_EVENT

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.stages.learning.clinical import Clinical


def subgroup_faults(settings: dict[str, Any], origin: Origin) -> Iterator[str]:
    """Subgroups that no validation cohort could be judged in, or that are not told apart."""
    entries = settings["validation"]["subgroups"]
    if entries and "validation" not in roles(settings).values():
        yield (
            f"{origin.at('validation', 'subgroups')}: no cohort has the role 'validation', and subgroups are judged "
            "there; delete it, or give a cohort that role"
        )
    yield from entry_faults(entries, ("validation", "subgroups"), origin)


def entry_faults(
    entries: list[dict[str, Any]], key: tuple[str, ...], origin: Origin, number: bool = False
) -> Iterator[str]:
    """Columns of a list that are named twice, not divided or in two ways, or whose cuts do not ascend.

    key : of the list; number : whether a column may be a number that is not divided
    """
    columns = [entry["column"] for entry in entries]
    for place, entry in enumerate(entries):
        at, cuts = origin.at(*key, place), entry.get("cuts", [])
        if ("levels" in entry) == ("cuts" in entry) and (cuts or not number):
            yield (
                f"{at}: {entry['column']!r} needs either `levels` (what the cells of a category hold) or `cuts` (where "
                "a number is divided)"
            )
        if columns.index(entry["column"]) < place:
            yield f"{at}: {entry['column']!r} appears twice; take one out"
        if any(low >= high for low, high in pairwise(cuts)):
            yield f"{at}: cuts {', '.join(map(str, cuts))} do not ascend; write the lowest first"


def competing_faults(settings: dict[str, Any], origin: Origin) -> Iterator[str]:
    """A competing event that no cohort marks, that is marked twice, or that the study does not name."""
    named, kind = settings["outcome"].get("competing"), settings["outcome"]["kind"]
    if named and kind == "binary":
        yield f"{origin.at('outcome', 'competing')}: a binary outcome has no time; delete it, or set kind: survival"
    for name, cohort in settings["cohorts"].items():
        clinical = cohort.get("clinical")
        if not clinical:
            continue
        words, column = OTHER_EVENT in clinical["event_values"].values(), bool(clinical.get("competing"))
        if fault := _marking(named, words, column, cohort["role"] in LEARNT_OR_VALIDATED):
            yield f"{origin.at('cohorts', name, 'clinical')}: {fault}"


def _marking(named: str | None, words: bool, column: bool, needed: bool) -> str:
    """What is wrong with how a cohort marks the competing event; "" where nothing is.

    named : the event in words; words, column : whether event_values mark it, or a column; needed : whether it must be
    """
    if (words or column) and not named:
        return (
            "it marks a competing event that the study does not name; add to `outcome`, in words: `competing: death "
            "without relapse`, or mark it as false (censored)"
        )
    if words and column:
        return "`event_values` and the column of `competing` both mark the competing event; take one out"
    if named and needed and not (words or column):
        return (
            f"it does not say how {named!r} is marked (outcome.competing); add to event_values the word of the event "
            "column, such as {Died: competing}, or name a column of 1/0: `competing: column`"
        )
    return ""


def absent_levels(
    rows: Sequence[dict[str, Any]], levels: Iterable[str], place: str, cohort: str, column: str
) -> Iterator[str]:
    """A note for each declared level of a column that none of the rows, of cases of a cohort, has as its `level`."""
    known = {row["level"] for row in rows}
    for level in levels:
        if rows and level not in known:
            yield (
                f"{place}: nobody with an outcome in cohort {cohort} has {column} {level!r}; correct it if it is "
                "written otherwise there"
            )


def subgroup_remarks(
    study: Study, cohort: str, frame: pd.DataFrame, cases: Iterable[str], origin: Origin, remarks: Remarks
) -> None:
    """Whether the clinical table of a validation cohort has the subgroups, and who is in none.

    frame : the table as text; cases : those of the cohort
    """
    from radioloom.stages.learning.divide import divide, levels_of

    mapping, outcome = study.settings["cohorts"][cohort]["clinical"], study.settings["outcome"]
    for number, entry in enumerate(study.settings["validation"]["subgroups"]):
        key, column = ("validation", "subgroups", number), entry["column"]
        try:
            rows = list(divide(frame, cohort, cases, mapping, outcome, [entry]))
        except StudyError as error:
            remarks.faults.append(f"{origin.at(*key)}: cohort {cohort}: {bare(error)}")
            continue
        remarks.notes.extend(absent_levels(rows, levels_of(entry), origin.at(*key), cohort, column))
        if unknown := [row["case"] for row in rows if row["level"] is None]:
            remarks.notes.append(
                f"{origin.at(*key)}: in no subgroup, for {column} is empty in cohort {cohort}: {some(unknown, 'case')}"
            )


def event_remarks(study: Study, outcomes: Mapping[str, Clinical], origin: Origin, remarks: Remarks) -> None:
    """A competing event that nobody had: it is then declared for nothing, or written otherwise.

    outcomes : by cohort
    """
    named = study.settings["outcome"].get("competing")
    marked = sum(len(table.competing) for table in outcomes.values())
    if named and not marked:
        remarks.faults.append(
            f"{origin.at('outcome', 'competing')}: nobody had {named!r}; correct how the cohorts mark it, or delete it"
        )
    for cohort, table in outcomes.items():
        if marked and len(table.competing) < FEWEST_EVENTS:
            remarks.notes.append(
                f"cohort {cohort}: {len(table.competing)} of {len(table.clinical)} had {named!r}; fewer than "
                f"{FEWEST_EVENTS} tell little of it"
            )
