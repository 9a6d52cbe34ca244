"""What an Excel workbook holds, looked over before it is read: its size in cells, the order of its rows, merged cells.

openpyxl believes what a file says: a row of the number 2,000,000,000 is as many rows, and a row that stands after a
later one is lost. So every part that it reads is parsed here first, with bounds on all that costs memory or time.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from xml.parsers import expat

from radioloom.errors import StudyError
from radioloom.io.user_tables.quoted import shown
from radioloom.io.user_tables.records import COLUMNS
from radioloom.io.user_tables.text import LINES

PART = 64_000_000  # bytes of a part that is kept whole: styles, texts of cells, names of sheets
ELEMENTS = 20_000  # of such a part
MORE = {
    "styles": 200_000,
    "sharedStrings": 1_000_000,
}  # Excel has 65,490 formats of cells
IN_CELL = 12  # elements of a cell, on average: runs of a text with their fonts
CELLS = 12_000_000  # of a worksheet, the empty ones before the last of a row too
ROW = 3  # how deep a row lies: worksheet, sheetData, row
DEPTH = 64  # elements within each other
SILENCE = 1_000_000  # bytes without an element: of one text, or of one tag
CHUNK = 1 << 16
MOST = "is larger than any that is read; keep the rows and columns that the study needs, or save the sheet as CSV UTF-8"
AGAIN = "open the workbook in Excel and save it anew"
KINDS = re.compile(rb"<(?:\w+:)?Override\b[^>]*>")
# How the values of cells are written, by their kinds; Python takes more for a number (1_000, digits of other scripts).
WRITTEN = {
    "s": (re.compile(r"[0-9]{1,9}"), "text number"),
    "n": (re.compile(r"([-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?)?"), "number"),
    "b": (re.compile(r"[01]?"), "truth value"),
}
ADDRESS = re.compile(r"([A-Za-z]{1,3})([1-9][0-9]{0,6})")


@dataclass(slots=True)
class Survey:
    """What there is to know of a worksheet before its cells are read."""

    fault: str = ""  # why its cells cannot be read for certain
    formulas: bool = False
    first: int = 0  # the first row with a value
    merged: list[str] = field(default_factory=list)  # ranges of several cells that are one, such as A2:A5


def surveys(place: Path) -> dict[str, Survey]:
    """Of each worksheet by the name of its part. Raises StudyError for what no reader should be given."""
    with zipfile.ZipFile(place) as archive:
        parts = tuple((part.filename, part.CRC, part.file_size) for part in archive.infolist())
    return _surveyed(place, parts)


@lru_cache(maxsize=8)
def _surveyed(place: Path, parts: tuple[tuple[str, int, int], ...]) -> dict[str, Survey]:
    """Of one content, told by its checksums: a study reads headers and rows of a workbook several times."""
    sheets: dict[str, Survey] = {}
    with zipfile.ZipFile(place) as archive:
        kinds = _kinds(archive, place.name)
        for name, _, size in parts:
            kind = kinds.get(name, "")
            if kind == "pivotCacheRecords":
                continue
            if kind == "worksheet":
                sheet = _Worksheet(place.name)
                sheets[name] = sheet.survey
                _parse(archive, name, sheet)
                continue
            scan = _Scan(place.name, MORE.get(kind, ELEMENTS))
            if size > PART:
                scan.refuse(f"the part {kind or 'about styles or sheets'} of the workbook {MOST}")
            _parse(archive, name, scan)
    return sheets


def _kinds(archive: zipfile.ZipFile, book: str) -> dict[str, str]:
    """What the workbook declares its parts to be; "" where it declares two things of one."""
    name = "[Content_Types].xml"
    if archive.getinfo(name).file_size > SILENCE:
        raise StudyError(f"{book}: the list of parts of the workbook {MOST}")
    kinds: dict[str, str] = {}
    for found in KINDS.findall(archive.read(name)):
        part = re.search(rb'PartName\s*=\s*["\']/?([^"\']*)', found)
        kind = re.search(rb'ContentType\s*=\s*["\'][^"\']*?(\w+)\+xml["\']', found)
        if part and kind:
            key, value = part[1].decode("utf-8", "replace"), kind[1].decode("utf-8", "replace")
            kinds[key] = value if kinds.get(key, value) == value else ""
    return kinds


def _parse(archive: zipfile.ZipFile, name: str, scan: _Scan) -> None:
    """Parse a part piece by piece. Where it is no XML (a picture), whoever reads it says so."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = scan.start, scan.end
    parser.StartDoctypeDeclHandler = scan.doctype
    parser.buffer_text = True
    scan.collect = lambda wanted: setattr(parser, "CharacterDataHandler", wanted)
    silent = 0
    with archive.open(name) as part:
        try:
            while piece := part.read(CHUNK):
                before = scan.elements
                parser.Parse(piece, False)
                silent = 0 if scan.elements > before else silent + len(piece)
                if silent > SILENCE:
                    scan.refuse(f"a cell of more than {SILENCE} characters; shorten it")
            parser.Parse(b"", True)
        except expat.ExpatError:
            return


