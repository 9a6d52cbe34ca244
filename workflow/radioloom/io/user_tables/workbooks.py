"""Excel workbooks (.xlsx) as tables, read cell by cell with openpyxl, which is an extra."""

from __future__ import annotations

import datetime
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from radioloom.errors import StudyError
from radioloom.failures import is_of_the_machine
from radioloom.io.user_tables.cells import Day
from radioloom.io.user_tables.quoted import meant_column
from radioloom.io.user_tables.records import Records
from radioloom.io.user_tables.survey import AGAIN, Survey, surveys
from radioloom.io.user_tables.text import LONGEST

AT_ONCE = 64  # rows
UNPACKED = 300_000_000  # bytes of a workbook's parts together
TEXT = 'save the sheet as "CSV UTF-8"'
STRICT, HEAD = b"purl.oclc.org/ooxml", 4096  # what a Strict workbook says of itself, in its first bytes
DIGITS = 15  # that Excel keeps of a number


def worksheet(place: Path, sheet: str, most: int) -> tuple[Records, tuple[str, ...]]:
    """Records of a worksheet (the first visible where `sheet` is empty), and a note where there are several.

    most : characters of all cells, of which a text that many share counts in each
    Numbers are text as Python writes them, dates are Days, formulas have the value that Excel computed last. Raises
    StudyError for what is no workbook, is larger than any table, or has a formula without value.
    """
    openpyxl = _openpyxl(place.name)
    _check_archive(place)
    with _damages(place):
        known = surveys(place)
    book = _opened(openpyxl, place, data_only=True)
    shown = {each.title: each.sheet_state == "visible" for each in book.worksheets}
    visible = [name for name, seen in shown.items() if seen]
    if (sheet and sheet not in shown) or not (sheet or visible):
        book.close()
        raise StudyError(_no_sheet(place.name, sheet, list(shown)))
    chosen = sheet or visible[0]
    notes = () if sheet else _choice(place.name, chosen, visible, [name for name, seen in shown.items() if not seen])
    survey = known.get(book[chosen]._worksheet_path.lstrip("/"), Survey())
    if survey.fault:
        book.close()
        raise StudyError(
            f"{place.name}: rows or cells of its worksheet are not in their order, or hold what Excel does "
            f"not write ({survey.fault}); {AGAIN}"
        )
    return _records(openpyxl, place, book, (chosen, most), survey.formulas), (*notes, *_merged(place.name, survey))


def _merged(name: str, survey: Survey) -> tuple[str, ...]:
    """A note where cells below the header are merged: all but the first of them are empty."""
    ends = {each: re.findall(r"\d+", each) for each in survey.merged}
    below = [each for each, rows in ends.items() if rows and int(rows[-1]) > survey.first]
    if not below:
        return ()
    more = ", ..." if below[3:] else ""
    return (
        f"{name}: merged cells ({', '.join(each[:20] for each in below[:3])}{more}) have their value in the first one "
        "alone, the others are read as missing; unmerge them, and fill them in",
    )


def _no_sheet(name: str, sheet: str, there: list[str]) -> str:
    if sheet or not there:
        hint = meant_column(sheet, there).replace("column", "worksheet")
        hint = hint or f"correct its name, or leave {f'#{sheet}'!r} out, and the first one is read"
        return f"{name}: no worksheet{f' {sheet!r}' if sheet else ''} among its {len(there)}; {hint}"
    return f"{name}: every worksheet is hidden; one is read by its name, {name}#<name of the worksheet>"


