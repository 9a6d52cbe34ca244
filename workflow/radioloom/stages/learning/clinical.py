"""Stage clinical: outcomes and covariates of each patient from a clinical table, and who has none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radioloom.errors import BadOutcome, StudyError
from radioloom.io.user_tables.cells import (
    day,
    form_fault,
    looks_like_day,
    looks_like_day_number,
    missing,
    number,
    text_of,
)
from radioloom.io.user_tables.dates import ISO, Cell, form_of
from radioloom.io.user_tables.ids import alike, bare, nobody, refuse_rounded
from radioloom.io.user_tables.quoted import shown
from radioloom.io.user_tables.record import SHOWN, no_column, place_of
from radioloom.prediction.outcome import check_patient
from radioloom.stages.learning.events import Event, event_of
from radioloom.tables.columns import FIRST, OTHER_EVENT

if TYPE_CHECKING:
    import pandas as pd

# What a cohort's `clinical` may hold besides `file`, `case` and `event`; the one home of its defaults.
OPTIONAL: dict[str, Any] = {
    "time_days": None, "date_from": None, "date_to": None, "date_format": "", "event_values": {},
    "competing": None, "covariates": {},
}  # fmt: skip
Row = dict[Any, Any]
ABSENT = "not in the clinical table"
SHORTEST, LONGEST = 0.0001, 43_830  # days of follow-up: nine seconds, 120 years
DATES = "name the columns of two dates in clinical.date_from and date_to instead of time_days, or correct the cell"


@dataclass(frozen=True, slots=True)
class Clinical:
    """What the clinical table of a cohort gave; rows of the tables of the same names."""

    clinical: list[dict[str, Any]] = field(default_factory=list)
    covariates: list[dict[str, Any]] = field(default_factory=list)
    competing: list[dict[str, Any]] = field(default_factory=list)
    exclusions: list[dict[str, Any]] = field(default_factory=list)
    notes: tuple[str, ...] = ()  # rows that are of nobody
    places: dict[str, str] = field(default_factory=dict)  # file and line of each case of `clinical`


def clinical(
    frame: pd.DataFrame,
    cohort: str,
    cases: Iterable[str],
    mapping: dict[str, Any],
    outcome: dict[str, Any],
    covariates: list[str | dict[str, list[str]]],
) -> Clinical:
    """CLINICAL, COVARIATES, COMPETING and EXCLUSIONS rows of the `cases` of one cohort.

    frame : the clinical table as text; its index is the line of the file
    mapping : the cohort's `clinical`: the columns `case`, `event`, and for survival `time_days` or `date_from` and
        `date_to` (with `date_format`); optionally `event_values` ({"Dead": true, "Alive": false, "Other": "competing"})
        or a column `competing`, and `covariates` ({study's name: column})
    outcome : the study's, with `kind`
    covariates : the study's; each a name (a column of numbers) or {name: [reference level, level, ...]} (a category,
        which becomes one 0/1 column `name=level` per level but the first)
    A case without a usable outcome becomes a row of EXCLUSIONS. Raises StudyError for an absent column, an event or
    level that the mapping does not know, text where a number should be, and for dates of which the last comes first.
    """
    mapping = {**OPTIONAL, **mapping}
    _check_columns(frame, cohort, mapping, outcome, covariates)
    wanted = set(cases)
    known, notes = _rows(frame, mapping)
    if mapping["date_from"] and outcome["kind"] == "survival":
        mapping, notes = _with_form(frame, mapping, notes)
    near, tables = alike(known.keys() - wanted), Clinical(notes=notes)
    for case in sorted(wanted):
        rows = known.get(case, [])
        try:
            if len(rows) != 1:
                raise BadOutcome(f"{len(rows)} differing rows in the clinical table" if rows else _absent(case, near))
            ((where, row),) = rows
            happened, time = _outcome_of(row, mapping, outcome["kind"], where)
            event = None if happened is None else happened is True
            check_patient(outcome["kind"], event, time)
        except BadOutcome as problem:
            key = {"cohort": cohort, "case": case, "replicate": FIRST, "roi": "", "stage": "clinical"}
            tables.exclusions.append({**key, "reason": str(problem)})
            continue
        tables.places[case] = where
        tables.clinical.append({"cohort": cohort, "case": case, "time_days": time, "event": event})
        if happened == OTHER_EVENT:
            tables.competing.append({"cohort": cohort, "case": case})
        for name, value in _covariates_of(row, mapping, covariates, where):
            tables.covariates.append({"cohort": cohort, "case": case, "covariate": name, "value": value})
    return tables


def _rows(frame: pd.DataFrame, mapping: dict[str, Any]) -> tuple[dict[str, list[tuple[str, Row]]], tuple[str, ...]]:
    """Place and cells of the differing rows of each id, and a note where there are rows without one."""
    known: dict[str, list[tuple[str, Row]]] = {}
    nameless: list[str] = []
    name, column, unique = Path(mapping["file"]).name, mapping["case"], frame.drop_duplicates()
    for k, cells in enumerate(unique.to_dict("records")):
        row = {column: text_of(value) for column, value in cells.items()}
        where = f"{name}, {place_of(unique, k)}"
        refuse_rounded(row[column], f"{where}, column {column!r}")
        if nobody(row[column]):
            nameless.append(place_of(unique, k))
        else:
            known.setdefault(row[column], []).append((where, row))
    return known, (_nameless(name, column, nameless),) if nameless else ()


def _with_form(
    frame: pd.DataFrame, mapping: dict[str, Any], notes: tuple[str, ...]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The mapping with the form of its dates, judged by all rows; and a note where that was not declared."""
    name = Path(mapping["file"]).name
    cells = [
        Cell(text_of(value), f"{place_of(frame, k)}, column {column!r}")
        for column in (mapping["date_from"], mapping["date_to"])
        for k, value in enumerate(frame[column])
    ]
    try:
        form = form_of(cells, mapping["date_format"])
    except StudyError as error:
        raise StudyError(f"{name}: {error}") from None
    if form not in (mapping["date_format"], ISO):
        notes += (f"{name}: its dates are read as {form}, which alone fits all of them; say so in date_format",)
    return {**mapping, "date_format": form}, notes


def _nameless(name: str, column: str, lines: list[str]) -> str:
    """The note on rows that have data and no id."""
    listed, more = ", ".join(lines[:SHOWN]), ", ..." if lines[SHOWN:] else ""
    return (
        f"{name}: rows without an id in column {column!r}, or with one that a formula failed to give: {len(lines)} "
        f"({listed}{more}); they are of nobody, and left out (of merged cells the first row alone has the id)"
    )


def times_fault(mapping: Mapping[str, Any], kind: str) -> str:
    """What is wrong where a cohort's `clinical` does not say where times are, and the outcome needs them; else ""."""
    mapping = {**OPTIONAL, **mapping}
    ends = [key for key in ("date_from", "date_to") if mapping[key]]
    if mapping["time_days"] and ends:
        return f"`time_days` and `{ends[0]}` both say how long patients were followed; take one out"
    if len(ends) == 1:
        return f"`{ends[0]}` is one end of the follow-up; add {({'date_from', 'date_to'} - set(ends)).pop()}, the other"
    if ends:
        fault = form_fault(mapping["date_format"]) if mapping["date_format"] else ""
        return f"date_format: {fault}" if fault else ""
    if kind != "survival" or mapping["time_days"]:
        return ""
    return (
        "there is no `time_days`; a survival outcome needs it, the column of the times (or `date_from` and `date_to`, "
        "the columns of two dates)"
    )


def roles_fault(mapping: Mapping[str, Any], covariates: Iterable[str | dict[str, list[str]]]) -> str:
    """What is wrong where one column is two things, or a covariate is what is to be predicted; else "".

    mapping : a cohort's `clinical`; covariates : the study's
    """
    mapping = {**OPTIONAL, **mapping}
    keys = ("case", "event", "competing", "time_days", "date_from", "date_to")
    taken: dict[str, str] = {}
    for key in keys:
        if mapping[key] and (other := taken.setdefault(mapping[key], key)) != key:
            return f"the column {mapping[key]!r} is `{other}` and `{key}`; each is a column of its own"
    for name, _ in map(_covariate, covariates):
        column = mapping["covariates"].get(name, name)
        if role := taken.get(column):
            why = "an id, and not measured" if role == "case" else "part of the outcome that a model predicts"
            return (
                f"covariate {name} is the column {column!r}, which is `{role}`: {why}; take it out, "
                "or name another column"
            )
    return ""


def _absent(case: str, near: Mapping[str, str]) -> str:
    """Why a case has no row. An id that is almost its name is shown: it tells no more than the name itself."""
    other = near.get(bare(case))
    return f"not in the clinical table, which has {other!r}; write it {case!r} there" if other else ABSENT


def _check_columns(
    frame: pd.DataFrame, cohort: str, mapping: dict[str, Any], outcome: dict[str, Any], covariates: list[Any]
) -> None:
    if fault := times_fault(mapping, outcome["kind"]):
        raise StudyError(f"cohorts.{cohort}.clinical: {fault}")
    roles = {"case": mapping["case"], "event": mapping["event"]}
    if outcome["kind"] == "survival":
        roles |= {key: mapping[key] for key in ("competing", "time_days", "date_from", "date_to") if mapping[key]}
    roles |= {f"covariate {name}": mapping["covariates"].get(name, name) for name, _ in map(_covariate, covariates)}
    if fault := roles_fault(mapping, covariates):
        raise StudyError(f"cohorts.{cohort}.clinical: {fault}")
    for role, column in roles.items():
        if column not in frame.columns:
            raise StudyError(
                f"cohorts.{cohort}.clinical: {Path(mapping['file']).name}: {no_column(column, frame.columns, role)}"
            )


def _covariate(entry: str | dict[str, list[str]]) -> tuple[str, list[str]]:
    """Name and levels of a covariate of the study; no levels for a number."""
    if isinstance(entry, str):
        return entry, []
    ((name, levels),) = entry.items()
    return name, [str(level) for level in levels]


def _outcome_of(row: Row, mapping: dict[str, Any], kind: str, where: str) -> tuple[Event, float | None]:
    event = event_of(row, mapping, kind, where)
    if kind == "binary":
        return event, None
    if mapping["date_from"]:
        return event, _days(row, mapping, where)
    column = mapping["time_days"]
    text, place = row[column], f"{where}, column {column!r}"
    time = number(text, place, DATES if looks_like_day(text) else "")
    if time is not None and (time > LONGEST or 0 < time < SHORTEST):
        date = "; if it is a date as a spreadsheet counts days, clinical.date_from and date_to take the columns of two"
        raise StudyError(
            f"{place}: a follow-up of {time:g} days, where {SHORTEST} to {LONGEST} (120 years) are possible; correct "
            f"the cell, or leave it empty{date if looks_like_day_number(text) else ''}"
        )
    return event, time


def _days(row: Row, mapping: dict[str, Any], where: str) -> float | None:
    """Days from one date to the other; None where one is empty."""
    ends = [mapping[key] for key in ("date_from", "date_to")]
    first, last = (day(row[name], mapping["date_format"], f"{where}, column {name!r}") for name in ends)
    if first is None or last is None:
        return None
    if last < first:
        raise StudyError(
            f"{where}, case {row[mapping['case']]}: {ends[1]!r} is before {ends[0]!r} (days: {(last - first).days}); "
            "correct the dates, or exchange clinical.date_from and date_to"
        )
    if (last - first).days > LONGEST:
        raise StudyError(
            f"{where}: from {ends[0]!r} to {ends[1]!r} are {(last - first).days} days, and {LONGEST} (120 years) are "
            "possible; correct the dates, or leave one empty"
        )
    return float((last - first).days)


def _covariates_of(
    row: Row, mapping: dict[str, Any], covariates: list[str | dict[str, list[str]]], where: str
) -> Iterable[tuple[str, float | None]]:
    for name, levels in map(_covariate, covariates):
        column = mapping["covariates"].get(name, name)
        text, place = row[column], f"{where}, column {column!r}"
        if not levels:
            remedy = (
                f"leave it empty, or list its levels if it is a category: {{{name}: [reference, other, ...]}} of a "
                f"covariate, {{column: {name}, levels: [one, other, ...]}} of an annotation or a subgroup"
            )
            yield name, number(text, place, f"correct the cell, {remedy}")
            continue
        empty = text not in levels and missing(text)
        if not empty and text not in levels:
            raise StudyError(
                f"{place}: {shown(text, levels)} is not among the levels {', '.join(levels)} of covariate {name}; "
                "correct the cell or leave it empty, or add it in the study"
            )
        for level in levels[1:]:
            yield f"{name}={level}", None if empty else float(text == level)
