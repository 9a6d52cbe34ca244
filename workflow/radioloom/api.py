"""Python interface: features of one image and mask, as a table (for notebooks and scripts)."""

from __future__ import annotations

import warnings
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.errors import BadImage, BadMask, CaseError, MeasurementWarning, StudyError
from radioloom.imaging.around import bounding_box, crop, place, resampled
from radioloom.imaging.orient import turn_to
from radioloom.imaging.resample import spacing_of
from radioloom.profile import Profile, load
from radioloom.segmentation.choose import Choice
from radioloom.segmentation.labels import region
from radioloom.segmentation.mask import Mask
from radioloom.segmentation.place import inside
from radioloom.segmentation.place import place as turned
from radioloom.stages.images import extract as stage
from radioloom.stages.images import single
from radioloom.stages.images.intended import check
from radioloom.stages.images.margin import reach
from radioloom.stages.images.normalise import normalise
from radioloom.volume import LARGEST, UNITS, Grid, Volume, unfit

if TYPE_CHECKING:
    import pandas as pd


def extract(
    image: Any,
    mask: Any,
    profile: str | Path | Profile = "ibsi",
    spacing_mm: tuple[float, float, float] | None = None,
    roi: str | int = "",
    modality: str = "",
) -> pd.DataFrame:
    """A tidy table of the features of one region: image, family, aggregation, ..., group, feature_id, value.

    image, mask : both paths (NIfTI, NRRD, MetaImage; a DICOM folder with RTSTRUCT or SEG), or each an array (z, y, x)
        with `spacing_mm` (z, y, x), a SimpleITK image, or a `Volume`; the axes of a mask that knows its place may be
        swapped or flipped against the image's, and it may be a piece of it
    profile : name of a profile, a YAML file, or a loaded `Profile`
    roi : name of the structure (regular expression), or number of the label; "" takes every voxel that is not 0
    modality : CT, PT or MR where the image does not say it (all but DICOM and a `Volume` that does), or of several
        DICOM series; a profile that is for others refuses the image
    The table's `attrs["notes"]` are notes on the image, its region and what could not be measured as meant; what
    concerns values (a region of one grey level, a filter that could not be applied) is a warning too.
    Raises BadImage, BadMask, BadRoi or StudyError where the input cannot be measured; the message says what to do.
    """
    chosen = load(profile)
    paths = [isinstance(given, str | PathLike) for given in (image, mask)]
    if all(paths):
        if spacing_mm is not None:
            raise StudyError("spacing_mm is for arrays; files know their spacing: leave it out")
        return _table(*single.measured(Path(image), Path(mask), chosen, str(roi), modality))
    if any(paths):
        raise StudyError("one of image and mask is a path, the other is not; give two paths, or read the file first")
    volume = _volume(image, spacing_mm, "image", BadImage)
    labels = _volume(mask, spacing_mm, "mask", BadMask)
    modality, unit = modality or volume.modality, volume.unit
    unsaid = check(chosen, modality, unit or UNITS.get(modality, ""))
    mask_there = _on(volume, labels, str(roi), all(map(_knows_its_place, (image, mask))))
    found = stage.measured(*onto_grid(volume, mask_there, chosen), chosen)
    return _table(found.rows, (), (*found.notes, *unsaid) if found.notes else ())


def _table(rows: list[dict[str, Any]], notes: tuple[str, ...], doubts: tuple[str, ...]) -> pd.DataFrame:
    """The table of features with its notes; what concerns values is a warning too."""
    import pandas as pd

    for doubt in doubts:
        warnings.warn(doubt, MeasurementWarning, stacklevel=3)
    table = pd.DataFrame(rows)
    table.attrs["notes"] = (*notes, *doubts)
    return table


def _knows_its_place(given: Any) -> bool:
    return isinstance(given, Volume) or hasattr(given, "GetSpacing")


