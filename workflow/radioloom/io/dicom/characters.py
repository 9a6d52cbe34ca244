"""Decode DICOM text by its SpecificCharacterSet (PS3.5, 6.1.2), so that no letter is lost and no two become one.

A byte that is no letter of its set becomes a private letter of its own (U+EF80 to U+EFFF), which can be compared and
written but says nothing; `visible` marks it in messages.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from functools import cache

from pydicom.charset import CODES_TO_ENCODINGS, python_encoding
from pydicom.dataset import Dataset
from pydicom.tag import Tag

CHARACTERS = Tag(0x00080005)  # SpecificCharacterSet
PRIVATE = 0xEF00  # added to a byte that is no letter
ESCAPE = b"\x1b"
PIECES = re.compile(rb"^[^\x1b]+|\x1b[^\x1b]*")
LONG_CODES = (b"\x1b$(", b"\x1b$)")  # escapes of four bytes; others have three
UTF8, LATIN, DEFAULT = "utf-8", "latin_1", "iso8859"  # the last is what pydicom calls no set
NAMES = {"UTF8": UTF8, "UTF-8": UTF8, "ISO_IR 192": UTF8}
LONGEST, MOST = 256, 2**16  # letters of a SpecificCharacterSet; bytes of a value that are decoded
# What ends the part of a value that an escape began: ends of lines, pages and values; in persons' names those of parts.
ENDS, ENDS_OF_PARTS = re.compile(rb"[\t\n\f\r\\]"), re.compile(rb"[\t\n\f\r\\^=]")
HIGH = {byte: chr(PRIVATE + byte) for byte in range(0x80, 0x100)}
CONTROLS = {byte: HIGH[byte] for byte in range(0x80, 0xA0)}  # C1: letters of Windows, which no set has


def _keep(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    lost = error.object[error.start : error.end]
    return "".join(chr(byte if byte < 0x80 else PRIVATE + byte) for byte in lost), error.end


codecs.register_error("radioloom.keep", _keep)


def stated(data: Dataset | Mapping[int, bytes]) -> str:
    """SpecificCharacterSet of a file or of an item; one that has none of its own inherits that of what it lies in."""
    if isinstance(data, Dataset):
        item = data._dict.get(CHARACTERS)
        found = item.value if item is not None else data.original_character_set
    else:
        found = data.get(CHARACTERS)
    if isinstance(found, bytes):
        return found.decode("ascii", "replace")
    return found if isinstance(found, str) else "\\".join(map(str, found or ()))


def decoded(value: bytes, sets: str, person: bool = False) -> str:
    """A value as text.

    sets : SpecificCharacterSet, its values joined by backslashes, or pydicom's names of them; "" where it is not given
    person : whether the value is a person's name, whose parts begin in the first set again
    Of no set, or one that is not known, text is UTF-8, as it is where a Latin set is stated and the bytes are UTF-8.
    """
    if value.isascii() and ESCAPE not in value:
        return value.decode("ascii")
    if len(value) > MOST:  # no name
        return value.decode(LATIN).translate(HIGH)
    first = _encoding(sets[:LONGEST].partition("\\")[0])
    if ESCAPE not in value or first == UTF8:
        return _plain(value, first)
    ends = ENDS_OF_PARTS if person else ENDS
    return "".join(_piece(piece, first, ends) for piece in PIECES.findall(value))


@cache
def _encoding(name: str) -> str:
    """What Python calls a set, "" of none or an unknown one; spelling counts as little as pydicom lets it count."""
    name = name.strip(" \0").upper()
    if found := re.fullmatch(r"ISO.?(?:2022.?)?IR.?(\d{1,3})", name):
        known = (python_encoding.get(f"{kind} {found[1]}") for kind in ("ISO_IR", "ISO 2022 IR"))
        name = next(filter(None, known), "").upper()
    of_pydicom = {each.upper(): each for each in python_encoding.values()}
    encoding = NAMES.get(name) or python_encoding.get(name) or of_pydicom.get(name, "")
    return NAMES.get(encoding, "" if encoding == DEFAULT else encoding)


def _plain(value: bytes, encoding: str) -> str:
    """Bytes without an escape."""
    if encoding in ("", UTF8):
        return value.decode(UTF8, "radioloom.keep")
    if encoding == LATIN:
        try:
            return value.decode(UTF8)
        except UnicodeDecodeError:
            pass
    return value.decode(encoding, "radioloom.keep").translate(CONTROLS)


def _piece(piece: bytes, first: str, ends: re.Pattern[bytes]) -> str:
    """The bytes from one escape to the next."""
    code = piece[: 4 if piece.startswith(LONG_CODES) else 3]
    encoding = CODES_TO_ENCODINGS.get(code)
    if encoding is None:  # no escape, or that of an unknown set: kept as it is
        return _plain(piece, first)
    if encoding.startswith("iso2022"):  # Python wants to see the escape
        return piece.decode(encoding, "radioloom.keep")
    content = piece[len(code) :]
    end = found.start() if (found := ends.search(content)) else len(content)
    own = LATIN if encoding == DEFAULT else encoding
    return content[:end].decode(own, "radioloom.keep").translate(CONTROLS) + _plain(content[end:], first)
