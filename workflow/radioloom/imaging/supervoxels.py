"""Supervoxels around the surface of a region: SLIC (Achanta et al. 2012) where a contour could run.

scikit-image has SLIC, but would bring six packages for this one function, and would segment the whole crop: only
supervoxels that the surface can cut matter here, so the cost is that of the surface, not of the image.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

SIDE_MM = 7.94  # a cube of 500 mm3
FEWEST = 27  # supervoxels that a region is as large as: in a small one they are smaller, or every draw would empty it
ROUNDS = 5
COMPACT = 0.3  # how much of the region's intensity range weighs as much as one side's distance
RANGE = (2.5, 97.5)  # percentiles of the surroundings that intensities are scaled by: a bone or a wire is no scale


def supervoxels(image: np.ndarray, mask: np.ndarray, spacing_mm: tuple[float, float, float]) -> np.ndarray:
    """Labels int64 (z, y, x), -1 farther than two sides from the surface.

    image : float64 (z, y, x); mask : bool, same shape. A side is 7.9 mm, or a third of that of a cube of the region's
    volume if that is less, but never fewer than two voxels of the finest axis. Seeds lie on a regular grid; each round
    gives every voxel to the nearest centre in space and intensity, of its own cell of that grid and the 26 around it,
    and moves centres to the mean of their voxels.
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
    cells = np.stack([at * count // n for at, count, n in zip(voxels, counts, image.shape, strict=True)], axis=1)
    seeds = np.indices(counts).reshape(3, -1).T
    middles = [((np.arange(count) + 0.5) * n / count).astype(int) for count, n in zip(counts, image.shape, strict=True)]
    seeds = np.stack([middle[seeds[:, axis]] for axis, middle in enumerate(middles)], axis=1)
    centres, means = seeds * spacing, scaled[tuple(seeds.T)]
    for _ in range(ROUNDS):
        own = _nearest((points / side, values), cells, (centres / side, means), counts)
        count = np.bincount(own, minlength=len(centres))
        some = count > 0  # a centre without voxels stays
        for axis in range(3):
            centres[some, axis] = np.bincount(own, points[:, axis], len(centres))[some] / count[some]
        means[some] = np.bincount(own, values, len(centres))[some] / count[some]
    labels = np.full(image.shape, -1, dtype=np.int64)
    labels[voxels] = np.unique(own, return_inverse=True)[1]
    return labels


def _nearest(voxels, cells, centres, counts) -> np.ndarray:
    """Which centre int64 (n,) each voxel is nearest to, of its own cell and the 26 around it."""
    best, own = np.full(len(cells), np.inf), np.zeros(len(cells), dtype=np.int64)
    for offset in np.ndindex(3, 3, 3):
        cell = cells + offset - 1
        there = np.flatnonzero(((cell >= 0) & (cell < counts)).all(axis=1))
        index = np.ravel_multi_index(tuple(cell[there].T), counts)
        apart = voxels[0][there] - centres[0][index]
        distance = np.einsum("ij,ij->i", apart, apart) + (voxels[1][there] - centres[1][index]) ** 2
        nearer = distance < best[there]
        best[there[nearer]], own[there[nearer]] = distance[nearer], index[nearer]
    return own
