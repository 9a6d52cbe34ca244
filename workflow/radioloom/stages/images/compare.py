"""Stage compare: where an image was segmented more than once, how well the segmentations agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from radioloom.segmentation.mask import Mask
from radioloom.segmentation.overlap import compare
from radioloom.stages.images.segment import name
from radioloom.volume import Grid

Row = dict[str, Any]


def compare_batch(images: Sequence[Row], masks: Mapping[str, Mask], tolerance_mm: float) -> list[Row]:
    """Rows of OVERLAPS: each pair of masks of one region on one image.

    images, masks : of stages curate and segment
    tolerance_mm : distance up to which two surfaces count as the same
    Replicates that are other images (test-retest) are not compared: their voxels are not the same places. Where a
    replicate has no mask, EXCLUSIONS says why.
    """
    groups: dict[tuple, list[Row]] = {}
    for image in images:
        if name(image) in masks:
            where = (image["cohort"], image["case"], image["roi"], image["series"], str(image["grid"]))
            groups.setdefault(where, []).append(image)
    return [
        _row(one, other, masks, tolerance_mm)
        for group in groups.values()
        for one, other in combinations(sorted(group, key=lambda image: image["replicate"]), 2)
    ]


def _row(one: Row, other: Row, masks: Mapping[str, Mask], tolerance_mm: float) -> Row:
    grid = Grid.from_dict(one["grid"])
    a, b = masks[name(one)], masks[name(other)]
    found = compare(a, b, grid.spacing_mm, tolerance_mm)
    return {key: one[key] for key in ("cohort", "case", "roi")} | {
        "replicate_a": one["replicate"],
        "replicate_b": other["replicate"],
        "dice": found.dice,
        "surface_dice": found.surface_dice,
        "tolerance_mm": tolerance_mm,
        "hausdorff_95_mm": found.hausdorff_95_mm,
        "volume_a_mm3": a.n_voxels * grid.voxel_mm3,
        "volume_b_mm3": b.n_voxels * grid.voxel_mm3,
        "volume_difference": found.volume_difference,
    }
