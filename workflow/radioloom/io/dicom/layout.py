"""Check a DICOM file's layout before a general reader follows it: lengths, nesting and number of its elements.

A reader that trusts lengths returns the first half of a contour whose file was cut off, asks for 4 GB where a header
says so, and recurses as deep as a file nests. Only public sequences are entered: what vendors put into their own is
theirs, and is passed over by its length.
"""

from __future__ import annotations

import io
import struct
import zlib
from typing import BinaryIO, NamedTuple

from pydicom.datadict import dictionary_VR
from pydicom.tag import Tag
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
)

from radioloom.io.untrusted import LONG, MOST_INFLATED, refuse_inflation

DEEPEST = 80  # levels, a sequence and its item counted as two: real reports have a dozen
MOST_ELEMENTS = 1_500_000  # items and delimiters among them: a SEG of a hundred organs has a third of them
BLOCK = 2**16  # bytes that may be asked for at any place
PIXELS = (0x7FE00008, 0x7FE00009, 0x7FE00010)  # float, double, integer
SECTOR = 512  # bytes: media and tapes fill files up with zeros to a multiple of it
UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD


class Malformed(ValueError):
    """A file that is not laid out as DICOM, or an attribute that is not what it should be; the message says how.

    remedy : what to do, where it is another than with any damaged file
    """

    def __init__(self, message: str, remedy: str = "correct it, or fetch the file again"):
        super().__init__(message)
        self.remedy = remedy


class Level(NamedTuple):
    """What an element lies in: a sequence, whose children are items, or an item (or the file), whose are elements."""

    end: int  # where it ends; -1 where a delimiter ends it
    limit: int  # which no value in it goes beyond
    explicit: bool  # whether value representations are written in it
    is_sequence: bool
    fragments: bool  # a sequence whose items hold bytes (compressed pixels of an icon)
    tags: set[int]  # so far


class Bounded:
    """An open file that gives no more than it has: room is made for what is asked for, and a length can say 4 GB.

    pydicom guesses where value representations are written, and could see other lengths than `check` does.
    """

    def __init__(self, handle: BinaryIO) -> None:
        place = handle.tell()
        self.size, self.seek, self.tell = handle.seek(0, io.SEEK_END), handle.seek, handle.tell
        self.name = getattr(handle, "name", "")
        self._read = handle.read
        handle.seek(place)

    def read(self, size: int = -1) -> bytes:
        """The next bytes; Malformed where many more are wanted than there are."""
        if size > BLOCK and size > self.size - self.tell():
            raise Malformed(f"a value of {size} bytes in a file of {self.size}: the file is cut off")
        return self._read(size)


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
    explicit = _explicit(source, syntax)
    _Walk(source, order, size, last).run(explicit)
    if last >= PIXELS[-1]:
        check_behind(source, explicit, order)
    handle.seek(0)


def check_behind(handle: BinaryIO, explicit: bool, order: str = "<") -> None:
    """Malformed where something else than elements follows the pixels, behind which a file is open.

    The last pixels of an image lie there if bytes were put into it (0D before each 0A where a file was sent as text).
    A zero that makes a length even, and zeros that fill up a sector, are padding.
    """
    place, size = handle.tell(), handle.seek(0, io.SEEK_END)
    handle.seek(place)
    try:
        _Walk(handle, order, size, UNDEFINED, behind=True).run(explicit)
    except Malformed as error:
        handle.seek(place)
        padding = size - place == place % 2 or (size % SECTOR == 0 and size - place < SECTOR)
        if not padding or handle.read().strip(b"\0"):
            raise Malformed(
                f"{size - place} bytes that are no elements follow its pixels: the file has more bytes than its header "
                "says, as where some were put into it on the way"
            ) from error


def _meta(handle: BinaryIO, size: int) -> str:
    """The transfer syntax, "" where there is none; the handle is at the first element after the file meta group."""
    syntax = ""
    while True:
        head = handle.read(8)
        if head[:2] != b"\x02\x00" or len(head) < 8:
            handle.seek(-len(head), io.SEEK_CUR)
            return syntax
        long = handle.read(4) if head[4:6] in LONG else head[6:8] if _is_kind(head[4:6]) else head[4:8]
        length = int.from_bytes(long, "little")
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
    return _is_kind(head[4:6])


def _is_kind(two: bytes) -> bool:
    """Whether pydicom takes two bytes for a value representation; else it takes the element for an implicit one."""
    return b"AA" <= two <= b"ZZ"


class _Walk:
    """One pass over the elements of a file, without recursion; values are passed over."""

    def __init__(self, handle: BinaryIO, order: str, size: int, last: int, behind: bool = False) -> None:
        self.handle, self.order, self.size, self.last = handle, order, size, last
        self.behind = behind  # whether it begins behind the pixels, where tags are larger and zeros no padding
        self.before = PIXELS[-1] if behind else 0  # the tag before, of those of the file
        self.head, self.long = struct.Struct(order + "HHL"), struct.Struct(order + "L")
        self.levels: list[Level] = []

    def run(self, explicit: bool) -> None:
        self.levels = [Level(self.size, self.size, explicit, False, False, set())]
        for _ in range(MOST_ELEMENTS):
            place = self.handle.tell()
            while len(self.levels) > 1 and self.levels[-1].end == place:
                self.levels.pop()
            if len(self.levels) == 1 and self.before in PIXELS and not self.behind:
                return
            if len(self.levels) == 1 and place + 8 > self.size:
                rest = self.handle.read()
                if rest and (self.behind or rest.strip(b"\0")):  # padding is no element
                    raise Malformed("it ends inside an element: the file is cut off")
                return
            if not self._next(place):
                self.handle.seek(place)
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
            self._enter(
                place + 8, length, None if level.fragments else Level(-1, 0, level.explicit, False, False, set())
            )
        elif len(self.levels) == 1 and tag > self.last:
            return False
        elif len(self.levels) == 1 and self.behind and tag <= self.before:
            raise Malformed("its tags are not in their order")
        else:
            self.before = tag if len(self.levels) == 1 else self.before
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
        if level.explicit and _is_kind(raw[4:6]):  # some writers change over inside sequences
            kind = raw[4:6]
            length = length >> 16 if self.order == "<" else length & 0xFFFF
            if kind in LONG:
                start, length = place + 12, int(self.long.unpack(self._four())[0])
        explicit = level.explicit and kind != b"UN"
        if length == UNDEFINED:
            inner = Level(-1, 0, explicit, True, kind in (b"OB", b"OW") or tag in PIXELS, set())
        elif public and (kind == b"SQ" or (not kind and _is_sequence(tag))):
            inner = Level(-1, 0, explicit, True, False, set())
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
        self.levels.append(inner._replace(end=end, limit=limit if end < 0 else end))


def _is_sequence(tag: int) -> bool:
    try:
        return dictionary_VR(Tag(tag)) == "SQ"
    except KeyError:
        return False
