"""Read a table that a user hands in, whatever its encoding, its separator, or whether it is a workbook."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from radioloom.errors import StudyError
from radioloom.io.files import is_file, is_there
from radioloom.io.foreign import no_table
from radioloom.io.user_tables.record import Table

if TYPE_CHECKING:
    from radioloom.io.user_tables.records import Records

CELLS = 10_000_000  # of a table that is kept as text (1 GB)
VALUES = 50_000_000  # of a table that is read row by row
CHARACTERS = 25  # of a cell, on average
WORKBOOK, OLD = ".xlsx", (".xls", ".xlsb", ".xlsm", ".ods", ".numbers")
ENDINGS = (".csv", ".tsv", ".tab", ".txt", WORKBOOK)  # of files that are tables where any file could be meant


def file_of(name: str) -> str:
    """The file that `table.xlsx#Sheet` lies in; other names are files themselves."""
    return parted(name)[0]


def parted(name: str) -> tuple[str, str]:
    """File and worksheet of `table.xlsx#Sheet`; no worksheet of other names."""
    file, mark, sheet = name.rpartition("#")
    return (file, sheet) if mark and file.lower().endswith(WORKBOOK) else (name, "")


def without_first(name: str, there: Callable[[str], bool]) -> str:
    """`leave 'data/' out, 'a.csv' is there` of a path of the study that is right without its first folder; else ""."""
    first, _, rest = name.partition("/")
    return f"leave {f'{first}/'!r} out, {rest!r} is there" if rest and there(file_of(rest)) else ""


def not_below(data: Path, name: str) -> str:
    """What a message says of a path of the study that leads to nothing below the data folder, and what to do."""
    remedy = without_first(name, lambda rest: is_there(data / rest))
    return f"{name!r} is not below the data folder; {remedy or 'correct the path'}"


def read_below(data: Path, name: str) -> Table:
    """A table that the study names; StudyError as `read`, and where it is not below the data folder."""
    if not is_file(data / file_of(name)):
        raise StudyError(not_below(data, name))
    return read(data / name)


def stream(place: Path, most: int = VALUES, paths: Collection[str] = ()) -> Table:
    """A table whose rows are read while they are asked for, once.

    place : the file, or `table.xlsx#Sheet`; most : cells; paths : see `records.table`
    Raises StudyError, now or at the row, for a file that is not there or is no table, for columns without a name or
    two of one name, and for rows that do not fit the header; each with line and remedy.
    """
    from radioloom.io.user_tables.records import table

    file, sheet = parted(str(place))
    if not is_file(file):
        raise StudyError(f"{Path(file).name}: no such file; correct the path, or put the file there")
    if why := no_table(Path(file)):
        raise StudyError(f"{Path(file).name}: {why}")
    records, notes = _records(Path(file), sheet, most)
    found = table(records, Path(file).name, notes, paths)
    return Table(found.name, found.columns, _bounded(found, most), found.header, notes)


def read(place: Path, most: int = CELLS, paths: Collection[str] = ()) -> Table:
    """A table with all of its rows; see `stream`."""
    found = stream(place, most, paths)
    return Table(found.name, found.columns, list(found.rows), found.header, found.notes)


def header(place: Path) -> Table:
    """Names of columns and notes of a table; its rows are not read."""
    found = stream(place)
    return Table(found.name, found.columns, (), found.header, found.notes)


def _records(place: Path, sheet: str, most: int) -> tuple[Records, tuple[str, ...]]:
    ending = place.suffix.lower()
    if ending in OLD:
        raise StudyError(f"{place.name}: files of the kind {ending} are not read; save it as .xlsx, or as CSV UTF-8")
    if ending == WORKBOOK:
        from radioloom.io.user_tables.workbooks import worksheet

        return worksheet(place, sheet, most * CHARACTERS)
    from radioloom.io.user_tables.records import separated
    from radioloom.io.user_tables.text import lines

    return separated(lines(place, most * CHARACTERS), place)


def _bounded(table: Table, most: int) -> Iterator[tuple[int, list[str]]]:
    left = most
    for line, cells in table.rows:
        left -= len(cells)
        if left < 0:
            raise StudyError(
                f"{table.at(line)}: the table has more than {most} cells; keep the rows and columns that the study "
                "needs, or save a table of features as Parquet"
            )
        yield line, cells
