"""Stage prepare: the region and its surroundings, cut out of the scan and brought onto the profile's grid."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from radioloom.errors import BadImage, BadRoi, CaseError
from radioloom.imaging.hounsfield import beyond
from radioloom.imaging.resample import Box, place, resample, resample_mask, spacing_of
from radioloom.io import images
from radioloom.io.files import numbered
from radioloom.io.prepared import Prepared
from radioloom.profile import Profile
from radioloom.segmentation.mask import Mask
from radioloom.stages.images.exclude import exclusions
from radioloom.stages.images.margin import margin
from radioloom.stages.images.normalise import Steps, normalise, words
from radioloom.stages.images.segment import name
from radioloom.volume import Grid, Volume

Row = dict[str, Any]


def prepare(image: Row, mask: Mask, data: Path, profile: Profile) -> Prepared:
    """Read the pixels around the region once, and resample them with the mask as the profile says.

    image, mask : of stages curate and segment
    data : folder that the image's paths start from
    Of a DICOM series only the slices that the region, interpolation and filters need are read. The result is
    the same as if the whole scan were resampled and then cropped. Image values are rounded to single precision.
    Raises BadImage where pixels cannot be read or a CT holds no HU, BadRoi where no voxel of the mask is left on the
    new grid.
    """
    grid = Grid.from_dict(image["grid"])
    box = tuple(slice(low, low + n) for low, n in zip(mask.offset, mask.array.shape, strict=True))
    where = place(grid, box, profile.grid, margin(profile, spacing_of(grid, profile.grid)))
    volume = voxels(image, mask, where.source, data, profile)
    low = tuple(side.start for side in where.source)
    region = Volume(mask.on(volume.array.shape, low), volume.grid)
    odd = beyond(volume.array[region.array]) if image["unit"] == "HU" and profile.normalise is None else ""
    resampled = resample(volume, profile.grid, where.target)
    placed = resample_mask(region, profile.grid, where.target)
    if not placed.array.any():
        raise BadRoi(
            f"no voxel of the region ({mask.n_voxels} of {grid.voxel_mm3:.3g} mm3) is left on the profile's grid of "
            f"{placed.grid.voxel_mm3:.3g} mm3; choose a finer grid"
        )
    notes = (*mask.notes, *([odd] if odd else []))
    made = replace(resampled, array=resampled.array.astype(np.float32), notes=notes)
    return Prepared(made, placed, _sidecar(image, mask, placed, profile) | {"notes": list(notes)})


def prepare_batch(
    curated: Sequence[Row], masks: Mapping[str, Mask], data: Path, profile: Profile, keep: Callable[[Prepared], None]
) -> tuple[list[Row], list[Row]]:
    """Prepare every image that has a mask; rows of CASES and of EXCLUSIONS.

    keep : called with each prepared case as it is made, so that no more than one is held
    """
    cases: list[Row] = []
    faults: list[tuple[Row, CaseError]] = []
    for image in curated:
        if name(image) not in masks:
            continue
        try:
            prepared = prepare(image, masks[name(image)], data, profile)
        except CaseError as error:
            faults.append((image, error))
            continue
        keep(prepared)
        cases.append(prepared.case)
    return cases, exclusions("prepare", faults)


def voxels(image: Row, mask: Mask, box: Box, data: Path, profile: Profile) -> Volume:
    """The voxels of a box, after the profile's normalisation, for which alone the whole image is read."""
    grid = Grid.from_dict(image["grid"])
    if profile.normalise is None:
        return _read(image, grid, box, data)
    normalised = whole(image, mask, data, profile.normalise)
    return replace(normalised, array=normalised.array[box].copy(), grid=_part(grid, box))


def whole(image: Row, mask: Mask, data: Path, steps: Steps) -> Volume:
    """The whole image after steps of `normalise`."""
    grid = Grid.from_dict(image["grid"])
    found = _read(image, grid, tuple(slice(0, n) for n in grid.shape), data)
    return normalise(found, mask.on(grid.shape), steps)


def _part(grid: Grid, box: Box) -> Grid:
    return grid.crop(tuple(side.start for side in box), tuple(side.stop - side.start for side in box))


def _read(image: Row, grid: Grid, box: Box, data: Path) -> Volume:
    """The voxels of a box in the image's unit."""
    part = _part(grid, box)
    files = numbered(data / image["image"], image["files"], image["listing"])
    if images.kind(files[0][0]):
        volume = images.read(files[0][0], image["unit"], image["modality"], box)
        if not volume.grid.same_place(part):
            raise BadImage(f"{files[0][1]}: it has changed since it was curated; run the study again")
        return volume
    from radioloom.io.dicom.pixels import read, read_headers

    headers = read_headers(files, image["frames"], box[0])
    return read(headers, part, (box[1].start, box[2].start), image["factor"])


def _sidecar(image: Row, mask: Mask, placed: Volume, profile: Profile) -> Row:
    native = Grid.from_dict(image["grid"])
    n_voxels = int(np.count_nonzero(placed.array))
    carried = ("cohort", "case", "replicate", "roi", "role", "modality", "unit", "series")
    return {key: image[key] for key in carried} | {
        "source": mask.source,
        "n_voxels": n_voxels,
        "volume_mm3": n_voxels * placed.grid.voxel_mm3,
        "contour_mm3": mask.contour_mm3,
        "grid": placed.grid.as_dict(),
        "native": {"grid": image["grid"], "n_voxels": mask.n_voxels, "volume_mm3": mask.n_voxels * native.voxel_mm3},
        "profile": {"name": profile.name, "hash": profile.hash},
        "steps": _steps(profile),
    }


def _steps(profile: Profile) -> list[str]:
    """What was done to the image, in words and in order."""
    first = [*words(profile.normalise), "cropped"]
    if profile.grid is None:
        return first
    spacing = " x ".join("native" if mm is None else f"{mm:g}" for mm in profile.grid["spacing_mm"])
    rounded = ["rounded to whole numbers"] if profile.grid["round"] else []
    return [
        *first,
        f"resampled to {spacing} mm (z, y, x): image {profile.grid['image']}, mask {profile.grid['mask']}",
        *rounded,
    ]
