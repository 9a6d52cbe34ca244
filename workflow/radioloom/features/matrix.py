"""Count tables of the texture families: occupied cells, sums over them, and how tables become aggregated values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from radioloom.errors import StudyError
from radioloom.features.record import Feature, Value
from radioloom.kernels import cells

# IBSI's words. Before the comma: what a matrix is counted on (a slice; all slices, steps within them; the volume).
DIRECTIONAL = (
    "2D, averaged",
    "2D, slice-merged",
    "2.5D, direction-merged",
    "2.5D, merged",
    "3D, averaged",
    "3D, merged",
)
PLAIN = ("2D", "2.5D", "3D")

Listed = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]  # start, row, column, count: as in Cells


@dataclass(frozen=True)
class Cells:
    """Occupied cells of a stack of t tables, and which of them each aggregation averages."""

    start: np.ndarray  # int64 (t + 1,), where each table's cells begin
    row: np.ndarray  # int32 (n,), index into `rows`
    column: np.ndarray  # int32 (n,), index into `columns`
    count: np.ndarray  # int64 (n,)
    rows: np.ndarray  # float64 (r,), grey level of a row; row 0 is empty
    columns: np.ndarray  # float64 (c,), grey level, length, size, distance or dependence of a column
    voxels: np.ndarray  # int64 (t,), voxels that a table was counted on, once for each direction merged in it
    groups: dict[str, np.ndarray]  # aggregation -> tables that it averages


@dataclass(frozen=True)
class CountSums:
    """Sums over the cells of run, zone, distance or dependence tables (i: grey level, j: the other), each (t,)."""

    n: np.ndarray  # entries of the table: runs, zones, voxels
    low_grey: np.ndarray  # sum of n_i / i^2
    high_grey: np.ndarray  # sum of n_i i^2
    grey_squares: np.ndarray  # sum of n_i^2
    grey_mean: np.ndarray
    grey_spread: np.ndarray  # sum of n_i (i - mean)^2
    low: np.ndarray  # sum of n_j / j^2
    high: np.ndarray  # sum of n_j j^2
    squares: np.ndarray  # sum of n_j^2
    mean: np.ndarray
    spread: np.ndarray  # sum of n_j (j - mean)^2
    low_low: np.ndarray  # sum of n / (i j)^2
    low_high_grey: np.ndarray  # sum of n i^2 / j^2
    high_low_grey: np.ndarray  # sum of n j^2 / i^2
    high_high: np.ndarray  # sum of n (i j)^2
    cell_squares: np.ndarray  # sum of n^2
    entropy: np.ndarray  # of (i, j), bits
    voxels: np.ndarray

    @classmethod
    def of(cls, stack: Cells) -> CountSums:
        """Sums of each table of a stack."""
        args = (stack.start, stack.row, stack.column, stack.count, stack.rows, stack.columns)
        return cls(*cells.count_sums(*args).T, stack.voxels)


def extents(family: str, wanted: Sequence[str], known: Sequence[str]) -> list[str]:
    """What the wanted aggregations are counted on ("2D", "2.5D", "3D"), each once."""
    for aggregation in wanted:
        if aggregation not in known:
            raise StudyError(f"{family}: aggregation {aggregation!r} is not one of {', '.join(map(repr, known))}")
    return list(dict.fromkeys(aggregation.split(",")[0] for aggregation in wanted))


def aggregate(
    family: str, features: Sequence[Feature], sums: Any, groups: dict[str, np.ndarray], wanted: Sequence[str]
) -> Iterator[Value]:
    """Features of each table, averaged over the tables of each wanted aggregation.

    Tables without an entry have no features and are left out of the mean (a direction without a pair of voxels in a
    region one slice thick); where none has an entry, the value is undefined: NaN.
    """
    filled = sums.n > 0
    values = np.empty((len(features), len(filled)))
    with np.errstate(invalid="ignore", divide="ignore"):
        for k, feature in enumerate(features):
            values[k] = feature.formula(sums)
    for aggregation in wanted:
        if aggregation in groups:
            tables = groups[aggregation]
            kept = values[:, tables[filled[tables]]]
            means = kept.mean(axis=1) if kept.shape[1] else np.full(len(features), np.nan)
            for feature, mean in zip(features, means.tolist(), strict=True):
                yield Value(family, feature.name, feature.ibsi, aggregation, mean)


def directional_groups(extent: str, n_parts: int, n_steps: int) -> dict[str, np.ndarray]:
    """Tables of each aggregation, where each part has one for each step and then one that merges them."""
    index = np.arange(n_parts * (n_steps + 1)).reshape(n_parts, n_steps + 1)
    single, merged = {
        "2D": ("2D, averaged", "2D, slice-merged"),
        "2.5D": ("2.5D, direction-merged", "2.5D, merged"),
        "3D": ("3D, averaged", "3D, merged"),
    }[extent]
    return {single: index[:, :-1].ravel(), merged: index[:, -1]}


def listed(codes: Sequence[np.ndarray], n_rows: int, n_columns: int) -> Listed:
    """Cells of one table for each array of codes (row * n_columns + column), one code for each entry."""
    start, cells_of, counts = np.zeros(len(codes) + 1, np.int64), [], []
    for t, code in enumerate(codes):
        if n_rows * n_columns <= 65536 + 4 * len(code):
            count = np.bincount(code)
            cell = np.flatnonzero(count)
            count = count[cell]
        else:
            cell, count = np.unique(code, return_counts=True)
        start[t + 1] = start[t] + len(cell)
        cells_of.append(cell)
        counts.append(count)
    row, column = np.divmod(np.concatenate(cells_of), n_columns)
    return start, row.astype(np.int32), column.astype(np.int32), np.concatenate(counts).astype(np.int64)


def tabled(tables: np.ndarray) -> Listed:
    """Cells of dense tables, int64 (t, r, c); row 0, which counts what is outside, is left out."""
    table, row, column = np.nonzero(tables[:, 1:])
    row += 1
    start = np.searchsorted(table, np.arange(len(tables) + 1))
    return start, row.astype(np.int32), column.astype(np.int32), tables[table, row, column]


def joined(stacks: Sequence[Listed]) -> Listed:
    """Stacks of cells one after the other."""
    if len(stacks) == 1:
        return stacks[0]
    starts, total = [np.zeros(1, np.int64)], 0
    for part in stacks:
        starts.append(part[0][1:] + total)
        total += int(part[0][-1])
    row, column, count = (np.concatenate([part[k] for part in stacks]) for k in (1, 2, 3))
    return np.concatenate(starts), row, column, count
