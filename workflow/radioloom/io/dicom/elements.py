"""The top-level elements of a DICOM file as raw bytes, in a third of the time that a general reader takes.

Curation reads a header of every file of a cohort, and wants some thirty elements of it. What is not plain here
(no preamble, deflated, big-endian, an attribute of an unusual type or given twice, values that go on beyond the first
256 KB) is left to pydicom.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from typing import BinaryIO

from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
)

from radioloom.io.dicom.characters import CHARACTERS
from radioloom.io.dicom.layout import Malformed, check_behind
from radioloom.io.dicom.values import PLAIN, usual
from radioloom.io.untrusted import LONG

PIXELS = (0x7FE00008, 0x7FE00009, 0x7FE00010)  # float, double, integer
SYNTAX = 0x00020010
ENDS = (0xFFFEE00D, 0xFFFEE0DD)  # of an item, of a sequence: one for each length that is not given
UNDEFINED = 0xFFFFFFFF
READS = (2**14, 2**18)  # bytes looked at
TEXT = frozenset(kind.encode() for kind in PLAIN - {"UN"})
BYTES = frozenset(
    {b"OB", b"OW", b"OF", b"OD", b"OL", b"OV", b"UN"}
)  # with 4 bytes of length: pixel data may be of them
COMPRESSED = ("1.2.840.10008.1.2.4.", RLELossless)  # JPEG of all kinds, RLE: written as explicit little-endian


@dataclass(frozen=True, slots=True)
class Elements:
    """What a file holds before its pixels."""

    values: dict[int, bytes]  # of the tags that were wanted and of the character set, little-endian
    syntax: str
    pixels: int  # where the element of the pixel data begins


def elements(handle: BinaryIO, wanted: frozenset[int]) -> Elements | None:
    """The wanted elements of a file that is open at its beginning; None where it is not plain, or damaged."""
    head = b""
    for length in READS:
        head += handle.read(length - len(head))
        plain = _walk(head, wanted) if head[128:132] == b"DICM" else None
        if plain is not None or len(head) < length:
            return plain
    return None


def _walk(head: bytes, wanted: frozenset[int]) -> Elements | None:
    """Elements of a file's first bytes up to its pixels; None where they end before, or are not what they should be."""
    values: dict[int, bytes] = {}
    place, depth, explicit, syntax = 132, 0, True, ""
    end = len(head) - 12
    while place <= end:
        tag, start, length = _element(head, place, explicit)
        if tag > 0x0002FFFF and not syntax:  # the first element after the file meta information
            syntax = values.get(SYNTAX, b"").decode("ascii", "replace").strip(" \0")
            explicit = _explicit(syntax)
            if explicit is None:
                return None
            tag, start, length = _element(head, place, explicit)
        if depth == 0 and tag >= PIXELS[0]:
            return Elements(values, syntax, place) if tag in PIXELS else None
        if start < 0:
            return None
        if depth == 0 and (tag in wanted or tag in (SYNTAX, CHARACTERS)):
            if tag in values or (explicit and _unusual(tag, head[place + 4 : place + 6])):
                return None
            values[tag] = head[start : start + length]
        depth += (length == UNDEFINED) - (tag in ENDS)
        place = start if length == UNDEFINED else start + length
    return None


def native_pixels(handle: BinaryIO, syntax: str, explicit: bool) -> tuple[int, int, int, str]:
    """Offset and length of the value of the pixel data that begin where a file is open, size of the file, and why what
    follows them is nothing that may, "" where it is.

    explicit : whether value representations are written: then the length of pixel data has four bytes (PS3.5, 7.1.2)
    The offset is -1 where they are compressed or floating-point, the length -1 where there are none. Raises Malformed
    where their representation is one of numbers or short texts, whose length would lie elsewhere.
    """
    start = handle.tell()
    head = handle.read(12)
    size = handle.seek(0, os.SEEK_END)
    tag = int.from_bytes(head[:2], "little") << 16 | int.from_bytes(head[2:4], "little")
    if len(head) < 12 or tag not in PIXELS:
        swapped = syntax in (ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian)
        return -1, 0 if swapped else -1, size, ""
    if explicit and head[4:6] not in BYTES:
        raise Malformed(
            f"its pixel data are said to be {head[4:6].decode('ascii', 'replace')!a}, where OB or OW is expected"
        )
    length = _long(head, 0) if explicit else int.from_bytes(head[4:8], "little")
    if length == UNDEFINED or tag != PIXELS[-1] or syntax.startswith(COMPRESSED):
        return -1, 0, size, ""
    offset, fault = start + (12 if explicit else 8), ""
    if offset + length < size:
        handle.seek(offset + length)
        try:
            check_behind(handle, explicit)
        except Malformed as error:
            fault = f"{error}; fetch the file again"
    return offset, length, size, fault


def _unusual(tag: int, kind: bytes) -> bool:
    """Whether a value is not written as the standard says: then its kind has to be known, and not its bytes alone.

    The standard says nothing of private elements: who reads them (`vendors`) knows both ways.
    """
    if tag >> 16 & 1:
        return False
    known = usual(tag).encode()
    return kind != known and not (known in TEXT and kind in TEXT)


def _explicit(syntax: str) -> bool | None:
    """Whether value representations are written in a transfer syntax; None where elements are not plain."""
    if syntax == ImplicitVRLittleEndian:
        return False
    return True if syntax == ExplicitVRLittleEndian or syntax.startswith(COMPRESSED) else None


def _element(head: bytes, place: int, explicit: bool) -> tuple[int, int, int]:
    """Tag, start of the value and its length; the start is -1 where a value representation is none."""
    group, number, length = struct.unpack_from("<HHL", head, place)
    tag = group << 16 | number
    if not explicit or group == 0xFFFE:
        return tag, place + 8, length
    kind = head[place + 4 : place + 6]
    if kind in LONG:
        if kind == b"UN":  # of unknown length it would hold implicit elements
            return tag, -1 if head[place + 8 : place + 12] == b"\xff" * 4 else place + 12, _long(head, place)
        return tag, place + 12, _long(head, place)
    return tag, place + 8 if kind.isalpha() and kind.isupper() else -1, length >> 16


def _long(head: bytes, place: int) -> int:
    return int.from_bytes(head[place + 8 : place + 12], "little")