def _on(image: Volume, labels: Volume, roi: str, placed: bool) -> Volume:
    """The voxels of one label as a mask on the image's grid.

    roi : the label; "" for all but 0
    placed : both know where they lie, so that the mask may have another extent or order of axes; arrays do not
    """
    marked, _ = region(labels.array, Choice((roi,) if roi else ()))
    if labels.grid.same_place(image.grid):
        return Volume(marked, image.grid)
    if not placed:
        raise BadMask(f"mask ({labels.grid}) and image ({image.grid}) lie in different places; resample the mask first")
    part, low, _ = inside(*turned(marked, labels.grid, image.grid), image.grid.shape)
    return Volume(Mask(part, low, "").on(image.grid.shape), image.grid)


def onto_grid(image: Volume, mask: Volume, profile: Profile) -> tuple[Volume, Volume]:
    """Image and mask around the region on the profile's grid and axes, to the last bit as stage prepare writes it.

    Raises BadImage where a voxel that is read (all of them where the profile normalises) is not finite, BadRoi where no
    voxel of the region is left on the grid.
    """
    turn = turn_to(image.grid, profile.orientation)
    image, mask = turn.volume(image), turn.volume(replace(mask, grid=image.grid))
    if profile.normalise is not None:
        image = normalise(_finite(image), mask.array, profile.normalise)
    margin = reach(profile, spacing_of(image.grid, profile.grid))
    where = place(image.grid, bounding_box(mask.array), profile.grid, margin)
    source, region = crop(image, where.source), crop(mask, where.source)
    return resampled(_finite(source), region, profile.grid, where)


def _finite(image: Volume) -> Volume:
    bad = unfit(image.array)
    if bad:
        raise BadImage(
            f"{bad} voxels in and around the region are not finite (NaN or infinite) or beyond {LARGEST:g}; "
            "correct the image first"
        )
    return image


def _volume(given: Any, spacing_mm: tuple[float, float, float] | None, what: str, fault: type[CaseError]) -> Volume:
    """What was given as a Volume; `fault` where it is no three-dimensional array of numbers on a sound grid."""
    if isinstance(given, Volume):
        volume = given
    elif hasattr(given, "GetSpacing"):
        volume = _of_sitk(given, what, fault)
    elif spacing_mm is None:
        raise fault(f"the {what} is an array, which does not know its spacing; give spacing_mm=(z, y, x)")
    else:
        volume = _of_array(given, spacing_mm, what, fault)
    array, grid = volume.array, volume.grid
    if array.ndim != 3 or array.dtype.kind not in "biuf":
        raise fault(
            f"the {what} has {array.ndim} dimensions of {array.dtype}; "
            "one three-dimensional array (z, y, x) of real numbers is expected"
        )
    if not array.size or tuple(grid.shape) != array.shape:
        raise fault(
            f"the {what} is an array of {array.shape} voxels on a grid of {tuple(grid.shape)}; check how it was created"
        )
    if grid.fault:
        raise fault(f"the {what}: {grid.fault}")
    return volume


def _of_array(given: Any, spacing_mm: Any, what: str, fault: type[CaseError]) -> Volume:
    try:
        array, spacing = np.asarray(given), tuple(float(mm) for mm in spacing_mm)
    except (TypeError, ValueError) as error:
        raise fault(f"the {what} and spacing_mm={spacing_mm!r} are no array and three numbers (z, y, x)") from error
    return Volume(array, Grid(array.shape, spacing))


def _of_sitk(image: Any, what: str = "image", fault: type[CaseError] = BadImage) -> Volume:
    """A SimpleITK image as a Volume; (x, y, z) becomes (z, y, x)."""
    from SimpleITK import GetArrayFromImage

    array, n = GetArrayFromImage(image), image.GetDimension()
    if image.GetNumberOfComponentsPerPixel() != 1:
        raise fault(
            f"the {what} has {image.GetNumberOfComponentsPerPixel()} values per voxel (colour or vector); "
            "one is expected"
        )
    direction = np.array(image.GetDirection()).reshape(n, n)[::-1, ::-1]
    grid = Grid(array.shape, image.GetSpacing()[::-1], image.GetOrigin()[::-1], tuple(map(tuple, direction.tolist())))
    return Volume(array, grid)
