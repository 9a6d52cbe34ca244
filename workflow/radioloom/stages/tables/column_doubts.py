"""Doubts about columns of cohorts, features and covariates alike: codes, units, and what is part of the outcome."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.stats import odd_values
from radioloom.stats.constancy import constant
from radioloom.tables.combined import DIFFERENCE, RATIO

if TYPE_CHECKING:
    import pandas as pd

ALIKE = 10  # cases whose values tell that a column is constant, and is not in another cohort
SHOWN = 3  # columns, or cases, that a sentence names
CHANGES = (DIFFERENCE, RATIO)  # visits of COMBINED whose values are of another size than what was measured
ORIGINAL = ("", "original")  # images whose intensities are those that were measured
# Features that have rules of their own, by name or IBSI id: volumes are above 0, extremes are where intensities end.
KINDS = {
    "volumes": {"MeshVolume", "VoxelVolume", "Volume", "volume", "morphology_volume", "RNU0", "YEKZ"},
    "extremes": {"Minimum", "Maximum", "1GSF", "84IY"},
}


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns of one kind of one cohort, features or covariates."""

    cases: np.ndarray  # object (n,)
    names: np.ndarray  # object (f,)
    values: np.ndarray  # float64 (n, f), NaN where there is none
    volumes: frozenset[str] = frozenset()  # names of those that are volumes
    extremes: frozenset[str] = frozenset()  # of those that are the lowest or highest intensity

    def of(self, names: Iterable[str]) -> np.ndarray:
        """Values of these columns, (n, len(names))."""
        place = {name: k for k, name in enumerate(self.names)}
        return self.values[:, [place[name] for name in names]]

    def without_codes(self) -> Columns:
        """The same with NaN for what seems to be a code for missing."""
        return replace(self, values=odd_values.without_codes(self.values))


def columns_of(table: pd.DataFrame, name: str) -> dict[str, Columns]:
    """Columns of each cohort of a tidy table. table : with cohort, case and value; name : its column of names."""
    found = {}
    for cohort, rows in table.groupby("cohort", sort=True):
        keys = [key for key in ("case", "replicate") if key in rows]
        values = rows.pivot(index=keys, columns=name, values="value")
        cases = values.index.get_level_values("case").to_numpy(object)
        known = kinds(rows.drop_duplicates(name).to_dict("records")) if "feature" in rows else {}
        found[str(cohort)] = Columns(cases, values.columns.to_numpy(object), values.to_numpy(float), **known)
    return found


