"""Interpolate image and mask onto another grid (IBSI 1, section 2.4), a crop exactly as the whole image."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from radioloom.kernels.spline import prefilter, weigh
from radioloom.volume import Grid, Volume

SUPPORT = {"cubic": 22, "linear": 1, "nearest": 1}  # voxels of the old grid that a new voxel rests on, on each side
SNAP = 1e-6  # positions this near to a voxel's centre or edge are on it: rounding must not decide a tie
# Headers round: 0.683594 mm x 512 is 350.0001 mm, NIfTI keeps spacing in single precision. Neither may add a voxel to
# the new grid (and so shift it by half of one), nor tip a voxel that lies half in the mask: `unrounded`.
ROUNDED = 1e-3  # of a voxel
EXACT = 1e-9  # of a voxel and of a share: what arithmetic in double precision leaves, with room
DIGITS = 6  # that headers write of a spacing
Settings = dict[str, Any]


def spacing_of(grid: Grid, settings: Settings | None) -> tuple[float, float, float]:
    """Spacing (z, y, x) in mm that an image on this grid has after resampling."""
    wanted = settings["spacing_mm"] if settings else (None, None, None)
    return tuple(float(old if new is None else new) for old, new in zip(grid.spacing_mm, wanted, strict=True))


def target_grid(grid: Grid, settings: Settings | None) -> Grid:
    """The new grid of a whole image: ceil(n * old / new) voxels an axis, its centre (or first corner) at the old one's.

    settings : the profile's `grid`; None gives the grid itself
    """
    if settings is None:
        return grid
    spacing = spacing_of(grid, settings)
    shape, first = [], []
    for n, old, new in zip(grid.shape, grid.spacing_mm, spacing, strict=True):
        n_new = n if new == old else max(1, math.ceil(n * unrounded(old, n, new) / new - ROUNDED))
        shape.append(n_new)
        gap = new - old if settings["align"] == "corner" else old * (n - 1) - new * (n_new - 1)
        first.append(gap / 2 / old)
    origin = tuple(float(mm) for mm in grid.to_world(np.array(first)))
    return Grid(tuple(shape), spacing, origin, grid.direction)


def resample(volume: Volume, settings: Settings | None, target: Grid | None = None) -> Volume:
    """The image (float64) on the new grid, or on a part of it.

    volume : the whole image, or a crop that holds `around.place(...).source`
    target : `around.place(...).target`; None takes the whole new grid of `volume`
    Positions beyond the outermost voxel centres take the value there. A native axis is only cropped. With `round` (or
    `truncate`, towards 0, as pyradiomics does for images of whole numbers) intensities become whole numbers.
    """
    data = _resampled(
        volume, target or target_grid(volume.grid, settings), settings["image"] if settings else "nearest"
    )
    if settings and settings["round"]:
        data = np.trunc(data) if settings["round"] == "truncate" else np.rint(data)
    return replace(volume, array=data, grid=target or target_grid(volume.grid, settings))


def resample_mask(
    mask: Volume, settings: Settings | None, target: Grid | None = None, whole: Grid | None = None
) -> Volume:
    """The mask (bool) on the new grid: voxels whose interpolated share of the old mask reaches `mask_threshold`.

    mask, target : as of `resample`
    whole : grid of the whole image where `mask` is a crop of it; without it a crop's spacing is taken as written
    """
    grid = target or target_grid(mask.grid, settings)
    reached = shares(mask, settings, grid, whole or (mask.grid if target is None else None))
    return replace(mask, array=inside(reached, settings), grid=grid)


def inside(reached: np.ndarray, settings: Settings | None) -> np.ndarray:
    """Which shares of the mask reach the threshold: 0.5 does, 0.49994 does not."""
    return reached >= (settings["mask_threshold"] if settings else 0.5) - EXACT


def shares(mask: Volume, settings: Settings | None, target: Grid, whole: Grid | None) -> np.ndarray:
    """The share of the old mask that each new voxel has by interpolation, 0 to 1; arguments as of `resample_mask`.

    A linear share is that of the positions which the spacing gave before the header rounded it: a voxel half-way
    between two old ones has a share of 0.5 in every format.
    """
    method = settings["mask"] if settings else "nearest"
    if method != "linear":
        return _resampled(mask, target, method)
    lines = [_snap(line, EXACT) for line in lines_of(mask.grid, target, settings, whole)]
    return _at(mask.array, lines, method)


def lines_of(old: Grid, target: Grid, settings: Settings | None, whole: Grid | None) -> list[np.ndarray]:
    """Where new voxels lie along each axis of the old grid, in old voxels, had the header's spacing not been rounded.

    old : grid of a crop; target : part of the new grid
    whole : grid of the whole image, whose centre (or corner) is that of its new grid; None takes spacing as written
    """
    lines = []
    for axis in range(3):
        start, step = line(old, target, axis)
        position = start + step * np.arange(target.shape[axis])
        if whole is not None and settings is not None:
            n, mm = whole.shape[axis], whole.spacing_mm[axis]
            meant = unrounded(mm, n, target.spacing_mm[axis])
            if meant != mm:
                common = -0.5 if settings["align"] == "corner" else (n - 1) / 2
                common -= whole.to_index(np.asarray(old.origin_mm))[axis]
                position = common + (position - common) * (mm / meant)
        lines.append(position)
    return lines


def unrounded(mm: float, n: int, new_mm: float) -> float:
    """The spacing that a header's was before it was written in single precision, or with six digits.

    mm : spacing as written; n : voxels along the axis; new_mm : spacing of the new grid
    Of six digits it is known where they make the whole axis a whole, half, third or fourth number of new voxels: 512 of
    0.683594 mm are 350 of 1 mm. Elsewhere the spacing is taken as written.
    """
    decimal = float(f"{mm:.{DIGITS}g}")
    if np.float32(decimal) == np.float32(mm):
        mm = decimal
    last_digit = 10.0 ** (math.floor(math.log10(mm)) + 1 - DIGITS)
    for parts in (1, 2, 3, 4):
        meant = round(n * mm / new_mm * parts) / parts * new_mm / n
        if meant and abs(mm - meant) <= 0.51 * last_digit:
            return meant
    return mm


def _resampled(volume: Volume, target: Grid, method: str) -> np.ndarray:
    """Float64, or the volume's own numbers where every new voxel is an old one."""
    return _at(volume.array, [_snap(each, SNAP) for each in lines_of(volume.grid, target, None, None)], method)


