"""Carry a mask from the image that it was drawn on to the grid of another image of the same frame of reference."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from radioloom.errors import BadMask
from radioloom.segmentation.label_map import in_image
from radioloom.segmentation.mask import Mask
from radioloom.segmentation.place import gathered
from radioloom.volume import Grid, Voxels

HALF = 0.5  # share of its volume from which a voxel belongs to the region
ROUNDED = 1e-3  # of a share, and of a voxel: headers round, and may not tip a voxel that lies half in the region
APART = 0.02  # of a volume that carrying changes: beyond it is noted
CHANGED = f"carried from another image, which changed its volume by more than {APART:.0%}"
MOST = 2**28  # voxels of the image's grid around a region: no region of a body has as many
POINTS = 2**20  # interpolated at a time


def carried(mask: Mask, drawn_on: Grid, image: Grid, blank: Sequence[str] = (), notes: Sequence[str] = ()) -> Mask:
    """The mask on the grid of another image: voxels of which at least half lies in the region.

    mask, drawn_on : the region, and the grid that it was drawn on; coordinates of both grids are of one space
    blank : files beside the image that may have been slices; notes : what is to be noted besides
    The share of a voxel is the mean of the mask interpolated linearly at points spread evenly in it: along each axis as
    many as it spans voxels of `drawn_on`, at least one. Where those are not finer it is the rule by which a profile's
    grid takes its mask (`imaging.resample`, IBSI 1, section 2.4, threshold 0.5).
    Raises BadMask where no voxel of the image has half of itself in the region, or the region misses the image or has
    more than half of itself outside.
    """
    step, first = _onto(drawn_on, image)
    low, shape = _box(mask, step, first)
    volume_mm3 = mask.n_voxels * drawn_on.voxel_mm3
    parts = [max(1, math.ceil(np.abs(along).max() - ROUNDED)) for along in step.T]
    if math.prod(shape) > MOST or math.prod(parts) > POINTS:
        raise BadMask(
            f"the region of {volume_mm3:.4g} mm3 would have {math.prod(shape):.1e} voxels around it on the image's "
            f"grid, of {math.prod(parts):.1e} voxels of the image that it was drawn on each; is the spacing of both "
            "images in mm? Correct it in the header"
        )
    array = np.concatenate(list(_slabs(mask, step, first, low, shape, parts)))
    placed = gathered([(array, low)], image.shape)
    if placed is None:
        raise BadMask(
            f"the region has {volume_mm3:.4g} mm3 on the image that it was drawn on, and no voxel of this one, of "
            f"{image.voxel_mm3:.4g} mm3, has half of itself in it; give an image of finer voxels, or leave it out"
        )
    own = in_image(placed, image, mask.source, [*mask.notes, *notes], tuple(blank))
    change = own.n_voxels * image.voxel_mm3 / volume_mm3 - 1
    told = (CHANGED,) if abs(change) > APART else ()
    return Mask(own.array, own.offset, mask.source, mask.contour_mm3, (*own.notes, *told), volume_mm3)


def _onto(drawn_on: Grid, image: Grid) -> tuple[np.ndarray, np.ndarray]:
    """Columns (3, 3): steps on `drawn_on`, in its voxels, along each axis of the image; where its first voxel lies."""
    places = drawn_on.to_index(image.to_world(np.vstack([np.zeros(3), np.eye(3)])))
    return (places[1:] - places[0]).T, places[0]


def _box(mask: Mask, step: np.ndarray, first: np.ndarray) -> tuple[Voxels, Voxels]:
    """First voxel and shape of the box of the image's grid, which may reach out of the image, that holds the mask."""
    ends = np.stack([np.subtract(mask.offset, 1.0), np.add(mask.offset, mask.array.shape)])
    corners = np.stack(np.meshgrid(*ends.T, indexing="ij"), -1).reshape(-1, 3)
    at = (corners - first) @ np.linalg.inv(step).T
    low, high = np.floor(at.min(axis=0)).astype(int), np.ceil(at.max(axis=0)).astype(int)
    return tuple(low.tolist()), tuple((high - low + 1).tolist())


def _slabs(
    mask: Mask, step: np.ndarray, first: np.ndarray, low: Voxels, shape: Voxels, parts: Sequence[int]
) -> Iterator[np.ndarray]:
    """Slices (z, y, x) of the box with what of it belongs to the region, some at a time.

    parts : points of a voxel along each axis
    """
    from scipy.ndimage import map_coordinates

    source = np.pad(mask.array.astype(np.float32), 1)
    lines = [
        start - 0.5 + (np.arange(n * k) + 0.5) / k for start, n, k in zip(low, shape, parts, strict=True)
    ]  # of the image's voxels
    each = max(1, POINTS // (parts[0] * len(lines[1]) * len(lines[2])))
    for begin in range(0, shape[0], each):
        own = [lines[0][begin * parts[0] : (begin + each) * parts[0]], *lines[1:]]
        points = np.stack(np.meshgrid(*own, indexing="ij"), -1) @ step.T + (first - mask.offset + 1)
        values = map_coordinates(source, np.moveaxis(points, -1, 0), order=1, mode="constant")
        blocks = [size for n, k in zip(map(len, own), parts, strict=True) for size in (n // k, k)]
        yield values.reshape(blocks).mean(axis=(1, 3, 5)) >= HALF - ROUNDED
