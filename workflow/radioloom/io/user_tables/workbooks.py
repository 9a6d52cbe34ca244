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
from radioloom.io.user_tables.records import Records
from radioloom.io.user_tables.survey import AGAIN, Survey, surveys

AT_ONCE = 64  # rows
UNPACKED = 300_000_000  # bytes of a workbook's parts together
TEXT = 'save the sheet as "CSV UTF-8"'


def worksheet(place: Path, sheet: str) -> tuple[Records, tuple[str, ...]]:
    """Records of a worksheet (the first where `sheet` is empty), and a note where there are several to choose from.

    Numbers are text as Python writes them, dates are Days, formulas have the value that Excel computed last. Raises
    StudyError for what is no workbook, is larger than any table, or has a formula without value.
    """
    openpyxl = _openpyxl(place.name)
    _check_size(place)
    with _damages(place):
        known = surveys(place)
    book = _opened(openpyxl, place, data_only=True)
    names = [each.title for each in book.worksheets]
    if not names or (sheet and sheet not in names):
        book.close()
        raise StudyError(f"{place.name}: no worksheet {sheet!r}; there are {', '.join(map(repr, names)) or 'none'}")
    chosen = sheet or names[0]
    notes = (
        (f"{place.name}: {len(names)} worksheets, of which the first ({chosen!r}) is read; another is read by the name "
         f"{place.name}#{names[1]}",)
        if len(names) > 1 and not sheet else ()
    )  # fmt: skip
    survey = known.get(book[chosen]._worksheet_path.lstrip("/"), Survey())
    if survey.fault:
        book.close()
        raise StudyError(
            f"{place.name}: rows or cells of the worksheet {chosen!r} are not in their order ({survey.fault}); {AGAIN}"
        )
    return _records(openpyxl, place, book, chosen, survey.formulas), (*notes, *_merged(place.name, survey))


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


def _openpyxl(name: str) -> Any:
    try:
        import openpyxl
    except ImportError:
        raise StudyError(
            f"{name}: this is an Excel workbook, and openpyxl, which reads it, is not installed; run pip install "
            f"openpyxl, or {TEXT}"
        ) from None
    return openpyxl


def _check_size(place: Path) -> None:
    none = f"this is no Excel workbook, or it is damaged; save it anew, or {TEXT}"
    with _damages(place, none), zipfile.ZipFile(place) as archive:
        parts = archive.infolist()
    size = sum(part.file_size for part in parts)
    if size > UNPACKED:
        raise StudyError(f"{place.name}: the workbook unpacks to {size} bytes, and {UNPACKED} are the most; {TEXT}")
    if not any(part.filename == "[Content_Types].xml" for part in parts):
        raise StudyError(f"{place.name}: this is a zip archive and no Excel workbook; save it as .xlsx, or {TEXT}")


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


def _records(openpyxl: Any, place: Path, book: Any, sheet: str, formulas: bool) -> Records:
    """Rows padded to the width of the first with any text.

    formulas : whether there are any; where a cell is empty, it may be one without value
    """
    width, hollow = 0, False
    with closing(book):
        for line, values in _values(place, book[sheet]):
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
    """A cell as text; a day is a Day, and a time of day is left out."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime | datetime.date):
        return Day(f"{value:%Y-%m-%d}")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value).strip()