def kinds(rows: Iterable[Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    """Ids of the features of each kind. rows : image, feature, ibsi, feature_id (COMBINED: visit) of each feature."""
    measured = (row for row in rows if row["image"] in ORIGINAL and row.get("visit") not in CHANGES)
    described = [(row["feature_id"], {row["feature"], row["ibsi"]}) for row in measured]
    return {kind: frozenset(name for name, words in described if words & of) for kind, of in KINDS.items()}


def column_doubts(
    what: str, cohorts: Mapping[str, Columns], clinical: pd.DataFrame | None, across: bool = True
) -> Iterator[str]:
    """Sentences on columns that are unlikely as measured; nothing is refused or changed for it.

    what : they are called, `feature` or `covariate`; '' where the name says it
    cohorts : their columns; clinical : CLINICAL, which columns of `cohorts` must not give away
    across : whether cohorts are compared with each other
    """
    cleaned: dict[str, Columns] = {}
    for cohort, table in cohorts.items():
        yield from code_doubts(what, cohort, table)
        cleaned[cohort] = table.without_codes()
        yield from _two_units(what, cohort, cleaned[cohort])
    if across:
        yield from _other_units(what, cleaned)
    if clinical is not None:
        yield from _telling(what, cleaned, clinical)


def code_doubts(what: str, cohort: str, table: Columns) -> Iterator[str]:
    """Numbers that seem to be codes for missing; one sentence for all columns that have one."""
    of: dict[float, list[str]] = defaultdict(list)
    rows: dict[float, set[str]] = defaultdict(set)
    for name, values in zip(table.names, table.values.T, strict=True):
        for code in odd_values.codes(values):
            of[code].append(name)
            rows[code] |= set(table.cases[values == code])
    for code, names in of.items():
        cases = sorted(rows[code])
        yield (
            f"cohort {cohort}: {_named(what, names)} {'is' if len(names) == 1 else 'are'} {code:g} in {len(cases)} of "
            f"{len(set(table.cases))} cases ({_listed(cases)}), and no other value is near: is that a code for a "
            "missing one? Then leave the cell empty"
        )


def _two_units(what: str, cohort: str, table: Columns) -> Iterator[str]:
    if names := list(table.names[odd_values.in_two_units(table.values)]):
        yield (
            f"cohort {cohort}: values of {_named(what, names)} fall apart into two parts, one of which is some 100 or "
            "1000 times the other: was a decimal point lost, or are they in two units?"
        )


def _other_units(what: str, cohorts: Mapping[str, Columns]) -> Iterator[str]:
    """Columns that differ between two cohorts as only units do."""
    for (one, first), (other, second) in combinations(cohorts.items(), 2):
        if not (both := [name for name in first.names if name in set(second.names)]):
            continue
        left, right = first.of(both), second.of(both)
        far, signs = odd_values.in_other_units(left, right), odd_values.of_other_signs(left, right)
        if names := [name for name, odd in zip(both, far, strict=True) if odd]:
            medians = [np.nanmedian(table.of(names[:1])) for table in (first, second)]
            whose = "its median" if len(names) == 1 else f"the median of {names[0]}"
            yield (
                f"{_named(what, names)}: {whose} is {medians[0]:.3g} in cohort {one} and {medians[1]:.3g} in cohort "
                f"{other}, and hardly a value of one lies among those of the other: are both in one unit?"
            )
        if names := [name for name, odd in zip(both, signs & ~far, strict=True) if odd]:
            below = (one, other) if (first.of(names[:1]) < 0).any() else (other, one)
            yield (
                f"{_named(what, names)}: often below 0 in cohort {below[0]}, and never in cohort {below[1]}: were "
                "logarithms taken in one alone, or was it standardised there?"
            )


def constant_doubts(what: str, cohorts: Mapping[str, Columns]) -> Iterator[str]:
    """Columns that have one value in all cases of a cohort, which most cases of another one do not have."""
    for cohort, table in cohorts.items():
        names = [
            name
            for name, values in zip(table.names, table.values.T, strict=True)
            if (known := values[np.isfinite(values)]).size >= ALIKE
            and constant(known)
            and any(_seldom(known[0], other, name) for other in cohorts.values())
        ]
        if names:
            yield (
                f"cohort {cohort}: {_named(what, names)} {'has' if len(names) == 1 else 'have'} one value in all "
                "cases, and others in another cohort: was a cell filled down, or were they not measured?"
            )


def _seldom(value: float, table: Columns, name: str) -> bool:
    """Whether fewer than half of the values of a column of a table are this one; not so where there is none."""
    column = table.values[:, table.names == name]
    known = column[np.isfinite(column)]
    return known.size >= ALIKE and 2 * (known == value).sum() < known.size


def _telling(what: str, cohorts: Mapping[str, Columns], clinical: pd.DataFrame) -> Iterator[str]:
    """Columns that give the outcome away, by the first cohort that shows it."""
    told: set[str] = set()
    remedy = "take it out of columns.features" if what == "feature" else "take it out of model.covariates"
    for cohort, rows in clinical.groupby("cohort", sort=True):
        table = cohorts.get(str(cohort))
        if table is None:
            continue
        outcomes = rows.set_index("case")
        kept = np.isin(table.cases, outcomes.index)
        known = outcomes.loc[table.cases[kept]]
        times = None if known["time_days"].isna().any() else known["time_days"].to_numpy(float)
        of_event, of_time = odd_values.telling(table.values[kept], known["event"].to_numpy(bool), times)
        for shares, words in (
            (of_time, "goes along with the time of follow-up"),
            (of_event, "tells who had the event"),
        ):
            far = shares >= odd_values.TELLING
            if names := [name for name in table.names[far] if name not in told]:
                told |= set(names)
                yield (
                    f"cohort {cohort}: {_named(what, names)} {words} (by ranks {shares[far].max():.2f} of 1), as "
                    f"hardly anything does that is known before: is it part of the outcome? If so, {remedy}"
                )


def _named(what: str, names: list[str]) -> str:
    if len(names) == 1:
        return f"{what} {names[0]}".strip()
    return f"{len(names)} {what or 'column'}s ({_listed(names)})"


def _listed(names: list[str]) -> str:
    return ", ".join(map(str, names[:SHOWN])) + (", ..." if len(names) > SHOWN else "")
