"""Private elements that values rest on: de-identified copies do not have them."""

from __future__ import annotations

from collections.abc import Callable

from pydicom.dataset import Dataset

from radioloom.errors import BadImage
from radioloom.io.dicom import suv
from radioloom.io.dicom.decay import starts_as_ge_says
from radioloom.io.dicom.private import block_of
from radioloom.io.dicom.values import BROKEN, items, letters, text
from radioloom.io.dicom.vendors import GE_PART, PARTS, part, places

MR, MR_GROUP, MR_SLOPE = "Philips MR Imaging DD 001", 0x2005, 0x0E
MODALITY, FRAMES, PRIVATE_FRAME = 0x00080060, 0x52009230, 0x2005140F
TAKE = "measure the files as they were, or copies that keep these elements, which PS3.15 lists as safe"


def _counts(data: Dataset) -> bool:
    return text(data, suv.UNITS) == "CNTS" and bool(suv.of_philips(data))


def _start(data: Dataset) -> bool:
    return letters(data, MODALITY) == "PT" and starts_as_ge_says(data)


def _slope(data: Dataset) -> bool:
    """Whether Philips' scale slope is there: of a file of many frames, in a private item of each."""
    frames = [part for frame in items(data, FRAMES)[:1] for part in items(frame, PRIVATE_FRAME)[:1]]
    return letters(data, MODALITY) == "MR" and any(
        block and MR_GROUP << 16 | block << 8 | MR_SLOPE in each
        for each in (data, *frames)
        for block in [block_of(each, MR_GROUP, MR)]
    )


def _part(data: Dataset) -> bool:
    return letters(data, MODALITY) == "MR" and any(part(data, tag) not in (None, PARTS[0]) for tag in places(GE_PART))


# What is lost, and what to do -> whether a file has it.
LOST: dict[str, Callable[[Dataset], bool]] = {
    "Philips' factors of PET in counts, to SUV (7053,xx00) or activity (7053,xx09), without which the copies have no "
    f"unit and are excluded; {TAKE}": _counts,
    "the start of the scan that GE keeps in (0009,xx0D), without which the copies have another SUV, since their series "
    "has no time, or one after the scan; measure the files as they were": _start,
    "GE's private image type (0043,xx2F), by which they are phase, real or imaginary parts and no magnitude, which the "
    "copies do not say; keep these series apart": _part,
    "Philips' scale slope of MR (2005,xx0E): no value that is measured here rests on it, but programs that compare "
    f"scanners by it need it; for those {TAKE.replace('measure', 'take', 1)}": _slope,
}


def lost(data: Dataset) -> list[str]:
    """What a file loses that values rest on, and what to do. data : as it was read, before it is de-identified."""
    return [said for said, has in LOST.items() if _told(has, data)]


def _told(has: Callable[[Dataset], bool], data: Dataset) -> bool:
    try:
        return has(data)
    except (BadImage, *BROKEN):  # of which no value could be made before
        return False
