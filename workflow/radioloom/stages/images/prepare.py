"""Stage prepare: the region and its surroundings, cut out of the scan and resampled onto the profile's grid."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from radioloom.errors import BadImage, CaseError
from radioloom.failures import explained
from radioloom.imaging.around import Box, crop, part, place, resampled
from radioloom.imaging.orient import Turn, turn_to
from radioloom.imaging.plausible import inverted, odd_size
from radioloom.imaging.resample import spacing_of
from radioloom.imaging.two_values import two_values
from radioloom.imaging.volumes import apart
from radioloom.io import images
from radioloom.io.failed import of_case
from radioloom.io.files import numbered
from radioloom.io.lost_slices import Seen, seen, told
from radioloom.io.prepared import Prepared
from radioloom.profile import Measuring, Profile
from radioloom.segmentation.mask import Mask
from radioloom.stages.images.curated import CuratedImage
from radioloom.stages.images.digests import image_digest, region_digest
from radioloom.stages.images.exclude import exclusions
from radioloom.stages.images.intended import check, check_lowest, check_values
from radioloom.stages.images.margin import margin, reach
from radioloom.stages.images.normalise import Steps, normalise, words
from radioloom.volume import Grid, Volume

Row = dict[str, Any]
Source = Path | Volume  # where voxels are read from


def prepare(image: CuratedImage, mask: Mask, data: Source, profile: Profile) -> Prepared:
    """Read the pixels around the region once, and resample them with the mask as the profile says.

    image, mask : of stages curate and segment
    data : folder that the image's paths start from, or the image itself where it is in memory
    Of a DICOM series only the slices that the region, interpolation and filters need are read. The result is
    the same as if the whole scan were resampled and then cropped. Image values are rounded to single precision.
    Raises BadImage where the profile is for other images, pixels cannot be read or a CT holds no HU, BadRoi where no
    voxel of the mask is left on the new grid.
    """
    notes = [*mask.notes, *check(profile, image.modality, image.unit)]
    with explained(notes):
        grid, region = oriented(image, mask, profile.orientation)
        spacing = spacing_of(grid, profile.grid)
        where = place(grid, region.box, profile.grid, margin(profile, spacing))
        needed = place(grid, region.box, profile.grid, reach(profile, spacing)).needed
        volume = voxels(image, region, where.source, data, profile, needed)
        drawn = Volume(region.on(volume.array.shape, tuple(side.start for side in where.source)), volume.grid)
        odd = check_values(profile, image.unit, volume.array[drawn.array], partial(_padding, image, data))
        lowest = check_lowest(profile, image.unit, volume.array, lambda: _plane(image, mask, data))
        unsaid = () if image.unit else odd  # values of a unit that nobody said
        doubts = (*unsaid, *filter(None, [odd_size(image.grid, mask.n_voxels)]), *lowest)
        shown = (two_values(volume.array), inverted(mask.array, mask.box, image.grid.shape))
        notes += [*volume.notes, *filter(None, shown), *dict.fromkeys((*odd, *doubts))]
        around, placed = resampled(volume, drawn, profile.grid, where)
    known = {
        "image_digest": None,
        "region_digest": region_digest(volume.array, drawn.array, volume.grid),
        "notes": notes,
        "doubts": list(doubts),
        "volume_note": apart(drawn, placed, profile.grid, where) or None,
    }
    sidecar = _sidecar(image, mask, placed, profile) | known
    return Prepared(replace(around, notes=tuple(notes)), placed, sidecar)


def oriented(image: CuratedImage, mask: Mask, orientation: str | None) -> tuple[Grid, Mask]:
    """Grid and mask of a whole image in a profile's orientation."""
    turn, shape = turn_to(image.grid, orientation), image.grid.shape
    offset = tuple(side.start for side in turn.box(mask.box, shape))
    return turn.grid(image.grid), replace(mask, array=turn.array(mask.array), offset=offset)


def prepare_batch(
    curated: Sequence[CuratedImage],
    masks: Mapping[str, Mask],
    data: Path,
    profile: Measuring,
    keep: Callable[[Prepared], None],
) -> tuple[list[Row], list[Row]]:
    """Prepare every image that has a mask; rows of CASES and of EXCLUSIONS.

    keep : called with each prepared case as it is made, so that no more than one is held
    """
    cases: list[Row] = []
    faults: list[tuple[Row, CaseError]] = []
    digests: dict[tuple[str, str], str | None] = {}  # of images that several regions are drawn on
    for image in curated:
        if image.name not in masks:
            continue
        try:
            with of_case(f"{image.cohort}/{image.case}", data, image.image_path):
                prepared = prepare(image, masks[image.name], data, profile.of(image.modality))
        except CaseError as error:
            faults.append((image.region, error))
            continue
        key = (image.image_path, image.series)
        if key not in digests:
            digests[key] = image_digest(image, data)
        prepared = replace(prepared, sidecar=prepared.sidecar | {"image_digest": digests[key]})
        keep(prepared)
        cases.append(prepared.case)
    return cases, exclusions("prepare", faults)