def _choice(name: str, chosen: str, visible: list[str], hidden: list[str]) -> tuple[str, ...]:
    """The note on a worksheet that was chosen among several."""
    others = [each for each in (*visible, *hidden) if each != chosen]
    if not others:
        return ()
    which = "the first that is not hidden" if hidden else "the first"
    unread = f"; hidden, and not read: {len(hidden)}" if hidden else ""
    n = len(others) + 1
    return (f"{name}: {n} worksheets, of which {which} is read; another is read as {name}#<its name>{unread}",)


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
    strict, none = False, f"this is no Excel workbook, or it is damaged; save it anew, or {TEXT}"
    with _damages(place, none), zipfile.ZipFile(place) as archive:
        parts = archive.infolist()
        for part in parts:
            if part.filename == "xl/workbook.xml":
                strict = STRICT in archive.open(part).read(HEAD)
    size = sum(part.file_size for part in parts)
    if size > UNPACKED:
        raise StudyError(f"{place.name}: the workbook unpacks to {size} bytes, and {UNPACKED} are the most; {TEXT}")
    names = {part.filename for part in parts}
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise StudyError(f"{place.name}: this is a zip archive and no Excel workbook; save it as .xlsx, or {TEXT}")
    if strict:
        raise StudyError(
            f"{place.name}: the workbook is of the kind Strict Open XML, which is not read; save it in Excel as "
            f'"Excel Workbook (.xlsx)", or {TEXT}'
        )


def _opened(openpyxl: Any, place: Path, data_only: bool) -> Any:
    with _damages(place):
        return openpyxl.load_workbook(place, read_only=True, data_only=data_only, keep_links=False)


DAMAGES = (
    zipfile.BadZipFile, KeyError, IndexError, ValueError, TypeError, AttributeError, OSError, EOFError,
    NotImplementedError, RuntimeError, SyntaxError, zlib.error,
)  # fmt: skip


@contextmanager
def _damages(place: Path, why: str = f"the workbook is damaged; {AGAIN}") -> Iterator[None]:
    """StudyError for what openpyxl raises of a damaged workbook, which is of many kinds: of XML, of zip and of values.

    A machine that cannot read passes on; warnings of what is left out (validations, pictures, extensions) do not.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except DAMAGES as error:  # XML's ParseError is a SyntaxError
            for each in (error, error.__context__):  # zipfile says of a disk that does not answer that it is no zip
                if each is not None and is_of_the_machine(each):
                    raise each from None
            raise StudyError(f"{place.name}: {why}") from None


def _records(openpyxl: Any, place: Path, book: Any, of: tuple[str, int], formulas: bool) -> Records:
    """Rows padded to the width of the first with any text.

    of : name of the worksheet, and how many characters it may have
    formulas : whether there are any; where a cell is empty, it may be one without value
    """
    (sheet, most), total = of, 0
    width, hollow = 0, False
    with closing(book):
        for line, values in _values(place, book[sheet]):
            long = sum(len(value) for value in values if isinstance(value, str))
            total += long
            if long >= LONGEST or total > most:
                raise StudyError(
                    f"{place.name}, line {line}: the table is larger than any that is read ({LONGEST} characters in "
                    f"one row, {most} in all); keep the rows and columns that the study needs"
                )
            cells = [_text(value) for value in values]
            while cells and not cells[-1]:
                cells.pop()
            width = width or len(cells)
            hollow = hollow or len(cells) < width or "" in cells
            yield line, cells + [""] * (width - len(cells))
        if hollow and formulas:
            with closing(_opened(openpyxl, place, data_only=False)) as written:
                _refuse_formulas(place, written[sheet], book[sheet])


def _values(place: Path, sheet: Any) -> Iterator[tuple[int, tuple[Any, ...]]]:
    sheet.reset_dimensions()  # what a file says of its size need not be true
    rows = enumerate(sheet.iter_rows(values_only=True), start=1)
    some: list[tuple[int, tuple[Any, ...]]] = [(0, ())]
    while some:
        with _damages(place):  # not while rows are handed out: what their reader raises or warns of is its own affair
            some = list(islice(rows, AT_ONCE))
        yield from some


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
    """A cell as text; a day is a Day, and a time of day is left out; `_x000D_` is the sign that it stands for.

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
    text = str(value)
    if "_x" in text:  # as files have signs that XML cannot hold (ECMA-376, ST_Xstring)
        from openpyxl.utils.escape import unescape

        text = unescape(text)
    return text.strip()
