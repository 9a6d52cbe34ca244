"""Stage compare: overlap of segmentations (Dice, surface Dice, Hausdorff) where an image has several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from radioloom.segmentation.mask import Mask
from radioloom.segmentation.overlap import compare
from radioloom.stages.images.curated import CuratedImage

Row = dict[str, Any]


def compare_batch(images: Sequence[CuratedImage], masks: Mapping[str, Mask], tolerance_mm: float) -> list[Row]:
    """Rows of OVERLAPS: each pair of masks of one region on one image.

    images, masks : of stages curate and segment
    tolerance_mm : distance up to which two surfaces count as the same
    Replicates that are other images (test-retest) are not compared: their voxels are not the same places. Where a
    replicate has no mask, EXCLUSIONS says why.
    """
    groups: dict[tuple, list[CuratedImage]] = {}
    for image in images:
        if image.name in masks:
            where = (image.cohort, image.case, image.roi, image.series, image.grid)
            groups.setdefault(where, []).append(image)
    return [
        _row(one, other, masks, tolerance_mm)
        for group in groups.values()
        for one, other in combinations(sorted(group, key=lambda image: image.replicate), 2)
    ]


def _row(one: CuratedImage, other: CuratedImage, masks: Mapping[str, Mask], tolerance_mm: float) -> Row:
    a, b, voxel_mm3 = masks[one.name], masks[other.name], one.grid.voxel_mm3
    overlap = compare(a, b, one.grid.spacing_mm, tolerance_mm)
    return {
        "cohort": one.cohort,
        "case": one.case,
        "roi": one.roi,
        "replicate_a": one.replicate,
        "replicate_b": other.replicate,
        "dice": overlap.dice,
        "surface_dice": overlap.surface_dice,
        "tolerance_mm": tolerance_mm,
        "hausdorff_95_mm": overlap.hausdorff_95_mm,
        "volume_a_mm3": a.n_voxels * voxel_mm3,
        "volume_b_mm3": b.n_voxels * voxel_mm3,
        "volume_difference": overlap.volume_difference,
    }
