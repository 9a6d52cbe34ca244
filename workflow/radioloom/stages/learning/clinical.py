"""Stage clinical: outcomes and covariates of each patient from a clinical table, and who has none."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from radioloom.errors import BadOutcome, StudyError
from radioloom.prediction.outcome import check_patient
from radioloom.tables.columns import FIRST

if TYPE_CHECKING:
    import pandas as pd

# What a cohort's `clinical` may hold besides `file`, `case` and `event`; the one home of its defaults.
OPTIONAL: dict[str, Any] = {"time_days": None, "event_values": {}, "covariates": {}}
TRUE, FALSE = ("1", "1.0", "true"), ("0", "0.0", "false")
EMPTY = ("", "na", "nan", "n/a", "none", "null", "<na>", "nat")


@dataclass(frozen=True, slots=True)
class Clinical:
    """What the clinical table of a cohort gave; rows of the tables of the same names."""

    clinical: list[dict[str, Any]] = field(default_factory=list)
    covariates: list[dict[str, Any]] = field(default_factory=list)
    exclusions: list[dict[str, Any]] = field(default_factory=list)


def clinical(
    frame: pd.DataFrame,
    cohort: str,
    cases: Iterable[str],
    mapping: dict[str, Any],
    outcome: dict[str, Any],
    covariates: list[str | dict[str, list[str]]],
) -> Clinical:
    """CLINICAL, COVARIATES and EXCLUSIONS rows of the `cases` of one cohort.

    frame : the clinical table, as io.clinical reads it
    mapping : the cohort's `clinical`: the columns `case`, `event`, `time_days` (survival only), and optionally
        `event_values` ({"Dead": true, "Alive": false}) and `covariates` ({study's name: column})
    outcome : the study's, with `kind`
    covariates : the study's; each a name (a column of numbers) or {name: [reference level, level, ...]} (a category,
        which becomes one 0/1 column `name=level` per level but the first)
    A case without a usable outcome becomes a row of EXCLUSIONS. Raises StudyError for an absent column, an event or
    level that the mapping does not know, or text where a number should be.
    """
    mapping = {**OPTIONAL, **mapping}
    _check_columns(frame, cohort, mapping, outcome, covariates)
    known: dict[str, list[dict[Any, Any]]] = {}
    for row in frame.drop_duplicates().to_dict("records"):
        known.setdefault(_text(row[mapping["case"]]), []).append(row)
    tables = Clinical()
    for case in sorted(set(cases)):
        rows = known.get(case, [])
        try:
            if len(rows) != 1:
                raise BadOutcome(
                    f"{len(rows)} differing rows in the clinical table" if rows else "not in the clinical table"
                )
            row = rows[0]
            event, time = _outcome_of(row, mapping, outcome["kind"])
            check_patient(outcome["kind"], event, time)
        except BadOutcome as problem:
            key = {"cohort": cohort, "case": case, "replicate": FIRST, "stage": "clinical"}
            tables.exclusions.append({**key, "reason": str(problem)})
            continue
        tables.clinical.append({"cohort": cohort, "case": case, "time_days": time, "event": event})
        for name, value in _covariates_of(row, mapping, covariates):
            tables.covariates.append({"cohort": cohort, "case": case, "covariate": name, "value": value})
    return tables


def times_fault(mapping: Mapping[str, Any], kind: str) -> str:
    """What is wrong where a cohort's `clinical` names no column of times and the outcome needs one; else ""."""
    if kind != "survival" or mapping.get("time_days"):
        return ""
    return "there is no `time_days`; a survival outcome needs it, the column of the times"


def _check_columns(
    frame: pd.DataFrame, cohort: str, mapping: dict[str, Any], outcome: dict[str, Any], covariates: list[Any]
) -> None:
    if fault := times_fault(mapping, outcome["kind"]):
        raise StudyError(f"cohorts.{cohort}.clinical: {fault}")
    roles = {"case": mapping["case"], "event": mapping["event"]}
    if outcome["kind"] == "survival":
        roles["time_days"] = mapping["time_days"]
    roles |= {f"covariate {name}": mapping["covariates"].get(name, name) for name, _ in map(_covariate, covariates)}
    for role, column in roles.items():
        if column not in frame.columns:
            raise StudyError(
                f"cohorts.{cohort}.clinical: no column {column!r} ({role}) in its file, which has "
                + ", ".join(map(str, frame.columns))
            )


def _covariate(entry: str | dict[str, list[str]]) -> tuple[str, list[str]]:
    """Name and levels of a covariate of the study; no levels for a number."""
    if isinstance(entry, str):
        return entry, []
    ((name, levels),) = entry.items()
    return name, [str(level) for level in levels]


def _outcome_of(row: dict[Any, Any], mapping: dict[str, Any], kind: str) -> tuple[bool | None, float | None]:
    event = _event(row[mapping["event"]], mapping)
    if kind == "binary":
        return event, None
    return event, _number(row[mapping["time_days"]], mapping["time_days"])


def _event(value: Any, mapping: dict[str, Any]) -> bool | None:
    """The event as bool; None where the cell is empty."""
    text = _text(value)
    coded = {str(key): bool(meaning) for key, meaning in mapping["event_values"].items()}
    if text in coded:
        return coded[text]
    if text.lower() in EMPTY:
        return None
    if not coded and text.lower() in (*TRUE, *FALSE):
        return text.lower() in TRUE
    known = ", ".join(coded) or "0, 1, true, false"
    raise StudyError(
        f"column {mapping['event']!r} holds {text!r}, and only {known} are known; "
        "say what it means in `clinical.event_values`, for example {Dead: true, Alive: false}"
    )


def _covariates_of(
    row: dict[Any, Any], mapping: dict[str, Any], covariates: list[str | dict[str, list[str]]]
) -> Iterable[tuple[str, float | None]]:
    for name, levels in map(_covariate, covariates):
        value = row[mapping["covariates"].get(name, name)]
        if not levels:
            yield name, _number(value, name)
            continue
        text = _text(value)
        missing = text.lower() in EMPTY
        if not missing and text not in levels:
            raise StudyError(f"covariate {name}: level {text!r} is not among {', '.join(levels)}; add it in the study")
        for level in levels[1:]:
            yield f"{name}={level}", None if missing else float(text == level)


def _number(value: Any, column: str) -> float | None:
    text = _text(value)
    if text.lower() in EMPTY:
        return None
    try:
        number = float(text)
    except ValueError:
        raise StudyError(
            f"column {column!r} holds {text!r} where a number should be; correct the table, "
            "or list its levels if it is a category: {" + column + ": [reference, other, ...]}"
        ) from None
    return number if math.isfinite(number) else None


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()
