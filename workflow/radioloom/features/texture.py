"""Count tables (GLCM, GLRLM, GLSZM ...) of a discretised region, shared by the six texture families."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product
from typing import Any

import numpy as np

from radioloom.errors import BadRoi, StudyError
from radioloom.features.matrix import Cells, Listed, directional_groups, joined, listed, tabled
from radioloom.kernels import box, cells, neighbourhood, steps, zones
from radioloom.roi import Levels

Step = tuple[int, int, int]

# The 13 directions of IBSI 1 (a direction and its opposite are one), the 4 within a slice first.
DIRECTIONS: list[Step] = sorted((s for s in product((-1, 0, 1), repeat=3) if s > (0, 0, 0)), key=lambda s: (s[0], s))
IN_SLICE = 4
FARTHEST = 10  # voxels: sums over (2 x 10 + 1)^3 neighbours of 65,535 levels still fit into 32 bits


@dataclass(frozen=True)
class Packed:
    """A region with a border of zeros as one flat array: what the kernels walk."""

    index: np.ndarray  # uint16 (n,), index of the level among those that occur, from 1; 0 outside
    values: np.ndarray  # uint16 (n,), the level itself
    spans: np.ndarray  # int64 (r, 4), rows that hold levels: slice, first, last + 1, voxels
    strides: Step
    pad: int  # width of the border
    margin: int  # zeros before and after the volume
    grey: np.ndarray  # float64 (k + 1,), levels that occur, ascending, after a 0 for the outside

    def offsets(self, directions: list[Step]) -> np.ndarray:
        """Steps in the flat array, int64 (d,)."""
        return np.array(directions) @ np.array(self.strides)

    def parts(self, extent: str) -> list[np.ndarray]:
        """Rows that are counted together: those of each slice for "2D", else all."""
        if extent != "2D":
            return [self.spans]
        return np.split(self.spans, np.flatnonzero(np.diff(self.spans[:, 0])) + 1)

    def voxels(self, spans: np.ndarray) -> int:
        """How many voxels of the region lie in these rows (all, or all of some slices)."""
        return int(spans[:, 3].sum())


@dataclass(frozen=True)
class Texture:
    """One discretised region, in arrays cut to it; its tables are kept, and die with it."""

    levels: Levels

    @cached_property
    def _made(self) -> dict[tuple, Any]:
        return {}

    def _once(self, key: tuple, make: Callable[[], Any]) -> Any:
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    @property
    def _longest(self) -> int:
        return max(self.levels.levels.shape)

    def packed(self, pad: int = 1) -> Packed:
        """The region with a border wide enough for steps of `pad` voxels; BadRoi where it has no voxel."""
        if not 1 <= pad <= FARTHEST:
            raise StudyError(f"texture: a distance of {pad} voxels; choose one from 1 to {FARTHEST}")
        return self._once(("packed", pad), lambda: self._pack(pad))

    def _pack(self, pad: int) -> Packed:
        nz, ny, nx = (n + 2 * pad for n in self.levels.levels.shape)
        strides = (ny * nx, nx, 1)
        margin = 2 * pad * sum(strides)
        flat = np.zeros(nz * ny * nx + 2 * margin, np.uint16)
        spans, occurs = box.pack(np.ascontiguousarray(self.levels.levels, np.uint16), pad, margin, flat)
        grey = np.flatnonzero(occurs)
        if not len(grey):
            raise BadRoi("no voxel of the region has a grey level; check the mask and the resegmentation range")
        index = flat
        if grey[-1] > len(grey):
            place = np.zeros(65536, np.uint16)
            place[grey] = np.arange(1, len(grey) + 1)
            index = box.relabel(flat, place)
        return Packed(index, flat, spans, strides, pad, margin, np.concatenate([[0.0], grey.astype(float)]))

    def pairs(self, extent: str, distance: int, symmetric: bool) -> Cells:
        """Co-occurrence cells for "3D", "2.5D", "2D": of each direction, then of all merged (in 2D for each slice).

        `symmetric` counts each pair in both orders, and lists the upper triangle only.
        """
        key = ("pairs", extent, distance, symmetric)
        if key not in self._made:
            self._count_steps(extent, distance, symmetric)
        return self._made[key]

    def runs(self, extent: str) -> Cells:
        """Run length cells, in the same order as `pairs`."""
        if ("runs", extent) not in self._made:
            self._count_steps(extent, 1, True)
        return self._made["runs", extent]

    def _count_steps(self, extent: str, distance: int, symmetric: bool) -> None:
        packed = self.packed(distance)
        offsets = distance * packed.offsets(DIRECTIONS if extent == "3D" else DIRECTIONS[:IN_SLICE])
        pairs, runs, voxels = [], [], []
        for spans in packed.parts(extent):
            n = packed.voxels(spans)
            pair, run = self._steps(packed, spans, offsets, symmetric, n)
            pairs.append(pair)
            runs.append(run)
            voxels += [n] * len(offsets) + [n * len(offsets)]
        rest = (np.array(voxels), directional_groups(extent, len(pairs), len(offsets)))
        self._made["pairs", extent, distance, symmetric] = Cells(*joined(pairs), packed.grey, packed.grey, *rest)
        if distance == 1:
            lengths = np.arange(self._longest + 1.0)
            self._made["runs", extent] = Cells(*joined(runs), packed.grey, lengths, *rest)

    def _fits(self, size: int, n: int) -> bool:
        """Whether tables of `size` levels are neither vast nor, for n voxels, so empty that lists are quicker."""
        return size * size <= min(64 * n, 2**20) and size + self._longest < 2**16

    def _steps(self, packed: Packed, spans: np.ndarray, offsets: np.ndarray, symmetric: bool, n: int) -> tuple:
        """Cells of pairs and of runs of some rows: by tables, or by sorted lists where tables would be too many."""
        size, longest = len(packed.grey), self._longest
        if self._fits(size, n):
            layout = np.array(
                [size, longest, packed.strides[0], packed.margin + packed.pad * packed.strides[0], packed.pad]
            )
            tables = steps.count_steps(packed.index, spans, offsets, layout)
            tables = tables.reshape(len(offsets) + 1, size, size + longest)
            return cells.pair_cells(tables, size, symmetric), cells.run_cells(tables, size)
        listed_steps = [steps.list_steps(packed.index, spans, offset, size) for offset in offsets]
        pairs = [pair for pair, _ in listed_steps]
        runs = [run[:, 0] * (longest + 1) + run[:, 1] for _, run in listed_steps]
        if symmetric:
            ordered = [np.divmod(pair, size) for pair in pairs]
            pairs = [np.minimum(i, j) * size + np.maximum(i, j) for i, j in ordered]
        start, row, column, count = listed([*pairs, np.concatenate(pairs)], size, size)
        if symmetric:
            count = count * np.where(row == column, 2, 1)
        return (start, row, column, count), listed([*runs, np.concatenate(runs)], size, longest + 1)

    def _zones(self, planar: bool) -> np.ndarray:
        """Slice, level index, size and distance to the region's edge of each zone, int32 (4, z), slices ascending."""
        packed = self.packed()
        offsets = packed.offsets(DIRECTIONS[:IN_SLICE] if planar else DIRECTIONS)
        shape = np.ascontiguousarray(self.levels.shape)
        edge = np.zeros_like(packed.index)
        box.edge_distance(shape, 1, packed.margin, planar, edge)
        return zones.find_zones(packed.index, packed.spans, offsets, touching_groups(), edge)

    def _zone_cells(self, extent: str, quantity: int) -> Cells:
        packed, planar = self.packed(), extent != "3D"
        zone_table = self._once(("zones", planar), lambda: self._zones(planar))
        rows, values = zone_table[1], zone_table[quantity]
        present = np.flatnonzero(np.bincount(values))
        place = np.zeros(int(present[-1]) + 1, np.int32)
        place[present] = np.arange(len(present))
        size = np.array([len(packed.grey), len(present)])
        parts = [packed.voxels(spans) for spans in packed.parts(extent)]
        if extent != "2D" and size.prod() <= 65536 + 4 * len(rows):
            cell = tabled(zones.tally(rows, values, place, size))
        else:
            codes = rows * size[1] + place[values]
            cuts = np.flatnonzero(np.diff(zone_table[0])) + 1 if extent == "2D" else []
            cell = listed(np.split(codes, cuts), *size)
        return Cells(*cell, packed.grey, present.astype(float), np.array(parts), {extent: np.arange(len(parts))})

    def sizes(self, extent: str) -> Cells:
        """Zones by level and number of voxels."""
        return self._once(("sizes", extent), lambda: self._zone_cells(extent, 2))

    def distances(self, extent: str) -> Cells:
        """Zones by level and distance to the edge of the region's shape."""
        return self._once(("distances", extent), lambda: self._zone_cells(extent, 3))

    def dependences(self, extent: str, distance: int, coarseness: int) -> Cells:
        """Voxels by level and how many of their neighbours, they included, differ from them by `coarseness` or less."""
        packed = self.packed(distance)
        around = [step for step in window(extent, distance, distance) if step != (0, 0, 0)]
        offsets, parts = packed.offsets(around), packed.parts(extent)
        args = (packed.values, packed.index)
        tables: list[Listed] = [tabled(neighbourhood.dependences(*args, spans, offsets, coarseness)) for spans in parts]
        voxels = np.array([packed.voxels(spans) for spans in parts])
        columns = np.arange(len(offsets) + 2.0)
        return Cells(*joined(tables), packed.grey, columns, voxels, {extent: np.arange(len(parts))})

    def tones(self, extent: str, distance: int) -> list[tuple[np.ndarray, np.ndarray]]:
        """For each part: int64 (k + 1, c + 1, 2), voxels and their differences by level and number of neighbours."""
        packed = self.packed(distance)
        rows = packed.offsets(window(extent, distance, 0))
        args = (packed.values, packed.index)
        return [neighbourhood.tone_differences(*args, spans, rows, distance) for spans in packed.parts(extent)]


