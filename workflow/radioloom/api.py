"""Features of one image and mask, from Python: what the command `radioloom extract` and notebooks use."""

from __future__ import annotations

from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom import single
from radioloom.errors import BadImage, BadMask, CaseError
from radioloom.imaging.normalise import normalise
from radioloom.imaging.resample import place, resample, resample_mask, spacing_of
from radioloom.profile import Profile, load
from radioloom.stages import extract as stage
from radioloom.volume import Grid, Volume

if TYPE_CHECKING:
    import pandas as pd


def extract(
    image: Any,
    mask: Any,
    profile: str | Path | Profile = "ibsi",
    spacing_mm: tuple[float, float, float] | None = None,
    roi: str | int = "",
) -> pd.DataFrame:
    """A tidy table of the features of one region: image, family, aggregation, ..., feature_id, value.

    image, mask : both paths (NIfTI, NRRD, MetaImage; a DICOM folder with RTSTRUCT or SEG), or each an array (z, y, x)
        with `spacing_mm` (z, y, x), a SimpleITK image, or a `Volume`
    profile : name of a profile, a YAML file, or a loaded `Profile`
    roi : name of the structure (regular expression), or number of the label; "" takes every voxel that is not 0
    Raises BadImage, BadMask, BadRoi or StudyError where the input cannot be measured; the message says what to do.
    """
    import pandas as pd

    chosen = load(profile)
    if isinstance(image, str | PathLike) and isinstance(mask, str | PathLike):
        return pd.DataFrame(single.measure(Path(image), Path(mask), chosen, str(roi)))
    volume = _volume(image, spacing_mm, "image", BadImage)
    labels = _volume(mask, spacing_mm, "mask", BadMask)
    if not volume.grid.same_place(labels.grid):
        raise BadMask(
            f"mask ({labels.grid}) and image ({volume.grid}) lie in different places; resample the mask first"
        )
    return pd.DataFrame(stage.extract(*onto_grid(volume, _region(labels, str(roi)), chosen), chosen))


def _region(labels: Volume, roi: str) -> Volume:
    """The voxels of one label as a mask; BadMask names the labels that there are."""
    if roi and not roi.isdigit():
        raise BadMask(f"roi {roi!r}: a label map in memory knows its regions by number")
    inside = labels.array == int(roi) if roi else labels.array != 0
    if not inside.any():
        found = ", ".join(f"{label:g}" for label in np.unique(labels.array)[:10])
        raise BadMask(f"the mask has no voxel {f'of label {roi}' if roi else 'but 0'}; labels there: {found}")
    return Volume(inside, labels.grid)


def onto_grid(image: Volume, mask: Volume, profile: Profile) -> tuple[Volume, Volume]:
    """Image and mask around the region on the profile's grid, to the last bit as stage prepare writes it."""
    image = normalise(image, profile.normalise)
    margin = stage.margin(profile, spacing_of(image.grid, profile.grid))
    where = place(image.grid, stage.bounding_box(mask.array), profile.grid, margin)
    crop = image.grid.crop(tuple(side.start for side in where.source), image.array[where.source].shape)
    new = resample(Volume(image.array[where.source], crop, image.unit, image.modality), profile.grid, where.target)
    region = resample_mask(Volume(mask.array[where.source], crop), profile.grid, where.target)
    return replace(new, array=new.array.astype(np.float32).astype(np.float64)), region


def _volume(given: Any, spacing_mm: tuple[float, float, float] | None, what: str, fault: type[CaseError]) -> Volume:
    """What was given as a Volume; `fault` where it is no three-dimensional array with a spacing."""
    if isinstance(given, Volume):
        found = given
    elif hasattr(given, "GetSpacing"):
        found = _of_sitk(given)
    elif spacing_mm is None:
        raise fault(f"the {what} is an array, which does not know its spacing; give spacing_mm=(z, y, x)")
    else:
        array = np.asarray(given)
        found = Volume(array, Grid(array.shape, tuple(float(mm) for mm in spacing_mm)))
    if found.array.ndim != 3:
        raise fault(f"the {what} has {found.array.ndim} dimensions; one three-dimensional array (z, y, x) is expected")
    return found


def _of_sitk(image: Any) -> Volume:
    """A SimpleITK image as a Volume; (x, y, z) becomes (z, y, x)."""
    from SimpleITK import GetArrayFromImage

    array, n = GetArrayFromImage(image), image.GetDimension()
    direction = np.array(image.GetDirection()).reshape(n, n)[::-1, ::-1]
    grid = Grid(array.shape, image.GetSpacing()[::-1], image.GetOrigin()[::-1], tuple(map(tuple, direction.tolist())))
    return Volume(array, grid)
