"""Two segmentations of one image against each other: readers, or RTSTRUCT against SEG."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from radioloom.segmentation.mask import Mask

NEAR_MM = 2.0  # distance up to which two surfaces count as the same, where nothing else is asked


@dataclass(frozen=True, slots=True)
class Overlap:
    """How much two masks agree."""

    dice: float  # 2 |A and B| / (|A| + |B|)
    surface_dice: float  # share of both surfaces that lies within a tolerance of the other
    hausdorff95_mm: float  # the larger of both 95th percentiles of distances from one surface to the other
    volume_difference: float  # (|A| - |B|) / |B|


def compare(one: Mask, other: Mask, spacing_mm: tuple[float, float, float], near_mm: float = NEAR_MM) -> Overlap:
    """Agreement of two masks on one grid.

    spacing_mm : of the grid, (z, y, x)
    near_mm : tolerance of the surface Dice
    A surface is the voxels of a mask with a face neighbour outside it; distances go between voxel centres. Surface Dice
    after Nikolov et al. 2021 (doi:10.2196/26151), with voxels in place of surface elements.
    """
    from scipy.ndimage import binary_erosion, distance_transform_edt

    a, b = _together(one, other)
    surfaces = [mask & ~binary_erosion(mask) for mask in (a, b)]
    to_b, to_a = (
        distance_transform_edt(~surface, sampling=spacing_mm)[here]
        for here, surface in zip(surfaces, reversed(surfaces), strict=True)
    )
    n_a, n_b = int(np.count_nonzero(a)), int(np.count_nonzero(b))
    near = np.count_nonzero(to_b <= near_mm) + np.count_nonzero(to_a <= near_mm)
    return Overlap(
        dice=2 * int(np.count_nonzero(a & b)) / (n_a + n_b),
        surface_dice=float(near / (len(to_a) + len(to_b))),
        hausdorff95_mm=float(max(np.percentile(to_a, 95), np.percentile(to_b, 95))),
        volume_difference=(n_a - n_b) / n_b,
    )


def _together(one: Mask, other: Mask) -> tuple[np.ndarray, np.ndarray]:
    """Both masks on the smallest box that holds both, with a voxel around it."""
    low = np.minimum(one.offset, other.offset) - 1
    high = np.maximum(np.add(one.offset, one.array.shape), np.add(other.offset, other.array.shape)) + 1
    shape = tuple(int(v) for v in high - low)
    corner = tuple(int(v) for v in low)
    return one.on(shape, corner), other.on(shape, corner)
