"""The same variants and malformations of a table, fed to every reader of users' tables.

Each ends in the values of the sound table, or in an error of ours that names the file, and the line where there is one.
"""

import csv
import zipfile

import pytest

from made.user_tables import READERS, hidden, packed, rewritten, strict, text, workbook
from radioloom.errors import StudyError
from radioloom.io.user_tables.records import separated

MARK = {".tsv": "\t", ".csv": ","}
each_reader = pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)


def mark_of(reader):
    return MARK[reader.file[-4:]]


def plain(reader):
    return text(reader.cells, mark_of(reader))


def sound(reader, place):
    path = place / reader.file
    path.write_text(plain(reader), encoding="utf-8")
    values = reader.read(path)
    path.unlink()
    return values


def lines(reader, change):
    """The text with each line changed."""
    return "".join(f"{change(k, line)}\n" for k, line in enumerate(plain(reader).splitlines()))


def with_blanks(reader):
    return text([[f" {cell}\u00a0" for cell in row] for row in reader.cells], mark_of(reader))


def with_column(reader, name, value, at=None):
    at = len(reader.cells[0]) if at is None else at
    cells = [[*row[:at], name if k == 0 else value, *row[at:]] for k, row in enumerate(reader.cells)]
    return text(cells, mark_of(reader))


def tabs(reader):
    return text(reader.cells, "\t")


def turned(reader):
    return text([row[::-1] for row in reader.cells], mark_of(reader))


def named_rows(reader):
    """As R writes a table: names in quotes, and one cell more in each row than in the header."""
    rows = [[f'"{cell}"' for cell in ([str(k), *row] if k else row)] for k, row in enumerate(reader.cells)]
    return "".join(" ".join(row) + "\n" for row in rows)


