"""Supervoxels around the surface of a region: SLIC (Achanta et al. 2012) where a contour could run.

scikit-image has SLIC, but would bring six packages for this one function, and would segment the whole crop: only
supervoxels that the surface can cut matter here, so the cost is that of the surface, not of the image.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

SIDE_MM = 7.94  # a cube of 500 mm3
FEWEST = 27  # supervoxels that a region is as large as: in a small one they are smaller, or every draw would empty it
ROUNDS = 5
# How much of the surroundings' intensity range weighs as much as one side's distance. At a half the nearest centre lies
# within about 2.2 sides (none gains more than 2 by its intensity, and a seed lies within 0.87): no window is needed.
COMPACT = 0.5
RANGE = (2.5, 97.5)  # percentiles of the surroundings that intensities are scaled by: a bone or a wire is no scale


def supervoxels(image: np.ndarray, mask: np.ndarray, spacing_mm: tuple[float, float, float]) -> np.ndarray:
    """Labels int64 (z, y, x), -1 farther than two sides from the surface.

    image : float64 (z, y, x); mask : bool, same shape. A side is 7.9 mm, or a third of that of a cube of the region's
    volume if that is less, but never fewer than two voxels of the finest axis. Seeds lie on a regular grid; each round
    gives every voxel to the nearest centre in space and intensity and moves centres to the mean of their voxels.
    """
    size = float(np.count_nonzero(mask) * np.prod(spacing_mm))
    side = max(min(SIDE_MM, (size / FEWEST) ** (1 / 3)), 2 * min(spacing_mm))
    box = around(mask, spacing_mm, 2 * side)
    labels = np.full(image.shape, -1, dtype=np.int64)
    labels[box] = _slic(image[box], mask[box], np.asarray(spacing_mm), side)
    return labels


def around(mask: np.ndarray, spacing_mm: tuple[float, float, float], reach_mm: float) -> tuple[slice, slice, slice]:
    """The box of a mask with so many mm on each side, cut at the array's end."""
    box = []
    for axis, step in enumerate(spacing_mm):
        filled = np.flatnonzero(mask.any(axis=tuple(other for other in range(3) if other != axis)))
        pad = int(np.ceil(reach_mm / step))
        box.append(slice(max(int(filled[0]) - pad, 0), int(filled[-1]) + 1 + pad))
    return tuple(box)


def _slic(image: np.ndarray, mask: np.ndarray, spacing: np.ndarray, side: float) -> np.ndarray:
    depth = ndimage.distance_transform_edt(mask, sampling=spacing)
    depth = np.where(mask, depth, ndimage.distance_transform_edt(~mask, sampling=spacing))
    near = depth <= 2 * side
    low, high = np.percentile(image[near], RANGE) if near.any() else (0.0, 1.0)
    scaled = np.clip((image - low) / max(high - low, 1e-12), 0, 1) / COMPACT
    counts = [max(1, round(n * step / side)) for n, step in zip(image.shape, spacing, strict=True)]
    voxels = np.nonzero(near)
    points, values = np.stack(voxels, axis=1) * spacing, scaled[voxels]
    places = np.column_stack([points / side, values])
    seeds = np.indices(counts).reshape(3, -1).T
    middles = [((np.arange(count) + 0.5) * n / count).astype(int) for count, n in zip(counts, image.shape, strict=True)]
    seeds = np.stack([middle[seeds[:, axis]] for axis, middle in enumerate(middles)], axis=1)
    centres, means = seeds * spacing, scaled[tuple(seeds.T)]
    for _ in range(ROUNDS):
        nearest = cKDTree(np.column_stack([centres / side, means])).query(places)[1]
        count = np.bincount(nearest, minlength=len(centres))
        some = count > 0  # a centre without voxels stays
        for axis in range(3):
            centres[some, axis] = np.bincount(nearest, points[:, axis], len(centres))[some] / count[some]
        means[some] = np.bincount(nearest, values, len(centres))[some] / count[some]
    labels = np.full(image.shape, -1, dtype=np.int64)
    labels[voxels] = np.unique(nearest, return_inverse=True)[1]
    return labels
