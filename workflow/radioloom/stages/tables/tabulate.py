"""Stage tabulate: FEATURES of one cohort from the table that another program wrote, one row per patient."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.compat import NO_FEATURE, Named, named
from radioloom.errors import StudyError
from radioloom.io.user_tables import cells as of_users
from radioloom.io.user_tables.record import no_column
from radioloom.patterns import as_expression, compiled
from radioloom.stages.tables.column_doubts import Columns, kinds
from radioloom.stages.tables.row_ids import (
    IDS,
    Places,
    identified,
    parts_of,
    patients_of,
    places,
    refuse_repeats,
    text_of_cells,
)

if TYPE_CHECKING:
    import pandas as pd

STAGE = "tabulate"
NUMBERS = re.compile(r"(Unnamed: ?\d+|\.{3}\d+|X(\.\d+)?|)")  # numbers of rows, as pandas, readr and R call them
EVERY = ".*"
OTHER = "other"  # group of a feature that neither the study nor a known program's names put in one


@dataclass(frozen=True, slots=True)
class Tabulated:
    """What a table of features gave."""

    features: pd.DataFrame  # FEATURES
    exclusions: list[dict[str, str]]  # rows of EXCLUSIONS
    rows: list[dict[str, Any]]  # every row of the table as a cohort sheet would list it
    left_out: tuple[str, ...]  # columns that were not taken as features


@dataclass(frozen=True, slots=True)
class Usable:
    """A table of features, checked: its values, and the case and replicate of each row."""

    columns: list[str]  # that hold features
    values: np.ndarray  # (n, f), NaN where a cell is empty
    cases: np.ndarray  # (n,)
    replicates: np.ndarray  # (n,)
    parts: dict[str, np.ndarray]  # region, modality and visit, (n,) each
    reasons: np.ndarray  # (n,), why a row is left out; '' where it is not
    known: np.ndarray  # (n,), whether a row has an id: else it is called by its number, and of nobody


def tabulate(
    frame: pd.DataFrame,
    cohort: str,
    settings: dict[str, Any],
    patients: dict[str, str] | None = None,
    reserved: Iterable[str] = (),
) -> Tabulated:
    """FEATURES and EXCLUSIONS of one cohort; see `usable`."""
    table = usable(frame, cohort, settings, patients, reserved)
    cases, replicates, kept = table.cases, table.replicates, table.reasons == ""
    keys = {"case": cases, "replicate": replicates, **table.parts}
    features = _long(
        _described(table.columns, settings["columns"]),
        table.values[kept],
        cohort,
        {name: each[kept] for name, each in keys.items()},
    )
    out = [
        {"cohort": cohort, "case": cases[k], "replicate": replicates[k], "roi": table.parts["roi"][k]}
        | {"stage": STAGE, "reason": table.reasons[k]}
        for k in np.flatnonzero(~kept)
    ]
    whose = patients_of(frame, cohort, settings)
    each = zip(*keys.values(), whose, table.reasons, table.known.tolist(), strict=True)
    rows = [
        {"cohort": cohort, **dict(zip(keys, ids, strict=True))}
        | {"patient": patient or ids[0], "named": patient != "", "known": known, "kept": reason == ""}
        for *ids, patient, reason, known in each
    ]
    known = {*table.columns, *(settings["columns"][key] for key in IDS)}
    left_out = tuple(name for name in frame.columns if name not in known)
    return Tabulated(features, out, rows, left_out)


def columns_used(table: Usable, settings: dict[str, Any]) -> Columns:
    """Features of the rows of a table that are used. settings : the cohort's `features`."""
    described, kept = _described(table.columns, settings["columns"]), table.reasons == ""
    names = np.array([row["feature_id"] for row in described], object)
    return Columns(table.cases[kept], names, table.values[kept], **kinds(described))


def usable(
    frame: pd.DataFrame,
    cohort: str,
    settings: dict[str, Any],
    patients: dict[str, str] | None = None,
    reserved: Iterable[str] = (),
) -> Usable:
    """A table of features, checked cell by cell.

    frame : the table, cells as text or numbers; its index says where a row stands; settings : the cohort's `features`
    patients : patient id -> case, where the study names such a file
    reserved : columns that are no features unless the study names them: outcome and covariates of the same table
    A row without id, or without any value, is left out with a reason. Raises StudyError for an absent column, an id
    that is no pseudonym, a patient in two rows, and for a cell of a feature that is no finite number.
    """
    where, declared = places(frame, cohort, settings), settings["columns"]["features"]
    try:
        chosen = feature_columns(list(frame.columns), settings["columns"], reserved)
    except StudyError as error:
        raise StudyError(f"{where.file}: {error}") from None
    told = set(declared if isinstance(declared, list) else filter(named, chosen))  # others may be names
    values = np.column_stack([_numbers(frame, name, where, name in told) for name in chosen])
    cases, replicates, reasons = identified(frame, cohort, settings, patients)
    known = reasons == ""
    hollow = known & np.isnan(values).all(axis=1)
    reasons[hollow] = f"no value in any of the {len(chosen)} feature columns"
    if not (kept := reasons == "").any():
        raise StudyError(f"{where.file}: no row can be used: {next(iter(reasons), 'there is none')}")
    parts = parts_of(frame, cohort, settings)
    refuse_repeats((cases, replicates, *parts.values()), kept, where)
    return Usable(chosen, values, cases, replicates, parts, reasons, known)


