"""Text of a table: its encoding and its lines. What is no text is refused by name, with how to save it."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from radioloom.errors import StudyError
from radioloom.io.files import BEGINNING
from radioloom.io.foreign import GZIP, in_a_table

LONGEST = 16_000_000  # characters of a line: 100,000 columns with long names
LINES = 1_100_000  # Excel has 1,048,576
SAVE = 'save the table as UTF-8 (in Excel: Save As, "CSV UTF-8")'
MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}  # byte order marks; without one a text is UTF-8


def lines(place: Path, most: int) -> Iterator[str]:
    """Lines of a text with their ends, of a .gz file too; StudyError where it is no text in UTF-8 or UTF-16.

    most : characters of the whole text
    """
    name = place.name
    try:
        with open(place, "rb") as file:
            yield from _decoded(file, name, most)
    except UnicodeDecodeError as error:
        raise StudyError(_not_text(place, error)) from None
    except (gzip.BadGzipFile, zlib.error, EOFError):
        raise StudyError(f"{name}: the compressed file is damaged or cut short; copy it again") from None


def _decoded(file: IO[bytes], name: str, most: int) -> Iterator[str]:
    raw = _unpacked(file, name)
    head = raw.read(BEGINNING)
    raw.seek(0)
    _refuse_others(head, name)
    total = 0
    with io.TextIOWrapper(raw, MARKS.get(head[:2], "utf-8-sig"), newline="") as text:
        for number in range(1, LINES + 2):
            if not (line := text.readline(LONGEST)):
                return
            if "\0" in line:
                raise StudyError(
                    f"{name}, line {number}: a NUL character, which no text has (a binary file, or UTF-16 without its "
                    f"mark); {SAVE}"
                )
            total += len(line)
            if len(line) == LONGEST or total > most or number > LINES:
                raise StudyError(
                    f"{name}, line {number}: the table is larger than any that is read ({LINES} lines, {LONGEST} "
                    f"characters in one line, {most} in all); keep the rows and columns that the study needs"
                )
            yield line.lstrip("\ufeff") if number == 1 else line  # some programs put their mark before another's


def _unpacked(file: IO[bytes], name: str) -> IO[bytes]:
    packed = file.read(2) == GZIP
    file.seek(0)
    if packed:
        return cast(IO[bytes], gzip.open(file))
    if name.lower().endswith(".gz"):
        raise StudyError(f"{name}: it is not compressed (gzip); take .gz off its name, or compress it")
    return file


def _refuse_others(head: bytes, name: str) -> None:
    if why := in_a_table(head):
        raise StudyError(f"{name}: {why}")
    if not head:
        raise StudyError(f"{name}: the file is empty; a table has a line with the names of its columns")


def _not_text(place: Path, error: UnicodeDecodeError) -> str:
    """Where the first byte is that is no UTF-8. Its line is looked for by reading the file once more."""
    if error.encoding != "utf-8":
        return f"{place.name}: the text is damaged UTF-16 ({error.reason}); {SAVE}"
    number = 1
    with open(place, "rb") as file:
        raw = _unpacked(file, place.name)
        while line := raw.readline(LONGEST):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as fault:
                before = line[: fault.start]
                number += before.count(b"\r")
                return (
                    f"{place.name}, line {number}: byte 0x{line[fault.start]:02X} after {len(before)} others is not "
                    f"UTF-8, and another encoding would have to be guessed; {SAVE}"
                )
            number += line.count(b"\n") + line.count(b"\r") - line.count(b"\r\n")
    return f"{place.name}: its last letter is cut short; {SAVE}"
