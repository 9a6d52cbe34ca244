"""Stage perturb: features of regions and images perturbed many times (noise, volume, contour, shift, rotation)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from radioloom.errors import CaseError
from radioloom.imaging.around import Box, finished, place
from radioloom.imaging.orient import turn_to
from radioloom.imaging.perturb import MOST_GROWTH, Scene, box_of, on_grid, perturbed
from radioloom.imaging.resample import spacing_of
from radioloom.imaging.supervoxels import SIDE_MM, supervoxels
from radioloom.io.failed import of_case
from radioloom.profile import Measuring, Profile
from radioloom.provenance import rng
from radioloom.segmentation.mask import Mask
from radioloom.stages.images.curated import CuratedImage
from radioloom.stages.images.extract import extract, variant_rows
from radioloom.stages.images.intended import check
from radioloom.stages.images.margin import reach
from radioloom.stages.images.prepare import oriented, voxels
from radioloom.tables.columns import FIRST
from radioloom.volume import Grid, Triple, Volume

Row = dict[str, Any]


def perturb_batch(
    curated: Sequence[CuratedImage],
    masks: Mapping[str, Mask],
    data: Path,
    profile: Measuring,
    robustness: dict[str, Any],
) -> tuple[list[Row], list[Row]]:
    """PERTURBED and SKIPPED of many curated images that have a mask.

    robustness : the study's, with its seed: chain, repeats, seed
    What cannot be measured is skipped with its reason; the case itself stays in the study. Only replicate 1 is used.
    """
    rows: list[Row] = []
    skipped: list[Row] = []
    for image in curated:
        if image.name not in masks or image.replicate != FIRST:
            continue
        region, own = image.region, profile.of(image.modality)
        try:
            check(own, image.modality, image.unit)
            with of_case(f"{image.cohort}/{image.case}", data, image.image_path):
                scene = native(image, masks[image.name], data, own, robustness["chain"])
        except CaseError as error:
            skipped.append({**region, "variant": robustness["chain"], "reason": str(error)})
            continue
        grid = turn_to(image.grid, own.orientation).grid(image.grid)
        for variant, measured in variants(scene, grid, own, {**robustness, "region": region}):
            if isinstance(measured, CaseError):
                skipped.append({**region, "variant": variant, "reason": str(measured)})
            else:
                rows += variant_rows(region, variant, measured)
    return rows, skipped


def native(image: CuratedImage, mask: Mask, data: Path, profile: Profile, chain: str) -> Scene:
    """The region with its surroundings on the native grid, read once: wide enough for all that a chain can do.

    Axes are in the profile's orientation.
    """
    grid, mask = oriented(image, mask, profile.orientation)
    step_mm = spacing_of(grid, profile.grid)
    around = reach(profile, step_mm)
    where = place(grid, _widened(grid, mask.box, chain, step_mm, np.multiply(around, step_mm)), profile.grid, around)
    volume = voxels(image, mask, where.source, data, profile)
    region = mask.on(volume.array.shape, tuple(side.start for side in where.source))
    labels = supervoxels(volume.array, region, grid.spacing_mm) if "C" in chain else None
    return Scene(volume, region, labels, step_mm)


def _widened(grid: Grid, box: Box, chain: str, step_mm: Triple, around_mm: np.ndarray) -> Box:
    """The region's box with room for supervoxels, growth, shift and rotation, in the image."""
    sides = np.array([side.stop - side.start for side in box]) * grid.spacing_mm
    pad = np.zeros(3)
    if "C" in chain:
        pad += 2 * max(SIDE_MM, 2 * min(grid.spacing_mm))
    if "V" in chain:
        pad += 2 * np.array(grid.spacing_mm) + MOST_GROWTH * sides.max()
    if "R" in chain:
        # sin 13 degrees is 0.22, of the longer side and of the margin, and the box grows a little
        pad[1:] += 0.35 * (sides[1:].max() + around_mm[1:].max())
    if "R" in chain or "T" in chain:
        pad += 2 * np.maximum(grid.spacing_mm, step_mm)
    cells = np.ceil(pad / grid.spacing_mm).astype(int)
    return tuple(
        slice(max(side.start - int(p), 0), min(side.stop + int(p), n))
        for side, p, n in zip(box, cells, grid.shape, strict=True)
    )


def variants(
    scene: Scene, grid: Grid, profile: Profile, robustness: dict[str, Any]
) -> Iterator[tuple[str, list[Row] | CaseError]]:
    """Name, and rows of features or why there are none, of each perturbed image of a scene."""
    chain, region = robustness["chain"], list(robustness["region"].values())
    for repeat in range(1, robustness["repeats"] + 1):
        variant = f"{chain}-{repeat:02d}"
        generator = rng(robustness["seed"], "perturb", *region, variant)
        try:
            image, mask = prepared(perturbed(scene, chain, generator), grid, profile)
            yield variant, extract(image, mask, profile)
        except CaseError as error:
            yield variant, error


def prepared(scene: Scene, grid: Grid, profile: Profile) -> tuple[Volume, Volume]:
    """Image and mask of a scene as stage prepare would leave them, without the surroundings that only the report shows.

    grid : of the whole image
    """
    where = place(grid, box_of(scene, grid), profile.grid, reach(profile, spacing_of(grid, profile.grid)))
    image, mask = on_grid(scene, profile.grid, where.target, grid)
    return finished(image, mask, Volume(scene.mask, scene.image.grid))
