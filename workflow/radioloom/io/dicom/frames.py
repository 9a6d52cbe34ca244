"""Functional groups: where each frame of a multi-frame DICOM file lies, and how its values are scaled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pydicom.dataset import Dataset

from radioloom.errors import FailedCheck
from radioloom.io.dicom.headers import MULTIFRAME, Header
from radioloom.io.dicom.stated import nominal, of_frame
from radioloom.io.dicom.values import BROKEN, dataset, items, letters, number, numbers, one, why

POSITION, ORIENTATION, MEASURES, SCALE = 0x00209113, 0x00209116, 0x00289110, 0x00289145
SHARED, PER_FRAME = 0x52009229, 0x52009230
KINDS, FRAME_TYPE, MAPPING = (0x00189329, 0x00189226, 0x00189751), 0x00089007, 0x00409096  # of CT, MR and PET


def group(frame: Dataset, shared: Dataset | None, tag: int) -> Dataset | None:
    """One functional group of a frame: its own, or else the one that all frames share; None if there is neither.

    Raises Malformed where a group is no sequence, or has several items.
    """
    own = one(frame, tag)
    return own if own is not None or shared is None else one(shared, tag)


def every_group(data: Dataset) -> Iterator[Dataset]:
    """The items of all functional groups of all frames; none of a file that is one slice."""
    for frame in items(data, PER_FRAME):
        for element in frame:
            if element.VR == "SQ":
                yield from element.value


def split(header: Header) -> list[Header]:
    """One header per frame of an enhanced CT, MR or PET file; a single-frame file as it is.

    Raises FailedCheck for other multi-frame files, and where the groups do not say what the file holds.
    """
    if header.sop_class not in MULTIFRAME:
        if header.frames == 1:
            return [header]
        raise FailedCheck(
            "frames", f"{header.name}: {header.frames} frames without a place each; an enhanced image has them"
        )
    try:
        data = dataset(header.path)
        shared, frames = one(data, SHARED), items(data, PER_FRAME)
        if len(frames) != header.frames:
            raise FailedCheck(
                "frames",
                f"{header.name}: {header.frames} frames, and {len(frames)} are described; fetch the file again",
            )
        found = [_frame(header, shared, frame, index) for index, frame in enumerate(frames)]
    except BROKEN as error:
        raise FailedCheck("frames", f"{header.name}: its frames are not described: {why(error)}") from error
    odd = [each for each in found if each.slope is None and each.intercept is None]
    if odd and (header.slope not in (None, 1) or header.intercept):
        raise FailedCheck(
            "no_rescale",
            f"{odd[0].name}: its RescaleSlope and RescaleIntercept stand in the file and not in its frames "
            "(PixelValueTransformationSequence), where an enhanced image has them; export the series again",
        )
    return found


def _frame(header: Header, shared: Dataset | None, frame: Dataset, index: int) -> Header:
    groups = {tag: group(frame, shared, tag) or Dataset() for tag in (POSITION, ORIENTATION, MEASURES, SCALE)}
    size = header.rows * header.columns * header.bits // 8
    kinds = (letters(kind, FRAME_TYPE) for tag in KINDS if (kind := group(frame, shared, tag)))
    stated = of_frame(header.stated, lambda tag: group(frame, shared, tag))
    if any(items(part, MAPPING) for part in (frame, shared) if part is not None):
        stated["RealWorldValueMapping"] = "yes"
    return replace(
        header,
        frames=1,
        index=index,
        position=numbers(groups[POSITION], 0x00200032),
        orientation=numbers(groups[ORIENTATION], 0x00200037),
        spacing=numbers(groups[MEASURES], 0x00280030),
        thickness=nominal(groups[MEASURES], 0x00180050),
        intercept=number(groups[SCALE], 0x00281052),
        slope=number(groups[SCALE], 0x00281053),
        stated=stated,
        image_type=next(filter(None, kinds), header.image_type),
        pixel_offset=header.pixel_offset + index * size if header.pixel_offset >= 0 else -1,
    )
