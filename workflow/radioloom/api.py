"""Python interface: features of one image and mask, as a table (for notebooks and scripts)."""

from __future__ import annotations

import sys
import warnings
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.errors import BadImage, BadMask, CaseError, MeasurementWarning, StudyError, UnclearRegion
from radioloom.imaging.around import bounding_box, crop, place, resampled
from radioloom.imaging.orient import turn_to
from radioloom.imaging.plausible import inverted, odd_size
from radioloom.imaging.resample import spacing_of
from radioloom.imaging.two_values import two_values
from radioloom.process import tell_compilation
from radioloom.profile import Profile, load
from radioloom.segmentation.choose import HOW, Choice
from radioloom.segmentation.labels import region
from radioloom.segmentation.mask import Mask
from radioloom.segmentation.place import compared, inside
from radioloom.segmentation.place import place as turned
from radioloom.stages.images import extract as stage
from radioloom.stages.images import single
from radioloom.stages.images.intended import check, check_lowest
from radioloom.stages.images.margin import reach
from radioloom.stages.images.normalise import normalise
from radioloom.volume import LARGEST, UNITS, Grid, Volume, unfit

if TYPE_CHECKING:
    import pandas as pd

REMEDY = "give two arrays of one shape and order of axes, or two SimpleITK images (mask.CopyInformation(image))"


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
    roi : structure, segment or label: its name, its number, or a regular expression of it (".*" for every label of a
        map); "" for the only one there is
    modality : CT, PT or MR where the image does not say it (all but DICOM and a `Volume` that does), or of several
        DICOM series; a profile that is for others refuses the image
    The table's `attrs["notes"]` are notes on the image, its region and what could not be measured as meant. They are
    printed too; what concerns values (a region of one grey level, a filter that could not be applied) is a warning.
    Raises BadImage, BadMask, BadRoi or StudyError where the input cannot be measured; the message says what to do.
    """
    tell_compilation()
    chosen, named = load(profile), "" if roi is None else str(roi)
    paths = [isinstance(given, str | PathLike) for given in (image, mask)]
    if any(paths) and not all(paths):
        raise StudyError("one of image and mask is a path, the other is not; give two paths, or read the file first")
    if spacing_mm is not None and (all(paths) or all(map(_knows_its_place, (image, mask)))):
        raise StudyError("spacing_mm is for arrays; files and SimpleITK images know their spacing: leave it out")
    try:
        if all(paths):
            measured = single.measure(Path(image), Path(mask), chosen, named, modality)
        else:
            measured = _in_memory(image, mask, spacing_mm, named, chosen, modality)
    except UnclearRegion as error:
        raise BadMask(f"{error}; choose by roi=: {HOW}") from None
    return _table(measured)


def _in_memory(image: Any, mask: Any, spacing_mm: Any, roi: str, profile: Profile, modality: str) -> single.Measured:
    volume = _volume(image, spacing_mm, "image", BadImage)
    labels = _volume(mask, spacing_mm, "mask", BadMask)
    named, unit = modality or volume.modality, volume.unit or UNITS.get(modality or volume.modality, "")
    unsaid = check(profile, named, unit)
    mask_there, notes = _on(volume, labels, roi, all(map(_knows_its_place, (image, mask))))
    around, placed = onto_grid(volume, mask_there, profile)
    result = stage.measured(around, placed, profile)
    size = odd_size(volume.grid, int(np.count_nonzero(mask_there.array)))
    doubts = (*result.notes, *filter(None, [size]), *check_lowest(profile, unit, volume.array))
    shown = inverted(mask_there.array, bounding_box(mask_there.array), volume.grid.shape)
    notes += [*around.notes, *filter(None, [shown])]
    return single.Measured(result.rows, tuple(notes), (*doubts, *unsaid) if doubts else ())


def _table(measured: single.Measured) -> pd.DataFrame:
    """The table of features with its notes, which nobody looks for unasked; what concerns values is a warning too."""
    import pandas as pd

    for note in measured.notes:
        print(f"note: {note}", file=sys.stderr)
    for doubt in measured.doubts:
        warnings.warn(doubt, MeasurementWarning, stacklevel=3)
    table = pd.DataFrame(measured.rows)
    table.attrs["notes"] = [*measured.notes, *measured.doubts]
    return table


def _knows_its_place(given: Any) -> bool:
    return isinstance(given, Volume) or hasattr(given, "GetSpacing")


def _on(image: Volume, labels: Volume, roi: str, placed: bool) -> tuple[Volume, list[str]]:
    """The voxels of one label as a mask on the image's grid, and what to note of it.

    roi : the label; "" for the only one
    placed : both know where they lie, so that the mask may have another extent or order of axes; arrays do not
    """
    marked, notes = region(labels.array, Choice((roi,) if roi else ()))
    if labels.grid.same_place(image.grid):
        return Volume(marked, image.grid), notes
    if not placed:
        raise BadMask(f"mask and image lie in different places: {compared(labels.grid, image.grid)}; {REMEDY}")
    part, low, lost = inside(*turned(marked, labels.grid, image.grid), image.grid.shape)
    notes += [f"{lost} voxels of the mask lie outside the image"] if lost else []
    return Volume(Mask(part, low, "").on(image.grid.shape), image.grid), notes


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
    note = two_values(_finite(source).array)
    around, placed = resampled(source, region, profile.grid, where)
    return replace(around, notes=(note,) if note else ()), placed


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
    if np.ma.isMaskedArray(given):
        raise fault(f"the {what} is a masked array, whose masked voxels would be measured too; fill them first")
    kind, remedy = type(given).__qualname__, "give a path, a NumPy array (z, y, x), or a SimpleITK image"
    try:
        array = np.asarray(given)
    except (TypeError, ValueError, RuntimeError) as error:
        raise fault(f"the {what} ({kind}) cannot be read as an array: {error}; {remedy}") from error
    if not array.ndim:
        raise fault(f"the {what} ({kind}) is no array; {remedy}")
    if spacing_mm is None:
        raise fault(f"the {what} is an array, which does not know its spacing; give spacing_mm=(z, y, x)")
    try:
        spacing = tuple(float(mm) for mm in spacing_mm)
    except (TypeError, ValueError) as error:
        raise fault(f"spacing_mm={spacing_mm!r} of the {what}: give three numbers in mm (z, y, x)") from error
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
