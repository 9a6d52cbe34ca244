"""Functional groups: where each frame of a multi-frame DICOM file lies, and how its values are scaled."""

from __future__ import annotations

from dataclasses import replace

from pydicom.dataset import Dataset

from radioloom.errors import FailedCheck
from radioloom.io.dicom.headers import MULTIFRAME, Header
from radioloom.io.dicom.values import BROKEN, dataset, number, numbers

POSITION, ORIENTATION, MEASURES = "PlanePositionSequence", "PlaneOrientationSequence", "PixelMeasuresSequence"
SCALE = "PixelValueTransformationSequence"


def group(frame: Dataset, data: Dataset, name: str) -> Dataset | None:
    """One functional group of a frame: its own, or else the one that all frames share; None if there is neither."""
    if name in frame and len(frame[name].value):
        return frame[name].value[0]
    shared = data.get("SharedFunctionalGroupsSequence")
    if shared and name in shared[0] and len(shared[0][name].value):
        return shared[0][name].value[0]
    return None


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
        frames = list(data.PerFrameFunctionalGroupsSequence)
        frame_headers = [_frame(header, data, frame, index) for index, frame in enumerate(frames)]
    except BROKEN as error:
        why = f"{header.name}: its frames are not described ({type(error).__name__})"
        raise FailedCheck("frames", why) from error
    if len(frame_headers) != header.frames:
        raise FailedCheck(
            "frames",
            f"{header.name}: {header.frames} frames, and {len(frame_headers)} are described; fetch the file again",
        )
    return frame_headers


def _frame(header: Header, data: Dataset, frame: Dataset, index: int) -> Header:
    groups = {name: group(frame, data, name) or Dataset() for name in (POSITION, ORIENTATION, MEASURES, SCALE)}
    size = header.rows * header.columns * header.bits // 8
    return replace(
        header,
        frames=1,
        index=index,
        position=numbers(groups[POSITION], 0x00200032),
        orientation=numbers(groups[ORIENTATION], 0x00200037),
        spacing=numbers(groups[MEASURES], 0x00280030),
        thickness=number(groups[MEASURES], 0x00180050),
        intercept=number(groups[SCALE], 0x00281052),
        slope=number(groups[SCALE], 0x00281053),
        pixel_offset=header.pixel_offset + index * size if header.pixel_offset >= 0 else -1,
    )
