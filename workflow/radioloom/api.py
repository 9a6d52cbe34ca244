"""Python interface: features of one image and mask, as a table (for notebooks and scripts)."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.errors import BadImage, BadMask, CaseError, MeasurementWarning, StudyError, UnclearRegion
from radioloom.failures import explained, notes_of
from radioloom.process import tell_compilation
from radioloom.profile import Profile, load
from radioloom.segmentation.choose import HOW, Choice
from radioloom.segmentation.label_map import LabelMap, on_image
from radioloom.segmentation.mask import Mask, cut
from radioloom.segmentation.place import compared
from radioloom.stages.images import single
from radioloom.stages.images.curated import CuratedImage
from radioloom.stages.images.intended import check
from radioloom.stages.images.prepare import prepare
from radioloom.volume import UNITS, Grid, Volume, modality_of

if TYPE_CHECKING:
    import pandas as pd

REMEDY = "give two arrays of one shape and order of axes, or two SimpleITK images (mask.CopyInformation(image))"

KINDS = "give a path, a NumPy array (z, y, x), or a SimpleITK image"


def extract(
    image: Any,
    mask: Any,
    profile: str | Path | Profile = "ibsi",
    spacing_mm: tuple[float, float, float] | None = None,
    roi: str | int | None = "",
    modality: str | None = "",
) -> pd.DataFrame:
    """A tidy table of the features of one region: image, family, aggregation, ..., group, feature_id, value.

    image, mask : both paths (NIfTI, NRRD, MetaImage; a DICOM folder with RTSTRUCT or SEG), or each an array (z, y, x)
        with `spacing_mm` (z, y, x), a SimpleITK image, or a `Volume`; the axes of a mask that knows its place may be
        swapped or flipped against the image's, and it may be a piece of it
    profile : name of a profile, a YAML file, or a loaded `Profile`
    roi : structure, segment or label: its name, its number, or a regular expression of it (".*" for every label of a
        map, "1|2" for two of them); "" for the only one there is
    modality : CT, PT or MR (in letters of any case) where the image does not say it, as no file but DICOM does, or of
        several DICOM series; a profile that is for others refuses the image
    The table's `attrs["notes"]` are notes on the image, its region and what could not be measured as meant. They are
    printed too; what concerns values (a region of one grey level, a filter that could not be applied) is a warning.
    Raises BadImage, BadMask, BadRoi or StudyError where the input cannot be measured; the message says what to do.
    """
    tell_compilation()
    chosen, named, modality = load(profile), _named(roi), modality_of(modality)
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
        with explained(notes_of(error)):
            raise BadMask(f"{error}; choose by roi=: {HOW}") from None
    return _table(measured)


def _named(roi: Any) -> str:
    """The region that is meant, as text; "" for the only one."""
    if roi is None or isinstance(roi, str):
        return str(roi or "")
    if isinstance(roi, int | np.integer) and not isinstance(roi, bool):
        return str(int(roi))
    raise StudyError(
        f"roi={repr(roi)[:60]}: give the name or number of one region, or a regular expression of it (several labels: "
        "'1|2'; all of them: '.*'; the only one there is: '')"
    )


def _in_memory(image: Any, mask: Any, spacing_mm: Any, roi: str, profile: Profile, modality: str) -> single.Measured:
    if isinstance(spacing_mm, Iterator):  # which can be read once
        spacing_mm = tuple(spacing_mm)
    volume = _volume(image, spacing_mm, "image", BadImage)
    labels = _volume(mask, spacing_mm, "mask", BadMask)
    if modality and volume.modality not in ("", modality):
        raise BadImage(f"modality={modality!r}, and the image says that it is {volume.modality}; leave modality out")
    volume = replace(volume, modality=modality or volume.modality)
    check(profile, volume.modality, _unit(volume))
    if not (all(map(_knows_its_place, (image, mask))) or labels.grid.same_place(volume.grid)):
        raise BadMask(f"mask and image lie in different places: {compared(labels.grid, volume.grid)}; {REMEDY}")
    whole = LabelMap(labels.grid, labels.array.dtype, [((0, 0, 0), labels.array)], labels.notes)
    drawn = on_image(whole, Choice((roi,) if roi else ()), volume.grid)
    return single.placed(_curated(volume), drawn, volume, profile)


def _unit(image: Volume) -> str:
    return image.unit or UNITS.get(image.modality, "")


def _curated(image: Volume) -> CuratedImage:
    """An image in memory as the record of one in files."""
    whose = dict.fromkeys(
        ("cohort", "case", "replicate", "roi", "role", "roi_pattern", "image_path", "segmentation_path", "series"), ""
    )
    said = {"modality": image.modality, "unit": _unit(image)}
    return CuratedImage(**whose, **said, grid=image.grid, file_numbers=(), listing_digest="")


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


def onto_grid(image: Volume, mask: Volume, profile: Profile) -> tuple[Volume, Volume]:
    """Image and mask around the region on the profile's grid and axes, as stage prepare writes them; its errors."""
    prepared = prepare(_curated(image), Mask(*cut(mask.array), ""), image, profile)
    return prepared.image, prepared.mask


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
    kind, remedy = type(given).__qualname__, KINDS
    try:
        array = np.asarray(given)
    except (TypeError, ValueError, RuntimeError) as error:
        raise fault(f"the {what} ({kind}) cannot be read as an array: {error}; {remedy}") from error
    if not array.ndim:
        raise fault(f"the {what} ({kind}) is no array; {remedy}")
    if spacing_mm is None:
        raise fault(f"the {what} is an array, which does not know its spacing; give spacing_mm=(z, y, x)")
    try:
        spacing = tuple(float(mm) for mm in spacing_mm if not isinstance(mm, str | bytes))
    except (TypeError, ValueError):
        spacing = ()
    if len(spacing) != 3 or isinstance(spacing_mm, bytes):
        raise fault(f"spacing_mm={repr(spacing_mm)[:60]} of the {what}: give three numbers in mm (z, y, x)")
    return Volume(array, Grid(array.shape, spacing))


def _of_sitk(image: Any, what: str = "image", fault: type[CaseError] = BadImage) -> Volume:
    """A SimpleITK image as a Volume; (x, y, z) becomes (z, y, x)."""
    from SimpleITK import GetArrayFromImage, Image

    if not isinstance(image, Image):  # of ITK or VTK
        raise fault(f"the {what} ({type(image).__qualname__}) is no image of SimpleITK; {KINDS}")
    if image.GetPixelIDTypeAsString().startswith("label of"):  # of which SimpleITK's own reader ends the process
        raise fault(f"the {what} is a label map of SimpleITK (runs of labels); give SimpleITK.LabelMapToLabel of it")
    array, n = GetArrayFromImage(image), image.GetDimension()
    if image.GetNumberOfComponentsPerPixel() != 1:
        raise fault(
            f"the {what} has {image.GetNumberOfComponentsPerPixel()} values per voxel (colour or vector); "
            "one is expected"
        )
    direction = np.array(image.GetDirection()).reshape(n, n)[::-1, ::-1]
    grid = Grid(array.shape, image.GetSpacing()[::-1], image.GetOrigin()[::-1], tuple(map(tuple, direction.tolist())))
    return Volume(array, grid)
