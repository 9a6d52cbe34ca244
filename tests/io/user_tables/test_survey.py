"""Workbooks that openpyxl would read wrongly, or for hours: refused before it sees them, by what is wrong."""

import pytest

from made.bounded import bounded
from made.workbooks import MAIN, ROW, book, repeated, strings, styles
from radioloom.errors import StudyError
from radioloom.io.user_tables import survey
from radioloom.io.user_tables.quoted import shown
from radioloom.io.user_tables.read import header, read


def many(block, n):
    return repeated("", block, n, "")


LONG = "a cell of more than 1000000 characters"
BOMBS = {
    "a row of a number beyond all": ({"rows": '<row r="2000000000"><c r="A2000000000"/></row>'}, "a row 2000000000 is"),
    "rows as wide as Excel": (
        {"rows": [f'<row r="{k}"><c r="XFD{k}"/></row>' for k in range(2, 9999)]},
        "12000000 cells",
    ),
    "formats": ({"formats": styles("<xf/>", 40_000_000)}, "the part styles of the workbook is larger"),
    "formats, fewer": ({"formats": styles("<xf/>", 10_000_000)}, "the workbook is larger"),
    "texts": ({"texts": strings("<si/>", 40_000_000)}, "the part sharedStrings of the workbook is larger"),
    "texts, fewer": ({"texts": strings("<si/>", 10_000_000)}, "the workbook is larger"),
    "nested texts": ({"texts": strings("<a>", 3_000_000)}, "elements within 64 others"),
    "nested cells": ({"rows": many("<c>", 3_000_000)}, "elements within 64 others"),
    "cells": ({"rows": many("<c/>", 40_000_000)}, "100000 columns"),
    "values of one cell": ({"rows": many("<v/>", 40_000_000)}, "the workbook is larger"),
    "rows": ({"rows": many("<row/>", 40_000_000)}, "a row 1100001 is"),
    "the same row": ({"rows": many('<row r="1"/>', 20_000_000)}, "a row 1100001 is"),
    "elements below the rows": ({"after": "<x/>" * 20_000_000}, "the workbook is larger"),
    "a text": ({"rows": many("aaaaaaaaaa", 20_000_000)}, LONG),
    "a comment": (
        {"rows": repeated("<!--", "aaaaaaaaaa", 20_000_000, "-->")},
        LONG,
    ),
    "entities": ({"start": '<!DOCTYPE a [<!ENTITY b "bbbb">]>'}, "declares entities"),
}


