"""What the texture families share: one packed region, its count tables, and how tables become aggregated values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from radioloom.errors import BadRoi, StudyError
from radioloom.features.record import Feature, Value
from radioloom.kernels import box, cells, pairs, runs
from radioloom.roi import Levels

DENSE_CELLS = 4_000_000  # a stack of tables with more cells than this is counted from sorted lists instead

# The 13 directions of IBSI 1 (a direction and its opposite are one), those within a slice first.
DIRECTIONS = sorted((step for step in product((-1, 0, 1), repeat=3) if step > (0, 0, 0)), key=lambda s: (s[0] != 0, s))
IN_SLICE = 4


@dataclass(frozen=True)
class Cells:
    """Occupied cells of a stack of t tables, and which of them each aggregation averages."""

    start: np.ndarray  # int64 (t + 1,), where each table's cells begin
    row: np.ndarray  # int32 (n,), index into `rows`
    column: np.ndarray  # int32 (n,), index into `columns`
    count: np.ndarray  # int64 (n,)
    rows: np.ndarray  # float64 (r,), grey level of a row
    columns: np.ndarray  # float64 (c,), grey level, length, size, distance or dependence of a column
    voxels: np.ndarray  # int64 (t,), voxels that a table was counted on, once for each direction merged in it
    groups: dict[str, np.ndarray]  # aggregation -> tables that it averages


@dataclass(frozen=True)
class Packed:
    """A region with a border of `pad` zeros as one flat array: what the kernels walk."""

    flat: np.ndarray  # uint16 (n,), index of the level among those that occur, from 1; 0 outside
    spans: np.ndarray  # int64 (r, 3), rows that hold levels: slice, first, last + 1
    strides: tuple[int, int, int]

    def offsets(self, directions: Sequence[tuple[int, int, int]]) -> np.ndarray:
        """Steps in the flat array, int64 (d,)."""
        return np.array([np.dot(step, self.strides) for step in directions], np.int64)


@dataclass(frozen=True)
class Texture:
    """One discretised region, with the tables of the six texture families made when first asked for."""

    levels: Levels

    @cached_property
    def _box(self) -> np.ndarray:
        return box.bounds(self.levels.levels, self.levels.shape)

    @cached_property
    def _tables(self) -> dict:
        return {}

    @cached_property
    def grey(self) -> np.ndarray:
        """Grey levels that occur, ascending, after a 0 for the outside: float64 (k + 1,)."""
        self.packed(1)
        return self._tables["grey"]

    @cached_property
    def n_voxels(self) -> int:
        return int(self._tables["counts"].sum()) if self.grey is not None else 0

    def packed(self, pad: int) -> Packed:
        """The region with a border wide enough for steps of `pad` voxels."""
        if ("packed", pad) not in self._tables:
            self._tables["packed", pad] = self._pack(pad)
        return self._tables["packed", pad]

    def _pack(self, pad: int) -> Packed:
        _, ny, nx = (int(high - low) + 2 * pad for low, high in self._box)
        strides = (ny * nx, nx, 1)
        levels = np.ascontiguousarray(self.levels.levels, np.uint16)
        flat, spans, counts = box.pack(levels, self._box, pad, 2 * pad * sum(strides))
        grey = np.flatnonzero(counts)
        if not len(grey):
            raise BadRoi("no voxel of the region has a grey level; check the mask and the resegmentation range")
        index = np.zeros(65536, np.uint16)
        index[grey] = np.arange(1, len(grey) + 1)
        self._tables["grey"] = np.concatenate([[0.0], grey.astype(float)])
        self._tables["counts"] = counts[grey]
        return Packed(box.relabel(flat, index), spans, strides)

    def parts(self, extent: str, pad: int) -> Iterator[np.ndarray]:
        """Rows of the region that are counted together: of each slice for "2D", else all."""
        spans = self.packed(pad).spans
        if extent == "2D":
            yield from np.split(spans, np.flatnonzero(np.diff(spans[:, 0])) + 1)
        else:
            yield spans

    def pairs(self, extent: str, distance: int, folded: bool) -> Cells:
        """Co-occurrence cells for "3D", "2.5D" or "2D": of each direction, then of all merged (in 2D for each slice)."""
        key = ("pairs", extent, distance, folded)
        if key not in self._tables:
            self._tables[key] = self._stack(extent, distance, folded, None)
        return self._tables[key]

    def runs(self, extent: str) -> Cells:
        """Run length cells, in the same order as `pairs`."""
        key = ("runs", extent)
        if key not in self._tables:
            self._tables[key] = self._stack(extent, 1, False, int((self._box[:, 1] - self._box[:, 0]).max()))
        return self._tables[key]

    def _stack(self, extent: str, distance: int, folded: bool, longest: int | None) -> Cells:
        packed, size = self.packed(distance), len(self.grey)
        steps = DIRECTIONS if extent == "3D" else DIRECTIONS[:IN_SLICE]
        offsets = distance * packed.offsets(steps)
        found, voxels = [], []
        for spans in self.parts(extent, distance):
            if longest is None:
                tables = pairs.count_pairs(packed.flat, spans, offsets, size)
            else:
                tables = runs.count_runs(packed.flat, spans, offsets, size, longest)
            found.append(cells.occupied(np.concatenate([tables, tables.sum(0, keepdims=True)]), folded))
            n = sum(int((packed.flat[first:last] > 0).sum()) for _, first, last in spans)
            voxels += [n] * len(steps) + [n * len(steps)]
        columns = self.grey if longest is None else np.arange(longest + 1.0)
        return Cells(*_join(found), self.grey, columns, np.array(voxels), _groups(extent, len(found), len(steps)))


def _join(found: list[tuple[np.ndarray, ...]]) -> tuple[np.ndarray, ...]:
    """Stacks of cells one after the other."""
    if len(found) == 1:
        return found[0]
    starts, total = [np.zeros(1, np.int64)], 0
    for part in found:
        starts.append(part[0][1:] + total)
        total += part[0][-1]
    return np.concatenate(starts), *(np.concatenate([part[k] for part in found]) for k in (1, 2, 3))


def _groups(extent: str, n_parts: int, n_steps: int) -> dict[str, np.ndarray]:
    index = np.arange(n_parts * (n_steps + 1)).reshape(n_parts, n_steps + 1)
    single, merged = index[:, :-1].ravel(), index[:, -1]
    if extent == "3D":
        return {"3D, averaged": single, "3D, merged": merged}
    if extent == "2.5D":
        return {"2.5D, direction-merged": single, "2.5D, merged": merged}
    return {"2D, averaged": single, "2D, slice-merged": merged}


def extents(family: str, wanted: Sequence[str], known: Sequence[str]) -> list[str]:
    """The extents ("2D", "2.5D", "3D") that the wanted aggregations need, each once."""
    for aggregation in wanted:
        if aggregation not in known:
            raise StudyError(f"{family}: aggregation {aggregation!r} is not one of {', '.join(map(repr, known))}")
    return list(dict.fromkeys(aggregation.split(",")[0] for aggregation in wanted))


DIRECTIONAL = (
    "2D, averaged",
    "2D, slice-merged",
    "2.5D, direction-merged",
    "2.5D, merged",
    "3D, averaged",
    "3D, merged",
)


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
    cell_logs: np.ndarray  # sum of n log2 n
    voxels: np.ndarray

    @classmethod
    def of(cls, stack: Cells) -> CountSums:
        """Sums of each table of a stack."""
        args = (stack.start, stack.row, stack.column, stack.count, stack.rows, stack.columns)
        return cls(*cells.count_sums(*args), stack.voxels)


def aggregate(
    family: str, features: Sequence[Feature], sums: object, groups: dict[str, np.ndarray], wanted: Sequence[str]
) -> Iterator[Value]:
    """Features of each table, averaged over the tables of each wanted aggregation.

    Tables without an entry have no features and are left out of the mean (a direction without a pair of voxels in a
    region one slice thick); where none has an entry, the value is undefined: NaN.
    """
    filled = sums.n > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        values = np.array([np.broadcast_to(feature.formula(sums), filled.shape) for feature in features])
    for aggregation in wanted:
        if aggregation in groups:
            tables = groups[aggregation]
            kept = values[:, tables[filled[tables]]]
            means = kept.mean(axis=1) if kept.shape[1] else np.full(len(features), np.nan)
            for feature, mean in zip(features, means.tolist(), strict=True):
                yield Value(family, feature.name, feature.ibsi, aggregation, mean)