def voxels(
    image: CuratedImage, mask: Mask, box: Box, data: Source, profile: Profile, needed: Box | None = None
) -> Volume:
    """The voxels of a box after the profile's normalisation, for which alone the whole image is read.

    mask, box : in the profile's orientation, as `oriented` gives the mask
    needed : the part of the box that must be finite, where the rest is only shown
    """
    turn = turn_to(image.grid, profile.orientation)
    if profile.normalise is not None:
        return crop(whole(image, mask, data, profile.normalise, turn), box)
    stored = [turn.back(each, image.grid.shape) for each in (box, needed or box, mask.box)]
    volume = _read(image, stored[0], data, stored[1], stored[2])
    return replace(volume, array=turn.array(volume.array), grid=part(turn.grid(image.grid), box))


def whole(image: CuratedImage, mask: Mask, data: Source, steps: Steps, turn: Turn | None = None) -> Volume:
    """The whole image after steps of `normalise`; mask : after the turn, of which none leaves the image as stored."""
    every = tuple(slice(0, n) for n in image.grid.shape)
    turn = turn or Turn()
    volume = replace(_read(image, every, data, every), grid=image.grid)
    return normalise(turn.volume(volume), mask.on(turn.grid(image.grid).shape), steps)


def _read(image: CuratedImage, box: Box, data: Source, needed: Box, region: Box | None = None) -> Volume:
    """The voxels of a box in the image's unit, finite in `needed`, a part of it; `region` : the region's box."""
    grid = part(image.grid, box)
    if isinstance(data, Volume):
        away = partial(images.beyond, image.grid.spacing_mm, image.unit, region) if region else None
        array, notes = images.finite(data.array[box], box, needed, away=away)
        lost = told([seen(values, "") for values in data.array[box[0]]], slice(0, len(array)))
        return Volume(array, grid, image.unit, image.modality, (*data.notes, *notes, *lost))
    files = numbered(data / image.image_path, image.file_numbers, image.listing_digest)
    if images.kind(files[0][0]):
        volume = images.read(files[0][0], image.unit, image.modality, box, needed, region)
        if not volume.grid.same_place(grid):
            raise BadImage(f"{files[0][1]}: it has changed since it was curated; run the study again")
        return volume
    from radioloom.io.dicom.pixels import read, read_headers, varied

    @cache
    def beyond(side: int) -> bool:
        places = range(box[0].start)[::-1] if side < 0 else range(box[0].stop, image.grid.shape[0])
        return varied(read_headers(files, image.frame_order, slice(k, k + 1))[0] for k in places)

    slices: list[Seen] = []
    headers = read_headers(files, image.frame_order, box[0])
    volume = read(headers, grid, (box[1].start, box[2].start), image.unit_factor, slices)
    measured = slice(needed[0].start - box[0].start, needed[0].stop - box[0].start)
    return replace(volume, notes=told(slices, measured, beyond))


def _plane(image: CuratedImage, mask: Mask, data: Path) -> np.ndarray:
    """The slice through the middle of the region, as wide as the image; mask : as it is stored."""
    middle, (_, rows, columns) = mask.offset[0] + mask.array.shape[0] // 2, image.grid.shape
    none = slice(0, 0)  # need be finite: what does is read elsewhere
    return _read(image, (slice(middle, middle + 1), slice(0, rows), slice(0, columns)), data, (none,) * 3).array


def _padding(image: CuratedImage, data: Source) -> tuple[float, float] | None:
    """The lowest and highest value that the first slice says to be padding; None where it says nothing."""
    if isinstance(data, Volume):
        return None
    files = numbered(data / image.image_path, image.file_numbers, image.listing_digest)
    if images.kind(files[0][0]):
        return None
    from radioloom.io.dicom.pixels import padding, read_headers

    return padding(read_headers(files, image.frame_order, slice(0, 1))[0])


def _sidecar(image: CuratedImage, mask: Mask, placed: Volume, profile: Profile) -> Row:
    n_voxels, native_mm3 = int(np.count_nonzero(placed.array)), mask.n_voxels * image.grid.voxel_mm3
    carried = ("cohort", "case", "replicate", "roi", "role", "modality", "unit", "series")
    return {key: getattr(image, key) for key in carried} | {
        "source": mask.source,
        "study_digest": image.examination or None,
        "frame_digest": image.frame_of_reference or None,
        "n_voxels": n_voxels,
        "volume_mm3": n_voxels * placed.grid.voxel_mm3,
        "native_mm3": native_mm3,
        "volume_difference": n_voxels * placed.grid.voxel_mm3 / native_mm3 - 1,
        "contour_mm3": mask.contour_mm3,
        "grid": placed.grid.as_dict(),
        "native": {
            "grid": image.grid.as_dict(),
            "n_voxels": mask.n_voxels,
            "volume_mm3": native_mm3,
        },
        "profile": {"name": profile.name, "hash": profile.hash},
        "steps": _steps(profile),
    }


def _steps(profile: Profile) -> list[str]:
    """What was done to the image, in words and in order."""
    turned = [f"axes brought to {profile.orientation.upper()}"] if profile.orientation else []
    first = [*turned, *words(profile.normalise), "cropped"]
    if profile.grid is None:
        return first
    spacing = " x ".join("native" if mm is None else f"{mm:g}" for mm in profile.grid["spacing_mm"])
    rounded = ["rounded to whole numbers"] if profile.grid["round"] else []
    return [
        *first,
        f"resampled to {spacing} mm (z, y, x): image {profile.grid['image']}, mask {profile.grid['mask']}",
        *rounded,
    ]