def feature_columns(columns: list[str], settings: dict[str, Any], reserved: Iterable[str] = ()) -> list[str]:
    """Columns of a table that hold features, in its order, by the study's `features.columns`.

    Those that the study names (a list), or those whose whole name a regular expression matches, without those that it
    ignores, the ids, the `reserved` (outcome, covariates), numbers of rows and what a known program adds. A study says
    what are features or what are none, for a label would be taken for one. StudyError where it says neither, a column
    that it names is not there, or none is left.
    """
    wanted, ignored = settings["features"], settings["ignore"]
    ids = [settings[key] for key in IDS]
    for name in [*ids, *(wanted if isinstance(wanted, list) else ())]:
        if name and name not in columns:
            raise StudyError(no_column(name, columns))
    if not (wanted or ignored or settings["feature"]):
        raise StudyError("columns: name the `features` (a list, or a regular expression), or what to `ignore`")
    left = [name for name in columns if not any(fnmatchcase(name, pattern) for pattern in ignored)]
    if isinstance(wanted, list):
        chosen = [name for name in left if name in set(wanted)]
    else:
        none = {*ids, *reserved}
        left = [name for name in filter(compiled(wanted or EVERY).fullmatch, left) if name not in none]
        chosen = [each for each in left if not each.startswith(NO_FEATURE) and not NUMBERS.fullmatch(each)]
    if not chosen:
        remedy = as_expression(str(wanted), columns) or f"it has {len(columns)} columns"
        raise StudyError(f"no column of the table is a feature by {wanted or ignored!r}; {remedy}")
    return chosen


def feature_ids(columns: Iterable[str], settings: dict[str, Any]) -> list[str]:
    """Ids of the features in these columns: their names without the declared prefix; StudyError where two are one."""
    ids = [name.removeprefix(settings["prefix"]) for name in columns]
    twice = sorted({name for name in ids if ids.count(name) > 1}) if len(set(ids)) < len(ids) else []
    if twice:
        first, second = [k for k, name in enumerate(ids, start=1) if name == twice[0]][:2]
        raise StudyError(f"the features {first} and {second} are one without the prefix {settings['prefix']!r}")
    return ids


def _numbers(frame: pd.DataFrame, name: str, where: Places, told: bool) -> np.ndarray:
    """Cells of a feature as float64 (n,), NaN where empty. told : whether a message may name the column."""
    texts = text_of_cells(frame[name])
    try:
        return of_users.numbers(texts)
    except ValueError as error:
        (k,) = error.args
    remedy = "correct the cell or empty it, or leave the column out (`columns.ignore`)"
    place = where.at(k, name) if told else f"{where.at(k)}, column {list(frame.columns).index(name) + 1}"
    raise StudyError(f"{place}: {of_users.no_number(texts[k], remedy)}")


def _described(columns: list[str], settings: dict[str, Any]) -> list[dict[str, str]]:
    """What FEATURES says of each column besides its values."""
    rows = []
    groups = {group: compiled(pattern) for group, pattern in settings["groups"].items()}
    for name in feature_ids(columns, settings):
        known = named(name) or Named("", "", name, OTHER)
        declared = [group for group, rule in groups.items() if rule.fullmatch(name)]
        rows.append(
            {
                "image": known.image,
                "family": known.family,
                "aggregation": "",
                "discretisation": "",
                "feature": known.feature,
                "ibsi": known.ibsi,
                "feature_id": name,
                "group": declared[0] if declared else known.group,
            }
        )
    return rows


def _long(
    described: list[dict[str, str]],
    values: np.ndarray,
    cohort: str,
    ids: dict[str, np.ndarray],
) -> pd.DataFrame:
    """Values (n, f) as FEATURES, one row a value. ids : case, replicate, region, modality and visit, (n,) each."""
    import pandas as pd

    n, f = values.shape
    columns = {name: np.tile([row[name] for row in described], n) for name in described[0]}
    keys = {"cohort": cohort, **{name: np.repeat(each, f) for name, each in ids.items()}}
    return pd.DataFrame({**keys, **columns, "value": values.ravel()})
