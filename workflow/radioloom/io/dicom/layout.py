"""Check a DICOM file's layout before a general reader follows it: lengths, nesting and number of its elements.

A reader that trusts lengths returns the first half of a contour whose file was cut off, asks for 4 GB where a header
says so, and recurses as deep as a file nests. Only public sequences are entered: what vendors put into their own is
theirs, and is passed over by its length.
"""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from pydicom.datadict import dictionary_VR
from pydicom.tag import Tag
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
)

from radioloom.io.untrusted import LONG, MOST_INFLATED, refuse_inflation

DEEPEST = 80  # levels, a sequence and its item counted as two: real reports have a dozen
MOST_ELEMENTS = 2_000_000  # a SEG of a hundred organs has half a million
PIXELS = (0x7FE00008, 0x7FE00009, 0x7FE00010)  # float, double, integer
UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD


class Malformed(ValueError):
    """A file that is not laid out as DICOM, or an attribute that is not what it should be; the message says how."""


@dataclass(frozen=True, slots=True)
class Level:
    """What an element lies in: a sequence, whose children are items, or an item (or the file), whose are elements."""

    end: int  # where it ends; -1 where a delimiter ends it
    limit: int  # which no value in it goes beyond
    explicit: bool  # whether value representations are written in it
    is_sequence: bool
    fragments: bool = False  # a sequence whose items hold bytes (compressed pixels of an icon)
    tags: set[int] = field(default_factory=set)  # public ones so far


def check(handle: BinaryIO, last: int = PIXELS[0] - 1) -> None:
    """Malformed where a file's elements do not fit into each other and into the file, nest too deep or are too many.

    handle : at any place; it is at its start after
    last : the last tag that is looked at
    """
    try:
        refuse_inflation(handle)
    except ValueError as error:
        raise Malformed(str(error)) from error
    size = handle.seek(0, io.SEEK_END)
    handle.seek(128)
    handle.seek(132 if handle.read(4) == b"DICM" else 0)
    syntax = _meta(handle, size)
    source = handle
    if syntax == DeflatedExplicitVRLittleEndian:
        source = io.BytesIO(zlib.decompressobj(-zlib.MAX_WBITS).decompress(handle.read(), MOST_INFLATED + 1))
        size = len(source.getbuffer())
    order = ">" if syntax == ExplicitVRBigEndian else "<"
    if source.tell() >= size:
        raise Malformed("nothing stands behind its file meta group: the file is cut off")
    _Walk(source, order, size, last).run(_explicit(source, syntax))
    handle.seek(0)


def _meta(handle: BinaryIO, size: int) -> str:
    """The transfer syntax, "" where there is none; the handle is at the first element after the file meta group."""
    syntax = ""
    while True:
        head = handle.read(8)
        if head[:2] != b"\x02\x00" or len(head) < 8:
            handle.seek(-len(head), io.SEEK_CUR)
            return syntax
        length = int.from_bytes(handle.read(4) if head[4:6] in LONG else head[6:8], "little")
        if handle.tell() + length > size:
            raise Malformed("it ends inside its file meta group: the file is cut off")
        if head[2:4] == b"\x10\x00":
            syntax = handle.read(min(length, 64)).rstrip(b" \0").decode("ascii", "replace")
        else:
            handle.seek(length, io.SEEK_CUR)


def _explicit(handle: BinaryIO, syntax: str) -> bool:
    if syntax:
        return syntax != ImplicitVRLittleEndian
    head = handle.read(6)
    handle.seek(-len(head), io.SEEK_CUR)
    return head[4:6].isalpha() and head[4:6].isupper()


