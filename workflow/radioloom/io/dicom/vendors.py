"""What vendors say of MR slices in private elements: GE's part of the complex signal, and b values of diffusion."""

from __future__ import annotations

import struct
from collections.abc import Mapping

from pydicom.dataset import Dataset

from radioloom.io.dicom.layout import Malformed
from radioloom.io.dicom.values import letters, parsed

BLOCKS = (0x10, 0x11)  # that vendors reserve, in nearly all files
PARTS = ("MAGNITUDE", "PHASE", "REAL", "IMAGINARY")  # 0 to 3 of GE
# Creator, element of its block, and how its number is stored where it is not written as text.
GE_PART = ("GEMS_PARM_01", 0x0043, 0x2F, "<h")
B_VALUES = (
    ("SIEMENS MR HEADER", 0x0019, 0x0C, ""),
    ("GEMS_PARM_01", 0x0043, 0x39, ""),  # the first of four; 1e9 is added by some releases
    ("Philips Imaging DD 001", 0x2001, 0x03, "<f"),
)
MARK, HIGHEST_B = 100_000, 1e5  # what GE adds is a multiple of the first; s/mm2
File = Dataset | Mapping[int, bytes]


def places(element: tuple[str, int, int, str]) -> tuple[int, ...]:
    """Tags at which an element of a vendor lies."""
    _, group, number, _ = element
    return tuple(group << 16 | block << 8 | number for block in BLOCKS)


# Elements that are read, and who has reserved their blocks.
READ = tuple(tag for element in (GE_PART, *B_VALUES) for tag in places(element))
CREATORS = tuple(sorted({tag & 0xFFFF0000 | tag >> 8 & 0xFF for tag in READ}))


def part(data: File, tag: int) -> str | None:
    """Part of the complex signal that GE's element at a tag says the values are; None where it says none."""
    value = _number(data, tag, GE_PART)
    return PARTS[int(value)] if value in range(len(PARTS)) else None


def b_value(data: File, tag: int) -> float | None:
    """The b value (s/mm2) at a tag of one of the vendors; None where there is none."""
    for element in B_VALUES:
        value = _number(data, tag, element) if tag in places(element) else None
        if value is not None and value >= 0:
            value %= MARK
            return value if value < HIGHEST_B else None
    return None


def _number(data: File, tag: int, element: tuple[str, int, int, str]) -> float | None:
    """The first number of a vendor's element, None where the block is another's or what is there is no number."""
    creator, _, _, form = element
    if letters(data, tag & 0xFFFF0000 | tag >> 8 & 0xFF).strip() != creator:
        return None
    item = data.get_item(tag) if isinstance(data, Dataset) else data.get(tag)
    value = getattr(item, "value", item)
    if not isinstance(value, bytes):  # converted already
        content = "\\".join(map(str, value)) if isinstance(value, list) else str(value)
    elif form and len(value) == struct.calcsize(form):
        return float(struct.unpack(form, value)[0])
    else:
        content = value.decode("ascii", "replace").strip(" \0")
    try:
        return parsed(content.split("\\")[0], tag)[0]
    except Malformed:
        return None