SHARED = ' t="s"><v>2</v></c>'
BOMBS |= {
    "one text in many rows": (
        {
            "texts": strings(f"<si><t>{'y' * 30_000}</t></si>", 1),
            "rows": [f'<row r="{k}"><c r="A{k}"{SHARED}<c r="B{k}"{SHARED}</row>' for k in range(2, 50_000)],
        },
        "the table is larger than any that is read",
    ),
    "one text in many columns": (
        {
            "texts": strings(f"<si><t> {'y' * 900_000}</t></si>", 1),
            "rows": repeated('<row r="2">', f"<c{SHARED}", 90_000, "</row>"),
        },
        "line 2: the table is larger than any that is read (16000000 characters in one row",
    ),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_bombs(bomb, tmp_path, root):
    parts, words = BOMBS[bomb]
    path = book(tmp_path / "t.xlsx", **parts)
    bounded("clinical", path, [words], root)


def cell(address, value, more=""):
    return f'<c r="{address}"{more}><v>{value}</v></c>'


ROW_3 = '<row r="3"><c r="A3"><v>9</v></c><c r="B3"><v>4</v></c></row>'
DISORDER = {
    "row 2 after row 3": (ROW_3 + ROW, "row 2 stands after row 3"),
    "row 2 twice": (ROW + ROW.replace("7", "8"), "row 2 stands after row 2"),
    "B2 before A2": (f'<row r="2">{cell("B2", 3)}{cell("A2", 7)}</row>', "the cell A2 stands in row 2, after column 2"),
    "A2 twice": (f'<row r="2">{cell("A2", 3)}{cell("A2", 7)}</row>', "the cell A2 stands in row 2, after column 1"),
    "a cell of another row": (f'<row r="2">{cell("A3", 3)}</row>', "the cell A3 stands in row 2"),
    "a negative row": ('<row r="-5"/>', "row -5 stands after row 1"),
    "a row within a row": (f'<row r="2">{ROW_3}</row>', "row 3 stands after row 2"),
    "a negative text": (f'<row r="2">{cell("A2", -1, " t=" + chr(34) + "s" + chr(34))}</row>', "the text number '-1'"),
}

ODD_NUMBERS = [
    "1_000",
    "\u0661\u0662",
    "\uff11",
    "1,5",
    "nan",
    "inf",
    "-Infinity",
    "0x10",
    "1e",
    "1e9999",
    "- 1",
    "1 000",
    "x",
]
KIND = ' t="{}"'
for odd in ODD_NUMBERS:
    for kind, called in (("", "number"), (KIND.format("n"), "number"), (KIND.format("b"), "truth value")):
        DISORDER[f"{odd}{kind}"] = (f'<row r="2">{cell("A2", odd, kind)}</row>', f"row 2 has the {called} {shown(odd)}")
DISORDER["a name"] = (f'<row r="2">{cell("A2", "Meyer")}</row>', "row 2 has the number 'AAAAA' (A stands for a letter)")
for odd in ("\u0661", "1_0", "", "1.0"):
    DISORDER[f"text {odd}"] = (f'<row r="2">{cell("A2", odd, KIND.format("s"))}</row>', f"the text number {shown(odd)}")


@pytest.mark.parametrize("text", ["7", "-7", "0.5", ".5", "7.", "1E+05", "1.5e-3", " 7 ", "", "0"])
def test_numbers_as_excel_writes_them_are_read(tmp_path, text):
    rows = f'<row r="2">{cell("A2", text)}{cell("B2", 1, KIND.format("b"))}</row>'
    ((_, (value, truth)),) = read(book(tmp_path / "t.xlsx", rows)).rows
    assert (float(value) if value else value) == (float(text) if text else "")
    assert truth == "True"


@pytest.mark.parametrize("name", DISORDER)
def test_rows_and_cells_out_of_their_order_are_refused(name, tmp_path):
    rows, words = DISORDER[name]
    with pytest.raises(StudyError, match=r"t.xlsx: rows or cells of its worksheet are not in their order") as error:
        read(book(tmp_path / "t.xlsx", rows))
    assert words in str(error.value)


def test_rows_in_order_with_gaps_are_read(tmp_path):
    rows = f'<row>{cell("B2", 3)}</row><row r="9"><c><v>1</v></c><c r="B9" t="s"><v> 1 </v></c></row>'
    assert list(read(book(tmp_path / "t.xlsx", rows)).rows) == [(2, ["", "3"]), (9, ["1", "x"])]


def test_merged_cells_below_the_header_are_told(tmp_path):
    merged = '<mergeCells count="2"><mergeCell ref="A1:B1"/>{}</mergeCells>'
    assert header(book(tmp_path / "t.xlsx", after=merged.format(""))).notes == ()
    (note,) = header(book(tmp_path / "t.xlsx", after=merged.format('<mergeCell ref="A2:A5"/>'))).notes
    assert note.startswith("t.xlsx: merged cells (A2:A5) have their value in the first one alone, the others are read")


def test_a_part_that_is_no_xml_is_left_to_its_reader(tmp_path):
    path = book(tmp_path / "t.xlsx", ROW[:40], texts=[f'<sst xmlns="{MAIN}">'])
    with pytest.raises(StudyError, match=r"t.xlsx: the workbook is damaged; open the workbook in Excel"):
        read(path)


def test_another_content_under_one_name_is_surveyed_anew(tmp_path):
    read(book(tmp_path / "t.xlsx", ROW))
    with pytest.raises(StudyError, match="not in their order"):
        read(book(tmp_path / "t.xlsx", ROW.replace('r="2"', 'r="1"')))
    assert survey._number("XFD") == 16384


def test_warnings_of_the_reader_are_not_shown(tmp_path, recwarn):
    dates = '<xf/><xf numFmtId="14" applyNumberFormat="1"/>'
    rows = f'<row r="2">{cell("A2", "1e12", " s=" + chr(34) + "1" + chr(34))}{cell("B2", 1)}</row>'
    assert list(read(book(tmp_path / "t.xlsx", rows, formats=styles(dates))).rows) == [(2, ["#VALUE!", "1"])]
    assert not recwarn.list
