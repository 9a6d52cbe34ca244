"""Excel workbooks (.xlsx) as tables, read cell by cell with openpyxl, which is an extra."""

from __future__ import annotations

import datetime
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from radioloom.errors import StudyError
from radioloom.io.user_tables.cells import Day
from radioloom.io.user_tables.records import Records

UNPACKED = 300_000_000  # bytes of a workbook's parts together
TEXT = 'save the sheet as "CSV UTF-8"'
STRICT, HEAD = b"purl.oclc.org/ooxml", 4096  # what a Strict workbook says of itself, in its first bytes
DIGITS = 15  # that Excel keeps of a number


def worksheet(place: Path, sheet: str) -> tuple[Records, tuple[str, ...]]:
    """Records of a worksheet (the first visible where `sheet` is empty), and a note where there are several.

    Numbers are text as Python writes them, dates are Days, formulas have the value that Excel computed last. Raises
    StudyError for what is no workbook, is larger than any table, or has a formula without value.
    """
    openpyxl = _openpyxl(place.name)
    _check_archive(place)
    book = _opened(openpyxl, place, data_only=True)
    shown = {each.title: each.sheet_state == "visible" for each in book.worksheets}
    visible = [name for name, seen in shown.items() if seen]
    if (sheet and sheet not in shown) or not (sheet or visible):
        book.close()
        raise StudyError(_no_sheet(place.name, sheet, list(shown)))
    chosen = sheet or visible[0]
    notes = () if sheet else _choice(place.name, chosen, visible, [name for name, seen in shown.items() if not seen])
    return _records(openpyxl, place, book, chosen), notes


def _no_sheet(name: str, sheet: str, there: list[str]) -> str:
    listed = ", ".join(map(repr, there)) or "none"
    if sheet or not there:
        return f"{name}: no worksheet{f' {sheet!r}' if sheet else ''}; there are {listed}"
    return f"{name}: every worksheet is hidden ({listed}); one is read by its name, {name}#{there[0]}"


def _choice(name: str, chosen: str, visible: list[str], hidden: list[str]) -> tuple[str, ...]:
    """The note on a worksheet that was chosen among several."""
    others = [each for each in (*visible, *hidden) if each != chosen]
    if not others:
        return ()
    which = f"the first that is not hidden ({chosen!r})" if hidden else f"the first ({chosen!r})"
    unread = f"; hidden, and not read: {', '.join(map(repr, hidden))}" if hidden else ""
    n = len(others) + 1
    return (
        f"{name}: {n} worksheets, of which {which} is read; another is read by the name {name}#{others[0]}{unread}",
    )


def _openpyxl(name: str) -> Any:
    try:
        import openpyxl
    except ImportError:
        raise StudyError(
            f"{name}: this is an Excel workbook, and openpyxl, which reads it, is not installed; run pip install "
            f"openpyxl, or {TEXT}"
        ) from None
    return openpyxl


def _check_archive(place: Path) -> None:
    """StudyError for what is no workbook that openpyxl reads whole; of a Strict one it sees no worksheet."""
    strict = False
    try:
        with zipfile.ZipFile(place) as archive:
            parts = archive.infolist()
            for part in parts:
                if part.filename == "xl/workbook.xml":
                    strict = STRICT in archive.open(part).read(HEAD)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, zlib.error):
        raise StudyError(
            f"{place.name}: this is no Excel workbook, or it is damaged; save it anew, or {TEXT}"
        ) from None
    size = sum(part.file_size for part in parts)
    if size > UNPACKED:
        raise StudyError(f"{place.name}: the workbook unpacks to {size} bytes, and {UNPACKED} are the most; {TEXT}")
    if not any(part.filename == "[Content_Types].xml" for part in parts):
        raise StudyError(f"{place.name}: this is a zip archive and no Excel workbook; save it as .xlsx, or {TEXT}")
    if strict:
        raise StudyError(
            f"{place.name}: the workbook is of the kind Strict Open XML, which is not read; save it in Excel as "
            f'"Excel Workbook (.xlsx)", or {TEXT}'
        )


def _opened(openpyxl: Any, place: Path, data_only: bool) -> Any:
    """The workbook. What openpyxl raises of a damaged one is of many kinds, of XML, of zip and of values."""
    import warnings
    from xml.etree.ElementTree import ParseError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what it leaves out: validations, pictures, extensions
            return openpyxl.load_workbook(place, read_only=True, data_only=data_only)
    except (ParseError, *DAMAGES):
        raise StudyError(f"{place.name}: the workbook is damaged; open it in Excel and save it anew") from None


DAMAGES = (
    zipfile.BadZipFile, KeyError, IndexError, ValueError, TypeError, AttributeError, OSError, EOFError,
    NotImplementedError, RuntimeError, zlib.error,
)  # fmt: skip


def _records(openpyxl: Any, place: Path, book: Any, sheet: str) -> Records:
    """Rows padded to the width of the first with any text. Where a cell is empty, it may be a formula without value."""
    width, hollow = 0, False
    with closing(book):
        for line, values in _values(place, book[sheet]):
            cells = [_text(value) for value in values]
            while cells and not cells[-1]:
                cells.pop()
            width = width or len(cells)
            hollow = hollow or len(cells) < width or "" in cells
            yield line, cells + [""] * (width - len(cells))
        if hollow:
            with closing(_opened(openpyxl, place, data_only=False)) as formulas:
                _refuse_formulas(place, formulas[sheet], book[sheet])


def _values(place: Path, sheet: Any) -> Iterator[tuple[int, tuple[Any, ...]]]:
    from xml.etree.ElementTree import ParseError

    sheet.reset_dimensions()  # what a file says of its size need not be true
    try:
        yield from enumerate(sheet.iter_rows(values_only=True), start=1)
    except (ParseError, *DAMAGES):
        raise StudyError(f"{place.name}: the workbook is damaged; open it in Excel and save it anew") from None


def _refuse_formulas(place: Path, formulas: Any, values: Any) -> None:
    both = zip(_values(place, formulas), _values(place, values), strict=True)
    for (line, written), (_, computed) in both:
        for column, (formula, value) in enumerate(zip(written, computed, strict=True), start=1):
            if value is None and formula is not None:
                raise StudyError(
                    f"{place.name}, line {line}: column {column} holds a formula whose value was never computed; open "
                    "the workbook in Excel and save it"
                )


def _text(value: Any) -> str:
    """A cell as text; a day is a Day, and a time of day is left out.

    A whole number beyond the digits that Excel keeps is written as a float, by which `ids` knows it.
    """
    if value is None:
        return ""
    if isinstance(value, datetime.datetime | datetime.date):
        return Day(f"{value:%Y-%m-%d}")
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**DIGITS:
        return str(int(value))
    if isinstance(value, int) and abs(value) >= 10**DIGITS and len(str(abs(value)).rstrip("0")) <= DIGITS:
        return str(float(value)) if abs(value) < 10**300 else str(value)
    return str(value).strip()