def _at(data: np.ndarray, lines: list[np.ndarray], method: str) -> np.ndarray:
    """The array interpolated axis by axis at positions along each, in voxels."""
    for axis, position in enumerate(lines):
        data = _along(data, axis, np.clip(position, 0, data.shape[axis] - 1), method)
    return np.ascontiguousarray(data)


def line(old: Grid, new: Grid, axis: int) -> tuple[float, float]:
    """Position of the new grid's first voxel on one axis of the old grid, and the step, in old voxels."""
    start = old.to_index(np.asarray(new.origin_mm))[axis]
    return float(start), new.spacing_mm[axis] / old.spacing_mm[axis]


def _snap(position: np.ndarray, near: float) -> np.ndarray:
    halves = np.rint(2 * position) / 2
    return np.where(np.abs(position - halves) < near, halves, position)


def _along(data: np.ndarray, axis: int, position: np.ndarray, method: str) -> np.ndarray:
    """One axis interpolated at positions (m,) that lie within it."""
    n = data.shape[axis]
    if np.array_equal(position, position[0] + np.arange(len(position))) and position[0] == round(position[0]):
        return data[(*[slice(None)] * axis, slice(int(position[0]), int(position[0]) + len(position)))]
    if np.array_equal(position, np.rint(position)):  # new voxels are old ones
        return np.take(data, position.astype(np.int64), axis)
    data = np.ascontiguousarray(data, np.float64)
    before, after = math.prod(data.shape[:axis]), math.prod(data.shape[axis + 1 :])
    lines = data.reshape(before, n, after)
    if method == "cubic":
        lines = lines.copy()
        prefilter(lines)
    whole, weight = WEIGHTS[method](position)
    out = np.empty((before, len(position), after))
    weigh(lines, _mirrored(whole, n), weight, out)
    return out.reshape(*data.shape[:axis], len(position), *data.shape[axis + 1 :])


def _nearest(position: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.floor(position + 0.5)[:, None], np.ones((len(position), 1))


def _linear(position: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    whole = np.floor(position)
    part = position - whole
    return whole[:, None] + [0, 1], np.stack([1 - part, part], 1)


def _cubic(position: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cubic B-spline at the four nearest knots."""
    whole = np.floor(position)
    f = position - whole
    g = 1 - f
    weight = np.stack([g**3, 3 * f**3 - 6 * f**2 + 4, 3 * g**3 - 6 * g**2 + 4, f**3], 1) / 6
    return whole[:, None] + [-1, 0, 1, 2], weight


def _mirrored(whole: np.ndarray, n: int) -> np.ndarray:
    """Voxel numbers folded at the first and last voxel's centres, int64."""
    folded = np.abs(whole.astype(np.int64)) % max(2 * n - 2, 1)
    return np.where(folded < n, folded, 2 * n - 2 - folded)


WEIGHTS = {"nearest": _nearest, "linear": _linear, "cubic": _cubic}