class _Scan:
    """Bounds that hold for any part: elements, and how deep they lie within each other."""

    def __init__(self, book: str, most: int) -> None:
        self.book, self.most, self.depth, self.elements = book, most, 0, 0
        self.collect: Callable[[object], None] = lambda wanted: None

    def refuse(self, why: str) -> None:
        raise StudyError(f"{self.book}: {why}")

    def doctype(self, *_: object) -> None:
        self.refuse(f"the workbook declares entities, which no program for tables writes; {AGAIN}")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        self.depth += 1
        if self.depth > DEPTH or self.elements > self.most:
            self.beyond()

    def beyond(self) -> None:
        deep = f"the workbook is damaged (elements within {DEPTH} others); {AGAIN}"
        self.refuse(deep if self.depth > DEPTH else f"the workbook {MOST}")

    def end(self, name: str) -> None:
        self.depth -= 1


class _Worksheet(_Scan):
    """A worksheet: rows and cells in their order, each once, and not more of them than are read."""

    def __init__(self, book: str) -> None:
        super().__init__(book, 2 * CELLS)
        self.survey = Survey()
        self.row = self.column = self.cells = self.others = 0
        self.stored = self.values = 0  # rows and cells that have an element, values of cells
        self.kind = ""  # of a cell whose value is looked at; see WRITTEN
        self.value: list[str] = []
        self.space = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        self.depth += 1
        if self.depth > DEPTH or self.elements > self.most:
            self.beyond()
        space, _, local = name.rpartition(" ")
        if local == "c" and space == self.space:
            self._cell(attributes)
        elif local == "v" and space == self.space:
            self.survey.first = self.survey.first or self.row
            self.values += 1
            if self.values > self.stored:
                self._fault(f"row {self.row} has a value without a cell")
                self._other(space, local, attributes)
            if self.kind:
                self.value.clear()
                self.collect(self.value.append)
        elif local == "row" and space == self.space:
            self._row(attributes.get("r"))
        else:
            self._other(space, local, attributes)

    def _other(self, space: str, local: str, attributes: dict[str, str]) -> None:
        if self.depth == 1:
            self.space = space
        self.others += 1
        if local == "f":
            self.survey.formulas = True
        elif local == "is":
            self.survey.first = self.survey.first or self.row
        elif local == "mergeCell":
            self.survey.merged.append(attributes.get("ref", ""))
        if self.others > MORE["styles"] or self.elements > IN_CELL * self.stored + MORE["styles"]:
            self.refuse(f"the workbook {MOST}")

    def _row(self, given: str | None) -> None:
        self.stored += 1
        before, self.column, self.kind, self.others = self.row, 0, "", 0
        self.row = before + 1
        if given is not None:
            self.row = int(given) if given.isascii() and given.isdecimal() and len(given) < 12 else 0
        if self.row <= before or self.depth != ROW:
            self._fault(f"row {given} stands after row {before}")
            self.row = before + 1
        if self.row > LINES:
            self.refuse(f"a worksheet with a row {self.row} {MOST}")

    def _cell(self, attributes: dict[str, str]) -> None:
        self.stored += 1
        before, given = self.column, attributes.get("r")
        kind = attributes.get("t", "n")
        self.kind = kind if kind in WRITTEN else ""
        self.column = before + 1
        if given is not None:
            address = ADDRESS.fullmatch(given)
            self.column = _number(address[1]) if address and int(address[2]) == self.row else 0
        if self.column <= before or self.depth != ROW + 1:
            self._fault(f"the cell {(given or 'of no name')[:12]} stands in row {self.row}, after column {before}")
            self.column = before + 1
        self.cells += self.column - before
        if self.cells > CELLS or self.column > COLUMNS:
            self.refuse(f"a worksheet with more than {CELLS} cells, or {COLUMNS} columns, {MOST}")

    def _fault(self, what: str) -> None:
        self.survey.fault = self.survey.fault or what

    def end(self, name: str) -> None:
        self.depth -= 1
        if self.kind and name.endswith(" v"):
            self.collect(None)
            written, what = WRITTEN[self.kind]
            self.kind, value = "", "".join(self.value)
            if not written.fullmatch(value.strip(" \t\r\n")):
                self._fault(f"a cell of row {self.row} has the {what} {shown(value[:12])}")


@lru_cache(maxsize=20_000)
def _number(letters: str) -> int:
    """The number of a column from its letters: 28 of AB."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
