"""Lines of GEO's text files (series matrix, SOFT): tables stand between lines that begin with ! ^ or #.

The layout: https://www.ncbi.nlm.nih.gov/geo/info/soft.html
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from radioloom.errors import StudyError
from radioloom.io.user_tables.read import CHARACTERS, VALUES
from radioloom.io.user_tables.record import Table
from radioloom.io.user_tables.records import by_mark, table
from radioloom.io.user_tables.text import lines

HEADER = 50_000_000  # characters of the lines above a table
MARKS = ("!", "^", "#")


def divided(place: Path, begin: str) -> tuple[list[list[str]], Iterator[str]]:
    """Cells of the lines that begin with ! above a table, and the lines from there on, as many blank ones before them.

    begin : the line after which the table stands; one without it has it below the last line with a mark
    """
    given, above, n, characters = lines(place, VALUES * CHARACTERS), list[str](), 0, 0
    for line in given:
        if line[:1] not in MARKS and line.strip():
            return _cells(above, place), chain(["\n"] * n, [line], given)
        n += 1
        characters += len(line)
        if characters > HEADER:
            raise StudyError(f"{place.name}: more than {HEADER} characters above its table; this is no file of GEO")
        if line.lower().startswith(begin):
            return _cells(above, place), chain(["\n"] * n, given)
        above += [line] if line[:1] == "!" else []
    return _cells(above, place), chain(["\n"] * n)


def _cells(above: list[str], place: Path) -> list[list[str]]:
    try:
        return list(csv.reader(above, delimiter="\t"))
    except csv.Error:
        raise StudyError(f"{place.name}: a quote does not close above the table; download the file again") from None


def rows(place: Path, given: Iterator[str], end: str, marked: bool = True) -> Table:
    """The table of lines, to the one that begins with `end`; `marked` : StudyError where there is none."""
    return table(by_mark(_to(given, end, place.name if marked else ""), "\t", place.name), place.name, ())


def _to(given: Iterator[str], end: str, name: str) -> Iterator[str]:
    for line in given:
        if line.lower().startswith(end):
            return
        yield line
    if name:
        raise StudyError(f"{name}: its last line is not there ({end}): the file is cut short; download it again")
