"""What is to be said of the scale of features: tables that were standardised before, cohorts on different scales."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, product
from typing import TYPE_CHECKING

import numpy as np

from radioloom.stages.tables.column_doubts import Columns, column_doubts, constant_doubts
from radioloom.stats.scales import FEATURES, FOLD, ROWS, Scale, apart, scale

if TYPE_CHECKING:
    import pandas as pd

REMEDY = "hand in the features as they were measured"


def feature_doubts(tables: Mapping[str, Columns], clinical: pd.DataFrame | None) -> list[str]:
    """Sentences on features that are unlikely as measured, of whole tables and then of columns.

    tables : the features of each cohort; clinical : CLINICAL
    Where whole tables are on another scale, columns are not compared between cohorts.
    """
    lines = remarks({cohort: table.without_codes() for cohort, table in tables.items()})
    columns = column_doubts("feature", tables, clinical, across=not lines)
    lost = [line for cohort, table in tables.items() for line in (*_counted(cohort, table), *_cut_off(cohort, table))]
    return [*lines, *columns, *constant_doubts("feature", tables), *lost]


def standardised(tables: Mapping[str, Columns]) -> dict[str, str]:
    """In which way each table of features was standardised, alone or with others, in words; "" as measured."""
    tables = {cohort: table.without_codes() for cohort, table in tables.items()}
    scales = _scales(tables)
    ways = {cohort: each.standardised for cohort, each in scales.items()}
    together = [group for group, _ in _pooled(tables, scales)]
    # A small part of a table is not of mean 0 by itself, where the large one is, nearly: both are on one scale.
    whole, part = ([cohort for cohort, way in ways.items() if bool(way) == known] for known in (True, False))
    together += [pair for pair in product(whole, part) if _together(tables, pair).standardised]
    for group in together:
        ways |= {cohort: ways[cohort] or "one mean and spread with other cohorts" for cohort in group}
    return ways


def _scales(tables: Mapping[str, Columns]) -> dict[str, Scale]:
    return {cohort: scale(list(table.names), table.values, table.volumes) for cohort, table in tables.items()}


def remarks(tables: Mapping[str, Columns]) -> list[str]:
    """Sentences on tables of features that are not as measured. tables : the features of each cohort."""
    scales = _scales(tables)
    pooled = dict(_pooled(tables, scales))
    together = {cohort for group in pooled for cohort in group}
    lines = [line for cohort, each in scales.items() if cohort not in together and (line := _of_one(cohort, each))]
    lines += pooled.values()
    if len(alone := [cohort for cohort, each in scales.items() if each.standardised and cohort not in together]) > 1:
        lines.append(
            f"cohorts {', '.join(alone)} were each standardised by themselves: one value is another size in each, and "
            "how their patients differ from each other is lost"
        )
    for (one, first), (other, second) in combinations(scales.items(), 2):
        n, both = apart(first, second)
        if both >= FEATURES and 2 * n > both and min(first.n_rows, second.n_rows) >= ROWS:
            lines.append(
                f"cohorts {one} and {other}: {n} of the {both} features that both tables have are spread more than "
                f"{FOLD:g} times as wide in one as in the other; was one of them standardised, or measured in other "
                f"units? {REMEDY.capitalize()}"
            )
    return lines


def _counted(cohort: str, table: Columns) -> Iterator[str]:
    """Volumes that may be counts of voxels: whole numbers without a common divisor, in all cases."""
    for name in sorted(table.volumes):
        known = _known(table, name)
        if known.size < ROWS or (known <= 0).any() or (known % 1 != 0).any():
            continue
        if np.gcd.reduce(known.astype(np.int64)) == 1:
            yield (
                f"cohort {cohort}: {name} is a whole number in all {known.size} cases: is it a count of voxels, whose "
                "spacing is lost? Then sizes of patients cannot be compared; right where all voxels are 1 mm wide"
            )


def _cut_off(cohort: str, table: Columns) -> Iterator[str]:
    """Lowest or highest intensities that are one number in most cases, as no tissue makes them."""
    for name in sorted(table.extremes):
        values, counts = np.unique(_known(table, name), return_counts=True)
        if counts.sum() >= ROWS and 2 * counts.max() > counts.sum():
            yield (
                f"cohort {cohort}: {name} is {values[counts.argmax()]:g} in {counts.max()} of {counts.sum()} cases: "
                "intensities were cut off there (a window, or a range of resegmentation) or rescaled; right where the "
                "protocol says so, and all cohorts were treated alike"
            )


def _known(table: Columns, name: str) -> np.ndarray:
    values = table.of([name])[:, 0]
    return values[np.isfinite(values)]


def _pooled(tables: Mapping[str, Columns], scales: Mapping[str, Scale]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Cohorts that were standardised together, before they were parted: all of them, or else two of them."""
    raw = [cohort for cohort in tables if not scales[cohort].standardised]
    for group in [tuple(raw)] * (len(raw) > 2) + list(combinations(raw, 2)):
        found = _together(tables, group)
        if found.standardised:
            yield (
                group,
                f"cohorts {', '.join(group)}: {found.n_standardised} of their {found.n_features} features have "
                f"{found.standardised} over the {found.n_rows} rows of all: they were standardised together, before "
                f"the cohorts were parted. So validation had a part in what is learnt; {REMEDY}",
            )
            return


def _together(tables: Mapping[str, Columns], cohorts: tuple[str, ...]) -> Scale:
    """The scale of what these cohorts have in common, as of one table."""
    names = sorted(set.intersection(*(set(tables[cohort].names) for cohort in cohorts)))
    return scale(names, np.concatenate([tables[cohort].of(names) for cohort in cohorts]))


def _of_one(cohort: str, scale: Scale) -> str:
    if scale.standardised:
        n, total = scale.n_standardised, scale.n_features
        return (
            f"cohort {cohort}: {f'all {total}' if n == total else f'{n} of the {total}'} features of its table have "
            f"{scale.standardised} over its {scale.n_rows} rows: they were standardised with all patients at once. So "
            "test cases have a part in what is learnt, cohorts cannot be compared, and of values their order alone "
            f"means anything; {REMEDY}"
        )
    if scale.below_zero:
        return (
            f"cohort {cohort}: {scale.below_zero} is a volume, and below 0 in its table: the features were "
            f"standardised before; {REMEDY}"
        )
    return ""
