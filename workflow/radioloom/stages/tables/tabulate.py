"""Stage tabulate: FEATURES of one cohort from the table that another program wrote, one row per patient."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.compat import NO_FEATURE, Named, named
from radioloom.errors import StudyError
from radioloom.io.user_tables import cells as of_users
from radioloom.io.user_tables.ids import alike, bare, nobody, refuse_rounded, refuse_unknown
from radioloom.io.user_tables.pseudonyms import is_date, no_pseudonym
from radioloom.io.user_tables.record import no_column, number_of, place_of
from radioloom.patterns import as_expression, compiled
from radioloom.stages.tables.column_doubts import IBSI_VOLUMES, VOLUMES, Columns

if TYPE_CHECKING:
    import pandas as pd

STAGE = "tabulate"
REPLICATE = re.compile(r"[A-Za-z0-9_-]{1,64}")
NUMBERS = re.compile(r"(Unnamed: ?\d+|\.{3}\d+|X(\.\d+)?|)")  # numbers of rows, as pandas, readr and R call them
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
    features = _long(
        _described(table.columns, settings["columns"]),
        table.values[kept],
        cohort,
        cases[kept],
        replicates[kept],
        settings["roi"],
    )
    out = [
        {"cohort": cohort, "case": cases[k], "replicate": replicates[k], "stage": STAGE, "reason": table.reasons[k]}
        for k in np.flatnonzero(~kept)
    ]
    keys = {"cohort": cohort, "roi": settings["roi"]}
    whose = patients_of(frame, cohort, settings)
    rows = [
        {**keys, "case": case, "replicate": each, "patient": patient or case, "named": patient != "", "known": known}
        for case, each, patient, known in zip(cases, replicates, whose, table.known.tolist(), strict=True)
    ]
    known = {*table.columns, *(settings["columns"][key] for key in ("case", "replicate", "patient"))}
    left_out = tuple(name for name in frame.columns if name not in known)
    return Tabulated(features, out, rows, left_out)


def columns_used(table: Usable, settings: dict[str, Any]) -> Columns:
    """Features of the rows of a table that are used. settings : the cohort's `features`."""
    described, kept = _described(table.columns, settings["columns"]), table.reasons == ""
    volumes = frozenset(
        row["feature_id"] for row in described if row["feature"] in VOLUMES or row["ibsi"] in IBSI_VOLUMES
    )
    names = np.array([row["feature_id"] for row in described], object)
    return Columns(table.cases[kept], names, table.values[kept], volumes)


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
    where, declared = _places(frame, cohort, settings), settings["columns"]["features"]
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
    _refuse_repeats(cases, replicates, kept, where)
    return Usable(chosen, values, cases, replicates, reasons, known)