class _Walk:
    """One pass over the elements of a file, without recursion; values are passed over."""

    def __init__(self, handle: BinaryIO, order: str, size: int, last: int) -> None:
        self.handle, self.order, self.size, self.last = handle, order, size, last
        self.head, self.long = struct.Struct(order + "HHL"), struct.Struct(order + "L")
        self.levels: list[Level] = []

    def run(self, explicit: bool) -> None:
        self.levels = [Level(self.size, self.size, explicit, False)]
        for _ in range(MOST_ELEMENTS):
            place = self.handle.tell()
            while len(self.levels) > 1 and self.levels[-1].end == place:
                self.levels.pop()
            if len(self.levels) == 1 and place + 8 > self.size:
                if self.handle.read().strip(b"\0"):  # padding is no element
                    raise Malformed("it ends inside an element: the file is cut off")
                return
            if not self._next(place):
                return
        raise Malformed(f"it has more than {MOST_ELEMENTS} elements")

    def _next(self, place: int) -> bool:
        """Over one element or into it; False behind the last that is looked at."""
        level, raw = self.levels[-1], self.handle.read(8)
        if place + 8 > level.limit:
            raise Malformed("it ends inside a sequence: the file is cut off")
        group, number, length = self.head.unpack(raw)
        tag = group << 16 | number
        if tag in (ITEM_END, SEQUENCE_END):
            self._close(level, tag, place)
        elif level.is_sequence:
            if tag != ITEM:
                raise Malformed("a sequence holds something else than items")
            inner = None if level.fragments else replace(level, is_sequence=False, tags=set())
            self._enter(place + 8, length, inner)
        elif len(self.levels) == 1 and tag > self.last:
            return False
        else:
            self._element(tag, raw, place, length)
        return True

    def _close(self, level: Level, tag: int, place: int) -> None:
        if level.end == place + 8 and level.is_sequence:  # a delimiter that its length makes superfluous
            return
        if len(self.levels) == 1 or level.end >= 0 or level.is_sequence != (tag == SEQUENCE_END):
            raise Malformed("a sequence or an item ends where none has begun")
        self.levels.pop()

    def _element(self, tag: int, raw: bytes, place: int, length: int) -> None:
        level, public = self.levels[-1], not tag >> 16 & 1
        if public and tag in level.tags:
            raise Malformed(f"the attribute {Tag(tag)} stands in it twice")
        level.tags.add(tag)
        kind, start = b"", place + 8
        if level.explicit and raw[4:6].isalpha() and raw[4:6].isupper():  # some writers change over inside sequences
            kind = raw[4:6]
            length = length >> 16 if self.order == "<" else length & 0xFFFF
            if kind in LONG:
                start, length = place + 12, int(self.long.unpack(self._four())[0])
        explicit = level.explicit and kind != b"UN"
        if length == UNDEFINED:
            inner = Level(-1, level.limit, explicit, True, kind in (b"OB", b"OW"))
        elif public and (kind == b"SQ" or (not kind and _is_sequence(tag))):
            inner = Level(start + length, start + length, explicit, True)
        else:
            inner = None
        self._enter(start, length, inner)

    def _four(self) -> bytes:
        raw = self.handle.read(4)
        if len(raw) < 4:
            raise Malformed("it ends inside an element: the file is cut off")
        return raw

    def _enter(self, start: int, length: int, inner: Level | None) -> None:
        """Into a sequence or an item, or over a value."""
        limit = self.levels[-1].limit
        if length != UNDEFINED and start + length > limit:
            raise Malformed(f"a value of {length} bytes where {max(limit - start, 0)} are left: the file is cut off")
        if inner is None:
            if length == UNDEFINED:
                raise Malformed("a fragment of pixels without a length")
            self.handle.seek(start + length)
            return
        if len(self.levels) > DEEPEST:
            raise Malformed(f"its sequences are nested more than {DEEPEST // 2} deep")
        end = -1 if length == UNDEFINED else start + length
        self.levels.append(replace(inner, end=end, limit=limit if end < 0 else end))


def _is_sequence(tag: int) -> bool:
    try:
        return dictionary_VR(Tag(tag)) == "SQ"
    except KeyError:
        return False
