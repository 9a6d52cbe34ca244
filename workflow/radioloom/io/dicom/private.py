"""Private elements: which block of a private group a vendor has reserved in a file."""

from __future__ import annotations

from pydicom.dataset import Dataset

from radioloom.errors import BadImage
from radioloom.io.dicom.values import text


def creators(data: Dataset, of: int) -> dict[int, str]:
    """Who has reserved the blocks of a private group."""
    return {tag & 0xFF: text(data, tag) for tag in data.keys() if of << 16 | 0x10 <= tag <= of << 16 | 0xFF}  # noqa: SIM118


def block_of(data: Dataset, of: int, creator: str) -> int | None:
    """The block that a vendor has reserved in a private group, whichever that is; None where it has none."""
    own = [block for block, name in creators(data, of).items() if name == creator]
    if len(own) > 1:
        raise BadImage(f"PET with {len(own)} private blocks of {creator}; it is not clear which one counts")
    return own[0] if own else None
