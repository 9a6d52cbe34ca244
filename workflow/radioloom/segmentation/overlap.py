"""Overlap of two segmentations of one image: Dice, surface Dice, Hausdorff distance, volume difference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from radioloom.segmentation.mask import Mask
from radioloom.surface import element_areas
from radioloom.volume import Triple


@dataclass(frozen=True, slots=True)
class Overlap:
    """How much two masks A and B agree."""

    dice: float  # 2 |A and B| / (|A| + |B|)
    surface_dice: float  # share of both surfaces' area that lies within the tolerance of the other surface
    hausdorff_95_mm: float  # the larger of both 95th percentiles, by area, of distances from one surface to the other
    volume_difference: float  # 2 (|A| - |B|) / (|A| + |B|)


def compare(one: Mask, other: Mask, spacing_mm: Triple, tolerance_mm: float) -> Overlap:
    """Agreement of two masks on one grid, of `spacing_mm` (z, y, x).

    After Nikolov et al. 2021 (doi:10.2196/26151): a surface is made of elements between eight voxels of which some are
    inside, each with the area of its triangles; distances go from element to element. Only the box that holds both
    masks is looked at.
    """
    from scipy.ndimage import distance_transform_edt

    a, b = _together(one, other)
    n_a, n_b = int(np.count_nonzero(a)), int(np.count_nonzero(b))
    areas = element_areas(spacing_mm)
    codes = [_codes(mask) for mask in (a, b)]
    surfaces = [(code != 0) & (code != 255) for code in codes]
    near = whole = hausdorff = 0.0
    for code, here, there in zip(codes, surfaces, reversed(surfaces), strict=True):
        away = distance_transform_edt(~there, sampling=spacing_mm)[here]
        weight = areas[code[here]]
        near += float(weight[away <= tolerance_mm].sum())
        whole += float(weight.sum())
        hausdorff = max(hausdorff, weighted_percentile(away, weight, 0.95))
    return Overlap(
        dice=2 * int(np.count_nonzero(a & b)) / (n_a + n_b),
        surface_dice=near / whole,
        hausdorff_95_mm=hausdorff,
        volume_difference=2 * (n_a - n_b) / (n_a + n_b),
    )


def weighted_percentile(values: np.ndarray, weights: np.ndarray, share: float) -> float:
    """The least value that, with all smaller ones, carries this share of the weight."""
    order = np.lexsort((weights, values))
    carried = np.cumsum(weights[order])
    place = int(np.searchsorted(carried / carried[-1], share))
    return float(values[order][min(place, len(values) - 1)])


def _codes(mask: np.ndarray) -> np.ndarray:
    """Which of the eight voxels around each inner corner are inside: uint8, one smaller than the mask on each axis."""
    inside = mask.view(np.uint8)
    codes = np.zeros(np.subtract(mask.shape, 1), np.uint8)
    for corner in range(8):
        z, y, x = corner >> 2, corner >> 1 & 1, corner & 1
        codes |= inside[z : z + codes.shape[0], y : y + codes.shape[1], x : x + codes.shape[2]] << np.uint8(corner)
    return codes


def _together(one: Mask, other: Mask) -> tuple[np.ndarray, np.ndarray]:
    """Both masks on the smallest box that holds both, with a voxel around it."""
    low = np.minimum(one.offset, other.offset) - 1
    high = np.maximum(np.add(one.offset, one.array.shape), np.add(other.offset, other.array.shape)) + 1
    shape = tuple(int(v) for v in high - low)
    corner = tuple(int(v) for v in low)
    return one.on(shape, corner), other.on(shape, corner)