def drawn(reader, between, *, frame=("", ""), rule="", above=False, empty=False):
    """A table as programs draw it for the eye."""
    cells = [[*row[:-1], ""] if empty and k == len(reader.cells) - 1 else row for k, row in enumerate(reader.cells)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    rows = [between.join(c.ljust(w) for c, w in zip(row, widths, strict=True)) for row in cells]
    line = [rule.join("-" * w for w in widths)] if rule else []
    return "".join(f"{frame[0]}{row}{frame[1]}\n" for row in [*(line if above else []), rows[0], *line, *rows[1:]])


# What users' programs write of one table; all of them say the same.
VARIANTS = {
    "byte order mark": lambda r: b"\xef\xbb\xbf" + plain(r).encode(),
    "UTF-16, little endian": lambda r: b"\xff\xfe" + plain(r).encode("utf-16-le"),
    "UTF-16, big endian": lambda r: b"\xfe\xff" + plain(r).encode("utf-16-be"),
    "lines of Windows": lambda r: plain(r).replace("\n", "\r\n"),
    "lines of old Macs": lambda r: plain(r).replace("\n", "\r"),
    "no end of the last line": lambda r: plain(r).rstrip("\n"),
    "blank lines at the end": lambda r: plain(r) + "\n\n  \n",
    "blank lines between": lambda r: plain(r).replace("\n", "\n\n"),
    "blank lines above": lambda r: "\n\n" + plain(r),
    "a line of separators at the end": lambda r: plain(r) + mark_of(r) * (len(r.cells[0]) - 1) + "\n",
    "a separator at the end of every line": lambda r: lines(r, lambda k, line: line + mark_of(r)),
    "three separators at the end of every line": lambda r: lines(r, lambda k, line: line + 3 * mark_of(r)),
    "a separator at the end of every row": lambda r: lines(r, lambda k, line: line + (mark_of(r) if k else "")),
    "an empty column in the middle": lambda r: with_column(r, "", "", 1),
    "tabs": tabs,
    "commas": lambda r: text(r.cells, ","),
    "semicolons": lambda r: text(r.cells, ";"),
    "pipes": lambda r: text(r.cells, "|"),
    "quotes around every cell": lambda r: text(r.cells, mark_of(r), csv.QUOTE_ALL),
    "blanks around cells and names": with_blanks,
    "columns in another order": turned,
    "byte order mark twice": lambda r: b"\xef\xbb\xbf" * 2 + plain(r).encode(),
    "byte order mark twice, UTF-16": lambda r: b"\xff\xfe" * 2 + plain(r).encode("utf-16-le"),
    "Excel's line of the separator": lambda r: f"sep={mark_of(r)}\n{plain(r)}",
    "Excel's line of the separator, semicolons": lambda r: "sep=;\r\n" + text(r.cells, ";"),
    "Excel's line of the separator, saved once more": lambda r: '"SEP=,",,\n' + text(r.cells, ","),
    "Excel's line of the separator, below a mark": lambda r: b"\xff\xfe" + f"sep=\t\n{tabs(r)}".encode("utf-16-le"),
    "compressed under its name": lambda r: packed(plain(r).encode()),
}


@each_reader
@pytest.mark.parametrize("name", VARIANTS)
def test_variants_say_the_same(reader, name, tmp_path):
    expected = sound(reader, tmp_path)
    made = VARIANTS[name](reader)
    path = tmp_path / reader.file
    path.write_bytes(made if isinstance(made, bytes) else made.encode())
    if name == "columns in another order":
        assert sorted(map(str, reader.read(path))) == sorted(map(str, expected))
    else:
        assert reader.read(path) == expected


@each_reader
@pytest.mark.parametrize("name", ["t.csv.gz", "t.tsv.gz", "t.txt", "t.xlsx", "typed.xlsx", "hidden.xlsx"])
def test_other_kinds_of_file_say_the_same(reader, name, tmp_path):
    expected = sound(reader, tmp_path)
    path = tmp_path / name
    if name.endswith("gz"):
        path.write_bytes(packed(plain(reader).encode()))
    elif name.endswith("txt"):
        path.write_text(plain(reader))
    elif name == "hidden.xlsx":
        old = [reader.cells[0], *([f"{cell}9" for cell in row] for row in reader.cells[1:])]
        hidden(workbook(old, path, Shown=reader.cells), "Data")
    else:
        workbook(reader.cells, path, typed=name.startswith("typed"))
    assert reader.read(path) == expected


def broken(reader, k, n, change):
    """The text with one cell of row k changed after it was written."""
    rows = plain(reader).splitlines()
    cells = rows[k].split(mark_of(reader))
    cells[n] = change(cells[n])
    rows[k] = mark_of(reader).join(cells)
    return "\n".join(rows) + "\n"


def misspelt(reader, change):
    head = [change(reader.cells[0][0]), *reader.cells[0][1:]]
    return text([head, *reader.cells[1:]], mark_of(reader))


def archive(tmp_path):
    with zipfile.ZipFile(tmp_path / "zip", "w") as made:
        made.writestr("readme.txt", "no workbook")
    return (tmp_path / "zip").read_bytes()


def wide(n):
    return lambda r: text([[*row, *(f"c{k}" for k in range(n))] for row in r.cells], mark_of(r))


PIPES = {  # text -> its first line cut into cells
    "case|age (years, now)|event\nA1|5|0\n": ["case", "age (years, now)", "event"],
    "|case|age\n1|A1|5\n2|A2|\n": ["", "case", "age"],
    "case,a|b\nA1,5\n": ["case", "a|b"],
    "case,a|b|c|d\nA1,1|2|3|4\n": ["case", "a|b|c|d"],
    "case\ta|b;c\nA1\t1|2\n": ["case", "a|b;c"],
    "case,a|b\nA1,5,6\n": ["case", "a|b"],  # whose row does not fit
}


@pytest.mark.parametrize("content", PIPES)
def test_pipes_divide_where_no_other_mark_does(tmp_path, content):
    records, _ = separated(iter(content.splitlines(keepends=True)), tmp_path / "t.csv")
    assert next(records)[1] == PIPES[content]


# What is no table, with words of the message; `{}` in them is the last line of the sound table.
MALFORMED = {
    "empty": (lambda r: b"", "the file is empty"),
    "blank": (lambda r: b"\n \n\n", "there is no line with any text"),
    "Latin-1": (lambda r: broken(r, 1, 0, lambda c: c + "ü").encode("latin-1"), "line 2: byte 0xFC after"),
    "Latin-1 in the last line": (
        lambda r: broken(r, -1, -1, lambda c: c + "ü").encode("cp1252"),
        "line {}: byte 0xFC after",
    ),
    "UTF-8 cut in a letter": (lambda r: plain(r).rstrip("\n").encode() + "ü".encode()[:1], "is not UTF-8"),
    "UTF-16 without its mark": (lambda r: plain(r).encode("utf-16-le"), "line 1: a NUL character"),
    "UTF-16 cut short": (lambda r: b"\xff\xfe" + plain(r).encode("utf-16-le")[:-1], "damaged UTF-16"),
    "UTF-32": (lambda r: plain(r).encode("utf-32"), "NUL"),
    "NUL in a cell": (lambda r: broken(r, 1, 0, lambda c: c + "\0").encode(), "line 2: a NUL character"),
    "workbook named CSV": (lambda r: b"PK\x03\x04" + bytes(99), "this is an Excel workbook"),
    "old workbook": (lambda r: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "an Excel workbook of before 2007"),
    "web page": (lambda r: b"\n<html><table><tr><td>case</td></tr></table></html>", "a web page or an XML document"),
    "PDF": (lambda r: b"%PDF-1.7\n", "a PDF document"),
    "Parquet": (lambda r: b"PAR1" + bytes(99), "a Parquet file"),
    "RTF": (lambda r: b"{\\rtf1 case}", "a text document (RTF)"),
    "gzip cut short": (lambda r: packed(plain(r).encode() + b"\n" * 99_999)[:-20], "damaged or cut short"),
    "gzip damaged": (lambda r: packed(plain(r).encode())[:12] + b"\xff" * 40, "damaged or cut short"),
    "column twice": (lambda r: with_column(r, r.cells[0][1], "1"), "have the same name; give each"),
    "column twice but for blanks": (lambda r: with_column(r, f"{r.cells[0][1]} ", "1"), "have the same name; give"),
    "column without name": (lambda r: with_column(r, "", "1"), "has no name and holds text"),
    "row one short": (lambda r: plain(r).rstrip("\n").rpartition(mark_of(r))[0], "line {}: {n} cells where the header"),
    "a note below": (lambda r: plain(r) + "Note: two hospitals\n", "looks like a note below the table: take it out"),
    "row one long": (lambda r: plain(r).rstrip("\n") + mark_of(r) + "x", "line {}: {m} cells where the header has"),
    "separator at the end of one row": (lambda r: plain(r).rstrip("\n") + mark_of(r), "line {}: {m} cells where"),
    "header one short": (
        lambda r: text([r.cells[0][1:], *r.cells[1:]], mark_of(r)),
        "line 2: {w} cells",
    ),
    "a title above": (lambda r: "Table S1\n" + plain(r), "cells, and the header has one; take out"),
    "a title with a comma above": (lambda r: "Table S1, all\n" + tabs(r), "cells, and the header has one; take out"),
    "a title of one word above": (lambda r: "Patients\n" + plain(r), "cells, and the header has one; take out"),
    "a padded title above": (
        lambda r: "Table S1" + mark_of(r) * (len(r.cells[0]) - 1) + "\n" + plain(r),
        "has text in its first column alone; take out lines above the header",
    ),
    "quote that does not close": (lambda r: broken(r, 1, 0, lambda c: '"' + c), "line 2: a quote"),
    "quote that closes in a cell": (lambda r: broken(r, 1, 0, lambda c: f'"{c}" x'), "line 2: a quote"),
    "cell beyond any length": (lambda r: broken(r, 1, 0, lambda c: "x" * 131_073), "more than 131072 characters"),
    "quote that closes far below": (
        lambda r: broken(r, 1, 0, lambda c: '"' + c) + "x\n" * 90_000 + '"\n',
        "line 2: a cell of more than 131072 characters",
    ),
    "100,001 columns": (wide(100_001), "are rows and columns swapped?"),
    "1,000,000 columns": (wide(1_000_000), "are rows and columns swapped?"),
    "one line of 20 million letters": (lambda r: b"x" * 20_000_000, "larger than any that is read"),
    "needed column misspelt": (lambda r: misspelt(r, lambda name: f"{name}x"), "no column"),
    "needed column in capitals": (lambda r: misspelt(r, str.upper), "no column"),
    "a GCT file": (lambda r: "#1.2\n2\t3\n" + tabs(r), "line 1: this is a GCT file: take out the lines above"),
    "a GCT file, saved by Excel": (lambda r: "#1.3,,\n2,3,\n" + plain(r), "line 1: this is a GCT file"),
    "a series matrix of GEO": (lambda r: f'!Series_title\t"a, b; c"\n\n{tabs(r)}', "line 1: this is a series matrix"),
    "a SOFT file of GEO": (lambda r: f"^DATABASE = GeoMiame\n!Database_name = x\n{tabs(r)}", "a series matrix or SOFT"),
    "the end of a series matrix": (lambda r: plain(r) + "!series_matrix_table_end\n", "line {+}: this is a series"),
    "separated by blanks": (lambda r: text(r.cells, " "), "line 1: its cells are separated by blanks"),
    "R's write.table": (named_rows, "line 1: its cells are separated by blanks"),
    "fixed width": (lambda r: drawn(r, "  "), "line 1: its cells are separated by blanks"),
    "fixed width, empty cells": (lambda r: drawn(r, "  ", empty=True), "line 1: its cells are separated by blanks"),
    "fixed width, rules": (lambda r: drawn(r, "  ", rule=" "), "line 1: its cells are separated by blanks"),
    "quotes around whole lines": (lambda r: lines(r, lambda k, line: f'"{line}"'), "all names stand in one cell"),
    "psql": (lambda r: drawn(r, " | ", rule="+"), "line 1: this is a table drawn for the eye"),
    "Markdown": (lambda r: drawn(r, " | ", frame=("| ", " |"), rule="|"), "line 1: this is a table drawn for the eye"),
    "MySQL": (lambda r: drawn(r, " | ", frame=("+ ", " +"), rule="+", above=True), "line 1: this is a table drawn for"),
    "reStructuredText": (lambda r: drawn(r, "  ", rule=" ", above=True), "line 1: this is a table drawn for the eye"),
}  # fmt: skip
OF_EXPRESSION = {  # what is no table elsewhere is a format of matrices, and malformed as that
    "Parquet": "the Parquet file is damaged",
    "a GCT file": "columns, and line 2 says",
    "a GCT file, saved by Excel": "a GCT file says here how many genes and samples it has",
    "a series matrix of GEO": "its last line is not there (!series_matrix_table_end)",
}


@each_reader
@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_tables_are_refused_by_name(reader, name, tmp_path):
    make, words = MALFORMED[name]
    words = OF_EXPRESSION.get(name, words) if reader.name == "expression" else words
    made = make(reader)
    path = tmp_path / reader.file
    path.write_bytes(made if isinstance(made, bytes) else made.encode())
    with pytest.raises(StudyError) as caught:
        reader.read(path)
    width = len(reader.cells[0])
    expected = (
        words.replace("{}", str(len(reader.cells)))
        .replace("{+}", str(len(reader.cells) + 1))
        .replace("{w}", str(width))
        .replace("{n}", str(width - 1))
        .replace("{m}", str(width + 1))
    )
    assert expected in str(caught.value)
    assert reader.file in str(caught.value)
    assert len(str(caught.value)) < 1000


@each_reader
@pytest.mark.parametrize(
    ("name", "make", "words"),
    [
        ("t.xlsx", lambda r, p: b"", "this is no Excel workbook"),
        ("t.xlsx", lambda r, p: plain(r).encode(), "this is no Excel workbook"),
        ("t.xlsx", lambda r, p: b"\xd0\xcf\x11\xe0" + bytes(99), "this is no Excel workbook"),
        ("t.xlsx", lambda r, p: archive(p), "a zip archive and no Excel workbook"),
        ("t.xlsx", lambda r, p: rewritten(workbook(r.cells, p / "s"), strict).read_bytes(), "kind Strict Open XML"),
        ("t.csv.gz", lambda r, p: plain(r).encode(), "it is not compressed"),
    ],
)
def test_files_that_are_not_what_they_are_called(reader, name, make, words, tmp_path):
    (tmp_path / name).write_bytes(make(reader, tmp_path))
    with pytest.raises(StudyError, match=words) as caught:
        reader.read(tmp_path / name)
    assert name in str(caught.value)


@each_reader
@pytest.mark.parametrize("name", ["t.xls", "t.ods"])
def test_kinds_that_are_not_read(reader, name, tmp_path):
    (tmp_path / name).write_bytes(b"\xd0\xcf\x11\xe0" + bytes(99))
    with pytest.raises(StudyError, match=rf"{name}: (files of the kind|a table of features is)"):
        reader.read(tmp_path / name)


@each_reader
def test_files_that_are_not_there(reader, tmp_path):
    (tmp_path / "folder.csv").mkdir()
    for name in ("gone.csv", "folder.csv", "gone.xlsx#Sheet", "x" * 300 + ".csv", "a\0b.csv"):
        with pytest.raises(StudyError, match=r"no such file|not there|not below|leads out"):
            reader.read(tmp_path / name)
