"""Stage segment: each image's region, from RTSTRUCT, SEG or label map to a mask on the image's grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from radioloom.errors import BadMask, CaseError, UnclearRegion
from radioloom.io.dicom.whose import UNKNOWN, Whose, differ
from radioloom.io.failed import of_case
from radioloom.io.files import numbered, within
from radioloom.io.segmentations import read as segmentations
from radioloom.io.segmentations.belongs import Image
from radioloom.segmentation.carry import carried
from radioloom.segmentation.choose import HOW, Choice
from radioloom.segmentation.mask import Mask
from radioloom.stages.images.curated import CuratedImage
from radioloom.stages.images.exclude import exclusions
from radioloom.stages.images.rows import mask_row

Row = dict[str, Any]
UNCHECKED = (
    "nothing says whether the image and the one that its region was drawn on lie in one frame of reference: taken so, "
    "as declared"
)


@dataclass(frozen=True, slots=True)
class Segmented:
    """Masks of a batch."""

    masks: dict[str, Mask]  # by `name` of their image
    rows: list[Row]  # MASKS
    exclusions: list[Row]  # EXCLUSIONS


def segment(images: Sequence[CuratedImage], data: Path, rois: Mapping[str, Row] | None = None) -> Segmented:
    """Find and place the region of every image of a batch.

    images : of stage curate
    data : folder that their paths start from
    rois : how regions are found where a row of the sheet has no pattern, by region: settings of `Choice`
    An image whose region cannot be found or placed becomes a row of EXCLUSIONS.
    """
    masks: dict[str, Mask] = {}
    rows: list[Row] = []
    faults: list[tuple[Row, CaseError]] = []
    for image in images:
        try:
            with of_case(f"{image.cohort}/{image.case}", data, *_paths(image)):
                mask = region(image, data, rois or {})
        except UnclearRegion as error:
            faults.append(
                (image.region, UnclearRegion(f"{error}; set `pattern` in the sheet, or `rois` of the cohort: {HOW}"))
            )
            continue
        except CaseError as error:
            faults.append((image.region, error))
            continue
        masks[image.name] = mask
        rows.append(mask_row(image, mask))
    return Segmented(masks, rows, exclusions("segment", faults))


def region(image: CuratedImage, data: Path, rois: Mapping[str, Row]) -> Mask:
    """The region of one image as a mask on its grid; CaseError where it cannot be found or placed."""
    home = image.drawn_on or image
    drawn_on = Image(
        home.grid, home.series, home.frame_of_reference, frozenset(home.instances) - {""}, home.blank,
        *_patient(home, data), {} if home.frame_order else _slices(home),
    )  # fmt: skip
    path = within(data, image.segmentation_path, BadMask)
    of_home = [f"the image that the region was drawn on: {note}" for note in home.notes]
    notes = [] if home is image else [*of_home, *_in_one_space(image, home, data)]
    mask = segmentations.read(path, _choice(image, rois), image.roi, drawn_on)
    return mask if home is image else carried(mask, home.grid, image.grid, image.blank, notes)


def _in_one_space(image: CuratedImage, home: CuratedImage, data: Path) -> list[str]:
    """What to note where nothing says that an image and the one that its region was drawn on lie in one space.

    Raises BadMask where they are two patients', or of two frames of reference.
    """
    if differ(_patient(image, data)[0], _patient(home, data)[0]):
        raise BadMask(
            "the image is one patient's, and the one that its region was drawn on another's; correct one of them"
        )
    frames = image.frame_of_reference, home.frame_of_reference
    if "" in frames:
        return [UNCHECKED]
    if frames[0] != frames[1]:
        raise BadMask(
            f"the region was drawn on an image ({home.modality}) of another frame of reference than this one's "
            f"({image.modality}): it cannot be carried; register and resample one of the images first, or give a "
            "segmentation of this image"
        )
    return []


def _paths(image: CuratedImage) -> list[str]:
    """Paths of the sheet that its row names."""
    return [image.image_path, image.segmentation_path, *([image.drawn_on.image_path] if image.drawn_on else [])]


def _slices(image: CuratedImage) -> dict[str, int]:
    return {uid: k for k, uid in enumerate(image.instances[: image.grid.shape[0]]) if uid}


def _patient(image: CuratedImage, data: Path) -> tuple[Whose, frozenset[str]]:
    """Whose a DICOM image is and the words that tell it, from its first file: no results keep them. None of others."""
    if not image.instances:
        return UNKNOWN, frozenset()
    from radioloom.io.dicom.identity import patient

    [(file, called)] = numbered(data / image.image_path, image.file_numbers[:1], image.listing_digest)
    return patient(file, called)


def _choice(image: CuratedImage, rois: Mapping[str, Row]) -> Choice:
    """The pattern of a row of the sheet goes before the patterns of its region."""
    choice = Choice(**rois.get(image.roi, {}))
    patterns = (image.roi_pattern,) if image.roi_pattern else choice.patterns
    return replace(choice, patterns=tuple(patterns))
