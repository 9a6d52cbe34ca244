"""Records of a text table: what separates its cells, quotes, and rows that do not fit their header."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

from radioloom.errors import StudyError
from radioloom.io.user_tables.ids import composed
from radioloom.io.user_tables.record import Table
from radioloom.tables.text import uncell

Records = Iterator[tuple[int, list[str]]]  # first line, cells without blanks around them
MARKS = {"\t": "tabs", ",": "commas", ";": "semicolons"}
PIPE = {"|": "pipes"}  # which stand in names and cells too: they divide where no other mark does
RULE = re.compile(r"[\s|+:=-]*[-=]{2}[\s|+:=-]*$")  # a line of a table that is drawn for the eye
COLUMNS = 100_000
SAMPLE = 50, 1_000_000  # lines, characters that separators are told by
DECLARED = re.compile(r'"?sep=([\t,;|])"?[\t,;|]*\s*', re.IGNORECASE)  # Excel's own first line
NOTE = re.compile(r"[*#\u2020\u2021\u00a7(\[]|(note|source|abbreviation|legend|total)s?\b|\S+ +\S+ +\S+", re.IGNORECASE)
# Formats that have lines above the header, by how their first cell begins.
FORMATS = (
    (re.compile(r"#1\.[23]$"), "a GCT file: take out the lines above the one with NAME (or id) and Description"),
    (re.compile(r"[!^](series|sample|database|platform|dataset|subset|annotation)", re.IGNORECASE),
     "a series matrix or SOFT file of GEO: take out every line that begins with ! or ^, so that the header (ID_REF) is "
     "the first line and a value the last"),
)  # fmt: skip


def separated(lines: Iterator[str], place: Path) -> tuple[Records, tuple[str, ...]]:
    """Records of the lines of a table, and a note where another mark separates them than its ending says."""
    sample: list[str] = []
    for line in lines:
        sample.append(line)
        if len(sample) >= SAMPLE[0] or sum(map(len, sample)) > SAMPLE[1]:
            break
    first = next((k for k, line in enumerate(sample) if line.strip()), 0)
    declared = DECLARED.fullmatch(sample[first]) if sample else None
    if declared:
        sample[first] = "\n"  # a line without text is passed over, and those below keep their numbers
    endings = [suffix.lower() for suffix in place.suffixes]
    expected = "\t" if ".tsv" in endings or ".tab" in endings else ","
    mark = declared[1] if declared else _separator(sample, expected, place.name)
    by = (MARKS | PIPE)[mark]
    notes = () if mark == expected else (f"{place.name}: its cells are separated by {by}, and read so",)
    return by_mark(chain(sample, lines), mark, place.name), notes


def _separator(sample: list[str], expected: str, name: str) -> str:
    """The mark that cuts header and first rows into as many cells; StudyError where two do it equally well."""
    header = next((line for line in sample if line.strip()), "")
    _refuse_formats(re.split(r"[\t,;]", header)[0].strip('" \r\n'), f"{name}, line 1")
    present = [mark for mark in MARKS if mark in header]
    _refuse_drawn(header, sample, f"{name}, line 1")
    if "|" in header and (not present or _width(sample, "|") > 1 >= max(_width(sample, mark) for mark in present)):
        return "|"
    if below := _mark_of_rows(sample, present):
        return below  # by which the first line is one cell, and a misfit
    if not present:
        _refuse_blanks(sample, f"{name}, line 1", MARKS[expected])
    if len(present) < 2:
        return present[0] if present else expected
    widths = {mark: width for mark in present if (width := _width(sample, mark)) > 1}
    best = [mark for mark in widths if widths[mark] == max(widths.values())]
    if len(best) == 1 or expected in best:
        return best[0] if len(best) == 1 else expected
    if expected in present:
        return expected
    raise StudyError(
        f"{name}, line 1: its cells may be separated by {' or by '.join(MARKS[mark] for mark in best or present)}; "
        f"save it with {MARKS[expected]}"
    )


def _refuse_drawn(header: str, sample: list[str], where: str) -> None:
    framed = "|" in header and (header.strip()[0] == header.strip()[-1] == "|" or any(map(RULE.match, sample)))
    if framed or RULE.match(header):
        raise StudyError(f"{where}: this is a table drawn for the eye (Markdown, or psql's); save it as CSV UTF-8")


def _mark_of_rows(sample: list[str], present: list[str]) -> str:
    """The mark that cuts all rows into as many cells and is not in the header, whose own do not; "" for none.

    present : marks of the header, which is a title then
    """
    header, *rows = [line for line in sample if line.strip()] or [""]
    if len(header.split()) < 2 or not rows or any(_width(sample, mark) > 1 for mark in present):
        return ""
    return next((mark for mark in MARKS if mark not in present and _width(rows, mark) > 1), "")


def _refuse_blanks(sample: list[str], where: str, expected: str) -> None:
    """StudyError where blanks divide cells: empty ones leave no trace."""
    header, *rows = [line for line in sample if line.strip()] or [""]
    if len(header.split()) > 1 and rows and 2 * sum(len(row.split()) > 1 for row in rows) >= len(rows):
        raise StudyError(
            f"{where}: its cells are separated by blanks (or columns of fixed width), by which empty cells cannot be "
            f"told; save it with {expected} (in R: write.csv with row.names=FALSE)"
        )


def _width(sample: list[str], mark: str) -> int:
    """Cells of the header, where all rows have as many (or as many more, empty ones); else 0."""
    try:
        rows = [row for row in csv.reader(sample, delimiter=mark) if any(map(str.strip, row))]
    except csv.Error:
        return 0
    width = len(rows[0])
    whole = rows if len(sample) < SAMPLE[0] else rows[:-1]  # the last may go on below the sample
    return (
        width
        if all(len(row) == width or not any(row[width:]) for row in whole if len(row) >= width)
        and not any(len(row) < width for row in whole)
        else 0
    )


def by_mark(lines: Iterable[str], mark: str, name: str) -> Records:
    """Records of lines whose cells are separated by a mark; StudyError where quotes do not pair."""
    reader = csv.reader(lines, delimiter=mark, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise StudyError(f"{name}, line {line}: {_fault(str(error))}") from None
        yield line, list(map(str.strip, cells))


def _fault(error: str) -> str:
    """What the parser complains of, in words."""
    if "limit" in error:
        return (
            f'a cell of more than {csv.field_size_limit()} characters; shorten it, or close the quote (") that opens '
            "in "
            "this row"
        )
    if "end of data" in error:
        return 'a quote (") opens in this row and does not close; close it, or take it out'
    return 'a quote (") closes in the middle of a cell; write a quote inside a quoted cell twice (""), or take it out'


def table(records: Records, name: str, notes: tuple[str, ...], paths: Collection[str] = ()) -> Table:
    """The table of records: names from the first that has any text, then rows of as many cells.

    paths : columns whose cells name files, and stay letter by letter; all other text is composed (NFC), so that an
        accent is one whatever program wrote it
    A column without name or text (a separator at the end of each line) is left out, and never shifts another; cells
    that our own tables escape, because a spreadsheet would compute them, are as they were. Raises
    StudyError for two columns of one name, a nameless one with text, and a row of more or fewer cells than the header.
    """
    records = ((line, [uncell(each) if each[:1] == "'" else each for each in cells]) for line, cells in records)
    header, names = next(((line, cells) for line, cells in records if any(cells)), (0, []))
    names = list(map(composed, names))
    if not names:
        raise StudyError(f"{name}: there is no line with any text; a table has a line with the names of its columns")
    _refuse_formats(names[0], f"{name}, line {header}")
    if len(names) > COLUMNS:
        raise StudyError(
            f"{name}, line {header}: {len(names)} columns, and {COLUMNS} are the most; are rows and columns swapped?"
        )
    for column, n in Counter(names).items():
        if n > 1 and column:
            first, second = [k for k, each in enumerate(names, start=1) if each == column][:2]
            raise StudyError(
                f"{name}, line {header}: columns {first} and {second} have the same name; give each column "
                "a name of its own"
            )
    kept = [k for k, each in enumerate(names) if each or k == 0]
    as_written = {k for k, each in enumerate(names) if each in paths}
    unit = "row" if name.lower().endswith(".xlsx") else "line"
    rows = _composed(_rows(records, f"{name}, {unit}", names, kept), {kept.index(k) for k in as_written})
    leading = list(islice(rows, 1))  # of a header that is none, its misfit says more than the columns that it lacks
    if len(names) == 1 and (held := [by for mark, by in (MARKS | PIPE).items() if mark in names[0]]):
        raise StudyError(
            f"{name}, line {header}: all names stand in one cell, with {held[0]} between them; take the quotes around "
            "whole lines away, or divide the column (in Excel: Data, Text to Columns)"
        )
    return Table(name, [names[k] for k in kept], chain(leading, rows), header, notes)


def _composed(rows: Records, as_written: Collection[int]) -> Records:
    for line, cells in rows:
        plain = all(map(str.isascii, cells))
        yield line, cells if plain else [each if k in as_written else composed(each) for k, each in enumerate(cells)]


def _refuse_formats(cell: str, where: str) -> None:
    """StudyError that names the format whose lines these are."""
    for start, what in FORMATS if cell[:1] in ("#", "!", "^") else ():
        if start.match(cell):
            raise StudyError(f"{where}: this is {what}")


def _rows(records: Records, where: str, names: list[str], kept: list[int]) -> Records:
    width, extra, read = len(names), None, 0
    nameless = [k for k in range(width) if k and not names[k]]
    for line, cells in records:
        if not any(cells):
            continue
        _refuse_formats(cells[0], f"{where} {line}")
        if extra is None:
            extra = 0 if any(cells[width:]) else max(len(cells) - width, 0)  # a separator at the end of every row
        if len(cells) != width + extra or any(cells[width:]):
            told = _beside(cells, names, not read) if where.endswith("row") else _ragged(cells, width + extra, names)
            raise StudyError(f"{where} {line}: {told}")
        for k in nameless:
            if cells[k]:
                if len(nameless) == width - 1:
                    raise StudyError(
                        f"{where} {line}: it has more cells than the first line with text, which has text in its first "
                        "column alone; take out lines above the header"
                    )
                lower = "" if read else "; of two rows of names keep the lower alone"
                raise StudyError(
                    f"{where} {line}: column {k + 1} has no name and holds text; name it in the header, or take it out"
                    f"{lower}"
                )
        read += 1
        yield line, cells[:width] if len(kept) == width else [cells[k] for k in kept]


def _beside(cells: list[str], names: list[str], first: bool) -> str:
    """What is wrong with a row of a worksheet that goes on to the right of its header, and what to do."""
    beyond = next(k for k, cell in enumerate(cells) if cell and k >= len(names))
    n = f"{len(names)} column{'s' * (len(names) > 1)}"
    if first:
        return (
            f"column {beyond + 1} holds text, and the row above names {n}; where that is a title, or one of two "
            "rows of names, take it out, so that the first row with text names every column"
        )
    return f"column {beyond + 1} holds text to the right of the table, which has {n}; delete it, or name its column"


def _ragged(cells: list[str], width: int, names: list[str]) -> str:
    n = len(cells)
    if len(names) == 1:
        return (
            f"{n} cells, and the header has one; take out lines above the header, or separate its "
            "names by tabs, commas or semicolons"
        )
    if n > width:
        remedy = "put cells that hold the separator in quotes; R's write.table needs col.names=NA"
    elif NOTE.match(cells[0]):
        remedy = "this looks like a note below the table: take it out"
    else:
        remedy = "write the empty cells too"
    return f"{n} cells where the header has {width} columns; {remedy}"