def identified(
    frame: pd.DataFrame, cohort: str, settings: dict[str, Any], patients: dict[str, str] | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Case and replicate of each row, and why it has none; from the columns of ids alone."""
    where = _places(frame, cohort, settings)
    cases, reasons = _cases(frame, where, settings, patients)
    return cases, _replicates(frame, where, settings["columns"]["replicate"]), reasons


def feature_columns(columns: list[str], settings: dict[str, Any], reserved: Iterable[str] = ()) -> list[str]:
    """Columns of a table that hold features, in its order, by the study's `features.columns`.

    Those that the study names (a list), or those whose whole name a regular expression matches, but the ids, the
    `reserved` (outcome, covariates), numbers of rows and what a known program adds. There is no default: a label would
    be taken for a feature. StudyError where a column that the study names is not there, or none is left.
    """
    wanted = settings["features"]
    ids = [settings[key] for key in ("case", "replicate", "patient")]
    for name in [*ids, *(wanted if isinstance(wanted, list) else ())]:
        if name and name not in columns:
            raise StudyError(no_column(name, columns))
    if isinstance(wanted, list):
        chosen = [name for name in columns if name in set(wanted)]
    else:
        none = {*ids, *reserved}
        left = [name for name in filter(compiled(wanted).fullmatch, columns) if name not in none]
        chosen = [each for each in left if not each.startswith(NO_FEATURE) and not NUMBERS.fullmatch(each)]
    if not chosen:
        remedy = as_expression(str(wanted), columns) or f"it has {len(columns)} columns"
        raise StudyError(f"no column of the table is a feature by {wanted!r}; {remedy}")
    return chosen


def feature_ids(columns: Iterable[str], settings: dict[str, Any]) -> list[str]:
    """Ids of the features in these columns: their names without the declared prefix; StudyError where two are one."""
    ids = [name.removeprefix(settings["prefix"]) for name in columns]
    twice = sorted({name for name in ids if ids.count(name) > 1}) if len(set(ids)) < len(ids) else []
    if twice:
        first, second = [k for k, name in enumerate(ids, start=1) if name == twice[0]][:2]
        raise StudyError(f"the features {first} and {second} are one without the prefix {settings['prefix']!r}")
    return ids


@dataclass(frozen=True, slots=True)
class _Places:
    file: str
    frame: pd.DataFrame

    def at(self, k: int, column: str = "") -> str:
        """File, line and column of a cell."""
        return f"{self.file}, {place_of(self.frame, k)}{f', column {column!r}' if column else ''}"


def _places(frame: pd.DataFrame, cohort: str, settings: dict[str, Any]) -> _Places:
    return _Places(f"cohorts.{cohort}.features: {Path(settings['file']).name}", frame)


def _text(column: pd.Series) -> list[str]:
    return [of_users.text_of(value) for value in column.tolist()]


def _numbers(frame: pd.DataFrame, name: str, where: _Places, told: bool) -> np.ndarray:
    """Cells of a feature as float64 (n,), NaN where empty. told : whether a message may name the column."""
    texts = _text(frame[name])
    try:
        return of_users.numbers(texts)
    except ValueError as error:
        (k,) = error.args
    remedy = "correct the cell or empty it, or leave the column out of `columns.features`"
    place = where.at(k, name) if told else f"{where.at(k)}, column {list(frame.columns).index(name) + 1}"
    raise StudyError(f"{place}: {of_users.no_number(texts[k], remedy)}")


def _cases(
    frame: pd.DataFrame, where: _Places, settings: dict[str, Any], patients: dict[str, str] | None
) -> tuple[np.ndarray, np.ndarray]:
    """Case of each row, and why it has none ('' where it has one): such a row is called by its number."""
    pattern, column = settings["ids"]["pattern"], settings["columns"]["case"]
    rule = compiled(pattern)
    cases = np.array([f"row-{number_of(frame, k)}" for k in range(len(frame))], dtype=object)
    reasons = np.full(len(frame), "", dtype=object)
    near = alike(patients or ())
    for k, cell in enumerate(_text(frame[column])):
        match = rule.fullmatch(cell) if cell and pattern else None
        name = match["case"] if match else cell
        refuse_rounded(cell, where.at(k, column))
        if nobody(cell):
            reasons[k] = f"no id in the column {column!r}"
        elif pattern and not match:
            reasons[k] = "its id does not match `ids.pattern`"
        elif patients is not None and name not in patients:
            almost = ", which has one that is almost alike; write both the same" if bare(name) in near else ""
            reasons[k] = f"its id is not in {settings['ids']['patients']['file']}{almost}"
        else:
            cases[k] = name if patients is None else patients[name]
            if fault := no_pseudonym(cases[k]):
                remedy = "map ids to cases with `ids.pattern` or `ids.patients`"
                raise StudyError(f"{where.at(k, column)}: its id is {fault}; {remedy}")
    return cases, reasons


def _replicates(frame: pd.DataFrame, where: _Places, column: str) -> np.ndarray:
    if not column:
        return np.full(len(frame), "1", dtype=object)
    cells = _text(frame[column])
    for row in (k for k, cell in enumerate(cells) if is_date(cell) or not REPLICATE.fullmatch(cell)):
        raise StudyError(f"{where.at(row, column)}: a replicate is letters, digits, _ and -, no date; correct the cell")
    return np.array(cells, dtype=object)


def patients_of(frame: pd.DataFrame, cohort: str, settings: dict[str, Any]) -> np.ndarray:
    """Patient of each row, (n,): what the column `columns.patient` holds, "" where nobody is named.

    Raises StudyError for a word for an unknown one, and for what is no pseudonym: unquoted, it may be a name.
    """
    where = _places(frame, cohort, settings)
    column = settings["columns"]["patient"]
    cells = np.array(_text(frame[column]) if column else [""] * len(frame), dtype=object)
    refuse_unknown(cells.tolist(), _text(frame[settings["columns"]["case"]]), lambda k: where.at(k, column))
    for row, cell in enumerate(cells):
        if cell and (fault := no_pseudonym(cell, " of a patient")):
            refuse_rounded(cell, where.at(row, column))
            raise StudyError(f"{where.at(row, column)}: this is {fault}")
    return cells


def _refuse_repeats(cases: np.ndarray, replicates: np.ndarray, kept: np.ndarray, where: _Places) -> None:
    seen: dict[tuple[str, str], int] = {}
    for k in np.flatnonzero(kept):
        key = cases[k], replicates[k]
        if key in seen:
            raise StudyError(
                f"{where.at(k)}: case {key[0]} appears in {place_of(where.frame, seen[key])} already; keep "
                "one row per patient, or name the column that tells them apart in `columns.replicate`"
            )
        seen[key] = int(k)


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
    cases: np.ndarray,
    replicates: np.ndarray,
    roi: str,
) -> pd.DataFrame:
    """Values (n, f) as FEATURES, one row a value."""
    import pandas as pd

    n, f = values.shape
    columns = {name: np.tile([row[name] for row in described], n) for name in described[0]}
    keys = {"cohort": cohort, "case": np.repeat(cases, f), "replicate": np.repeat(replicates, f), "roi": roi}
    return pd.DataFrame({**keys, **columns, "value": values.ravel()})