def window(extent: str, reach: int, along: int) -> list[Step]:
    """Steps to all voxels within `reach` across slices (in "3D" only) and rows, and within `along` in a row."""
    z, y, x = (range(-n, n + 1) for n in (reach if extent == "3D" else 0, reach, along))
    return list(product(z, y, x))


@cache
def touching_groups() -> np.ndarray:
    """For each set of the 13 neighbours (a bit each): its number of groups that touch, then one neighbour of each.

    Neighbours of one level that touch are one zone already, so a voxel needs to be joined with one of them only.
    uint8 (8192, 1 + the largest number of groups).
    """
    place = np.array(DIRECTIONS)
    touch = np.abs(place[:, None] - place[None]).max(axis=2) <= 1
    held = (np.arange(2 ** len(place))[:, None] >> np.arange(len(place))) & 1 > 0
    group = np.where(held, np.arange(len(place), dtype=np.uint8), 99)
    for _ in range(4):  # no chain among 13 neighbours is longer
        for d in range(len(place)):
            group[:, d] = np.where(held[:, d], group[:, touch[d]].min(axis=1), 99)
    lead = group == np.arange(len(place))
    many = lead.sum(axis=1)
    order = np.argsort(~lead, axis=1, kind="stable")[:, : many.max()]
    return np.concatenate([many[:, None], order], axis=1).astype(np.uint8)
