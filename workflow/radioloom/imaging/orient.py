"""Orientation: how an image's axes lie in the patient, and axes exchanged and reversed until they lie as in all others.

The axes of a file run in any of 48 ways, and filters that tell left from right (a wavelet, Laws, Gabor) give the same
patient other responses in each. Nothing is interpolated: of an oblique image each axis takes the patient's nearest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import permutations

import numpy as np

from radioloom.volume import Box, Grid, Shape, Volume, Voxels

TOWARDS = ("SI", "PA", "LR")  # what the axes z, y, x of LPS run to, and from
STORED = None  # orientation of a profile that leaves images as they are stored
ALIKE = 6  # decimals of a direction that decide: an axis half-way between two must not be decided by rounding


@dataclass(frozen=True, slots=True)
class Turn:
    """How an array's axes become those of another orientation."""

    order: Voxels = (0, 1, 2)  # axis k after the turn is axis order[k] before it
    flipped: tuple[bool, bool, bool] = (False, False, False)  # whether axis k (after) runs the other way

    def array(self, array: np.ndarray) -> np.ndarray:
        """The array (z, y, x) after the turn, as a view."""
        return array.transpose(self.order)[tuple(slice(None, None, -1 if flip else 1) for flip in self.flipped)]

    def grid(self, grid: Grid) -> Grid:
        """The grid after the turn: every voxel stays where it is."""
        if self == Turn():
            return grid
        first = np.zeros(3)
        for axis, flip in zip(self.order, self.flipped, strict=True):
            first[axis] = grid.shape[axis] - 1 if flip else 0
        signs = np.where(self.flipped, -1.0, 1.0)
        direction = np.asarray(grid.direction)[:, list(self.order)] * signs + 0.0
        shape, spacing = (tuple(of[axis] for axis in self.order) for of in (grid.shape, grid.spacing_mm))
        origin = tuple(float(mm) for mm in grid.to_world(first))
        return Grid(shape, spacing, origin, tuple(map(tuple, direction.tolist())))

    def volume(self, volume: Volume) -> Volume:
        """The image or mask after the turn."""
        return (
            volume if self == Turn() else replace(volume, array=self.array(volume.array), grid=self.grid(volume.grid))
        )

    def box(self, box: Box, shape: Shape) -> Box:
        """A box after the turn; box, shape : before it, the shape being the whole array's."""
        return tuple(
            _reversed(box[axis], shape[axis]) if flip else box[axis]
            for axis, flip in zip(self.order, self.flipped, strict=True)
        )

    def back(self, box: Box, shape: Shape) -> Box:
        """A box before the turn; box : after it; shape : the whole array's before it."""
        sides: dict[int, slice] = {}
        for side, axis, flip in zip(box, self.order, self.flipped, strict=True):
            sides[axis] = _reversed(side, shape[axis]) if flip else side
        return sides[0], sides[1], sides[2]


def turn_to(grid: Grid, orientation: str | None) -> Turn:
    """The turn that brings an image on this grid to a profile's `orientation`."""
    return Turn() if orientation is STORED else _to_lps(grid)


def letters(grid: Grid) -> str:
    """Where columns, rows and slices (x, y, z) run to, each by the patient's nearest direction: LPS, RAS, LSA ..."""
    turn = _to_lps(grid)
    of_axis = {
        axis: names[flip] for axis, flip, names in zip(turn.order, turn.flipped, TOWARDS, strict=True)
    }  # fmt: skip
    return of_axis[2] + of_axis[1] + of_axis[0]


def oblique_deg(grid: Grid) -> float:
    """The largest angle between an axis and the patient's direction that it is named by, in degrees."""
    axes = np.asarray(_to_lps(grid).grid(grid).direction)
    return round(float(np.degrees(np.arccos(np.clip(np.diag(axes), -1, 1))).max()), 3) + 0.0


def _to_lps(grid: Grid) -> Turn:
    """Of the 48 turns the one whose axes are nearest to the patient's; of equals the same whatever is stored."""
    direction = np.asarray(grid.direction, float)
    found = []
    for order in permutations(range(3)):
        flipped = tuple(bool(direction[k, axis] < 0) for k, axis in enumerate(order))
        axes = direction[:, order] * np.where(flipped, -1, 1)
        key = (round(float(np.trace(axes)), ALIKE), *(np.round(axes, ALIKE) + 0.0).ravel().tolist())
        found.append((key, Turn(order, flipped)))
    return max(found, key=lambda each: each[0])[1]


def _reversed(side: slice, n: int) -> slice:
    return slice(n - side.stop, n - side.start)
