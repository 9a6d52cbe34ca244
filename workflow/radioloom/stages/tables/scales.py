"""What is to be said of the scale of features: tables that were standardised before, cohorts on different scales."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
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
    return [*lines, *columns, *constant_doubts("feature", tables)]


def remarks(tables: Mapping[str, Columns]) -> list[str]:
    """Sentences on tables of features that are not as measured. tables : the features of each cohort."""
    scales = {cohort: scale(list(table.names), table.values, table.volumes) for cohort, table in tables.items()}
    pooled = dict(_pooled(tables, scales))
    together = {cohort for group in pooled for cohort in group}
    lines = [line for cohort, each in scales.items() if cohort not in together and (line := _of_one(cohort, each))]
    lines += pooled.values()
    for (one, first), (other, second) in combinations(scales.items(), 2):
        n, both = apart(first, second)
        if both >= FEATURES and 2 * n > both and min(first.n_rows, second.n_rows) >= ROWS:
            lines.append(
                f"cohorts {one} and {other}: {n} of the {both} features that both tables have are spread more than "
                f"{FOLD:g} times as wide in one as in the other; was one of them standardised, or measured in other "
                f"units? {REMEDY.capitalize()}"
            )
    return lines


def _pooled(tables: Mapping[str, Columns], scales: Mapping[str, Scale]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Cohorts that were standardised together, before they were parted: all of them, or else two of them."""
    raw = [cohort for cohort in tables if not scales[cohort].standardised]
    for group in [tuple(raw)] * (len(raw) > 2) + list(combinations(raw, 2)):
        names = sorted(set.intersection(*(set(tables[cohort].names) for cohort in group)))
        found = scale(names, np.concatenate([tables[cohort].of(names) for cohort in group]))
        if found.standardised:
            yield (
                group,
                f"cohorts {', '.join(group)}: {found.n_standardised} of their {found.n_features} features have "
                f"{found.standardised} over the {found.n_rows} rows of all: they were standardised together, before "
                f"the cohorts were parted. So validation had a part in what is learnt; {REMEDY}",
            )
            return


def _of_one(cohort: str, scale: Scale) -> str:
    if scale.standardised:
        n, total = scale.n_standardised, scale.n_features
        return (
            f"cohort {cohort}: {f'all {total}' if n == total else f'{n} of the {total}'} features of its table have "
            f"{scale.standardised} over its {scale.n_rows} rows: they were standardised with all patients at once. So "
            f"test cases have a part in what is learnt, and cohorts cannot be compared; {REMEDY}"
        )
    if scale.below_zero:
        return (
            f"cohort {cohort}: {scale.below_zero} is a volume, and below 0 in its table: the features were "
            f"standardised before; {REMEDY}"
        )
    return ""
