"""The part of an image around its region, resampled to the last bit as the whole image would be (IBSI 1, section 2.4).

    where = place(grid_of_the_whole_image, box_of_the_mask, profile.grid, margin)
    image, mask = resampled(crop(image, where.source), crop(mask, where.source), profile.grid, where)

The new grid is always the one that the whole image has (`resample.target_grid`), `where.target` is its part around the
region, and `where.source` is wide enough that the spline does not feel where the crop ends (its response falls to 0.27
a voxel).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from radioloom.errors import BadImage, BadRoi
from radioloom.imaging.resample import SNAP, SUPPORT, Settings, line, resample, resample_mask, target_grid
from radioloom.volume import Box, Grid, Volume, Voxels

# Voxels at any step of resampling, 4 GB in double precision: at 1 mm, 2000 x 500 x 530 mm, which holds a whole body.
MOST_RESAMPLED = 2**29
MOST_OF_ONE = 4096  # voxels that one becomes: at 1 mm, a cube of 16 mm; none of CT, MR or PET is as coarse


@dataclass(frozen=True, slots=True)
class Place:
    """Where a region is resampled from and to."""

    source: Box  # on the old grid
    target: Grid  # part of the whole image's new grid
    whole: Grid  # the whole image's old one
    needed: Box  # part of `source` whose values count: along an axis that keeps its voxels the spline reads no others


def bounding_box(mask: np.ndarray) -> Box:
    """The smallest box (z, y, x) that holds the mask; BadRoi where it is empty."""
    if not mask.any():
        raise BadRoi("the mask is empty on the image's grid; check the segmentation and the grid's spacing")
    box = []
    for axis in range(3):
        filled = np.flatnonzero(mask.any(axis=tuple(other for other in range(3) if other != axis)))
        box.append(slice(int(filled[0]), int(filled[-1]) + 1))
    return tuple(box)


def place(grid: Grid, box: Box, settings: Settings | None, margin: tuple[int, int, int]) -> Place:
    """The part of the new grid that holds a region with a margin, and the part of the old one that it rests on.

    grid : of the whole image; box : the region on it; margin : voxels (z, y, x) of the new grid
    Raises BadImage where resampling would take more voxels than a region can have.
    """
    new = target_grid(grid, settings)
    reach = SUPPORT[settings["image"]] if settings else 0
    low, shape, source, needed = [], [], [], []
    for axis, side in enumerate(box):
        start, step = line(grid, new, axis)
        first = math.floor((side.start - 0.5 - start) / step) - margin[axis]
        last = math.ceil((side.stop - 0.5 - start) / step) + margin[axis]
        first, last = max(first, 0), min(last, new.shape[axis] - 1)
        low.append(first)
        shape.append(last - first + 1)
        from_, to = math.floor(start + step * first) - reach, math.ceil(start + step * last) + reach
        source.append(_within(from_, to, grid.shape[axis]))
        kept = _kept(start, step, new.shape[axis])
        needed.append(_within(round(start) + first, round(start) + last, grid.shape[axis]) if kept else source[-1])
    if settings:
        _refuse_absurd(grid, new, tuple(shape), [side.stop - side.start for side in source])
    return Place(tuple(source), new.crop(tuple(low), tuple(shape)), grid, tuple(needed))


def _within(first: int, last: int, n: int) -> slice:
    """Voxels from first to last of an axis of n, one at least."""
    return slice(max(min(first, n - 1), 0), max(min(last + 1, n), 1))


def _kept(start: float, step: float, n: int) -> bool:
    """Whether the `n` new voxels along an axis are old ones, so that nothing is interpolated along it."""
    return abs(start - round(start)) + abs(step - 1) * n < SNAP / 2


def _refuse_absurd(old: Grid, new: Grid, shape: Voxels, source: Sequence[int]) -> None:
    """BadImage where the part of the new grid, or what is held while one axis after the other becomes new, is too much.

    shape, source : voxels of the part of the new grid, and of the part of the old one that it rests on
    """
    of_one = math.prod(max(mm / finer, 1) for mm, finer in zip(old.spacing_mm, new.spacing_mm, strict=True))
    spacing, finer = (" x ".join(f"{mm:g}" for mm in grid.spacing_mm) for grid in (old, new))
    steps = [math.prod((*shape[:axis], *source[axis:])) for axis in (1, 2, 3)]
    if max(steps) > MOST_RESAMPLED:
        raise BadImage(
            f"voxels of {spacing} mm (z, y, x) make the region with its surroundings one of "
            f"{' x '.join(map(str, shape))} voxels of {finer} mm on the profile's grid, and resampling holds up to "
            f"{max(steps) / 1e6:,.0f} million at once, where {MOST_RESAMPLED / 1e6:.0f} million are allowed: correct "
            "the spacing in the image's header, or choose a coarser grid"
        )
    if of_one > MOST_OF_ONE:
        raise BadImage(
            f"voxels of {spacing} mm (z, y, x), which no CT, MR or PET has: each would become {of_one:,.0f} of {finer} "
            "mm on the profile's grid; is the spacing in mm? Correct it in the image's header, or choose a coarser grid"
        )


def part(grid: Grid, box: Box) -> Grid:
    """The grid of a box of an image."""
    return grid.crop(tuple(side.start for side in box), tuple(side.stop - side.start for side in box))


def crop(image: Volume, box: Box) -> Volume:
    """A box of an image (or mask), as a copy: the whole can be freed."""
    return replace(image, array=image.array[box].copy(), grid=part(image.grid, box))


def resampled(image: Volume, mask: Volume, settings: Settings | None, where: Place) -> tuple[Volume, Volume]:
    """Image (float32) and mask (bool) on a part of the new grid.

    image, mask : crops on one grid, that hold `where.source`
    where : of `place`
    Raises BadRoi where no voxel of the region is left.
    """
    region = resample_mask(mask, settings, where.target, where.whole)
    return finished(resample(image, settings, where.target), region, mask)


def finished(image: Volume, mask: Volume, before: Volume) -> tuple[Volume, Volume]:
    """Resampled image and mask as they are measured and stored: intensities rounded to single precision.

    before : the mask on the old grid
    Raises BadRoi where no voxel of the region is left.
    """
    if not mask.array.any():
        raise BadRoi(
            f"no voxel of the region ({np.count_nonzero(before.array)} of {before.grid.voxel_mm3:.3g} mm3) is left on "
            f"the profile's grid of {mask.grid.voxel_mm3:.3g} mm3; choose a finer grid"
        )
    return replace(image, array=image.array.astype(np.float32)), mask
