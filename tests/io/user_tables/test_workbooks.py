"""Excel workbooks: values and days of cells, formulas, worksheets, and what is refused."""

import datetime
import sys
import zipfile

import pytest

from made.user_tables import hidden, rewritten, strict, workbook
from radioloom.errors import StudyError
from radioloom.io.user_tables import workbooks
from radioloom.io.user_tables.cells import Day
from radioloom.io.user_tables.ids import ROUNDED
from radioloom.io.user_tables.read import file_of, header, read

ROWS = [["id", "x"], ["P1", "1"], ["P2", "2"]]


def rows(path):
    return [cells for _, cells in read(path).rows]


def test_cells_as_text(tmp_path):
    when = datetime.datetime(2015, 3, 12, 8, 30)
    cells = [7, 7.0, 0.1, 1e300, True, when, when.date(), " a ", "007", "#N/A"]
    path = workbook([[f"c{k}" for k in range(10)], cells], tmp_path / "t.xlsx")
    (read_cells,) = rows(path)
    assert read_cells == ["7", "7", "0.1", "1e+300", "True", "2015-03-12", "2015-03-12", "a", "007", "#N/A"]
    assert [isinstance(cell, Day) for cell in read_cells] == [False] * 5 + [True] * 2 + [False] * 3


def test_a_csv_in_one_column_is_refused_by_name(tmp_path):
    path = workbook([["id;x"], ["P1;1"]], tmp_path / "t.xlsx")
    with pytest.raises(StudyError, match=r"t.xlsx, line 1: all names stand in one cell, with semicolons between them"):
        read(path)
    with pytest.raises(StudyError, match=r"t.xlsx, row 2: column 2 holds text, and the row above names 1 column; "):
        read(workbook([["Table S1, patients"], *ROWS], path))


def test_lines_are_those_of_the_worksheet(tmp_path):
    path = workbook([[], ["id", "x", None], [], ["P1", 1, None], [None, None], ["P2", None]], tmp_path / "t.xlsx")
    table = read(path)
    assert table.header == 2
    assert list(table.rows) == [(4, ["P1", "1"]), (6, ["P2", ""])]
    with pytest.raises(StudyError, match=r"t.xlsx, row 3: column 3 holds text to the right of the table"):
        read(workbook([["id", "x"], ["a", 1], ["b", 2, 3]], path))


def test_what_stands_above_or_beside_the_table_of_a_worksheet_is_told(tmp_path):
    for above, said in (
        (
            ["Patients", None, None, "Outcome"],
            "row 2: column 2 has no name .*; of two rows of names keep the lower",
        ),
        (
            ["Table", "S1"],
            "row 2: column 3 holds text, and the row above names 2 columns; where that is a title",
        ),
    ):
        with pytest.raises(StudyError, match=f"t.xlsx, {said}"):
            read(workbook([above, ["id", "age", "days", "dead"], ["P1", 50, 100, 1]], tmp_path / "t.xlsx"))
    with pytest.raises(StudyError, match=r"t.xlsx, row 3: column 5 holds text to the right of the table"):
        read(workbook([["id", "x"], ["a", 1], ["b", 2, None, None, "seen"]], tmp_path / "t.xlsx"))


def test_the_first_of_several_worksheets_and_any_by_its_name(tmp_path):
    path = workbook(ROWS, tmp_path / "t.xlsx", Other=[["id", "x"], ["P9", "9"]])
    assert rows(path) == ROWS[1:]
    assert header(path).notes == (
        "t.xlsx: 2 worksheets, of which the first is read; another is read as t.xlsx#<its name>",
    )
    other = tmp_path / "t.xlsx#Other"
    assert rows(other) == [["P9", "9"]]
    assert header(other).notes == ()
    with pytest.raises(StudyError, match=r"t.xlsx: no worksheet 'Gone' among its 2; .*, or leave '#Gone' out"):
        read(tmp_path / "t.xlsx#Gone")
    assert file_of("a/t.xlsx#Other") == "a/t.xlsx"
    assert file_of("a#b/t.csv") == "a#b/t.csv"


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_worksheet_is_read_by_its_name_alone(tmp_path, state):
    path = hidden(workbook(ROWS, tmp_path / "t.xlsx", Other=[["id", "x"], ["P9", "9"]]), "Data", state=state)
    assert rows(path) == [["P9", "9"]]
    assert header(path).notes == (
        "t.xlsx: 2 worksheets, of which the first that is not hidden is read; another is read as "
        "t.xlsx#<its name>; hidden, and not read: 1",
    )
    assert rows(tmp_path / "t.xlsx#Data") == ROWS[1:]
    assert header(tmp_path / "t.xlsx#Data").notes == ()


def test_a_hidden_worksheet_behind_is_told_too(tmp_path):
    path = hidden(workbook(ROWS, tmp_path / "t.xlsx", Old=ROWS, Other=ROWS), "Old")
    assert rows(path) == ROWS[1:]
    assert header(path).notes[0].endswith("as t.xlsx#<its name>; hidden, and not read: 1")


def test_every_worksheet_is_hidden(tmp_path):
    def hide(name, content):
        return content.replace(b'state="visible"', b'state="hidden"')

    path = rewritten(workbook(ROWS, tmp_path / "t.xlsx"), hide)
    with pytest.raises(StudyError, match=r"t.xlsx: every worksheet is hidden; one is read by its name, t.xlsx#<"):
        read(path)


STORED = {  # as files have them -> whether digits are lost
    "1.2345678901234501E+17": True, "123456789012345000": True, "1234567890123450": True, "9E+15": True,
    "123456789012345600": False, "123456789012345678": False, "1234567890123456": False, "999999999999999": False,
    "9.9E+14": False,
}  # fmt: skip


@pytest.mark.parametrize("stored", STORED)
def test_numbers_beyond_the_digits_that_excel_keeps(tmp_path, stored):
    path = workbook([["a"], [7001]], tmp_path / "t.xlsx")
    ((cell,),) = rows(rewritten(path, lambda name, content: content.replace(b">7001<", f">{stored}<".encode())))
    assert float(cell) == float(stored)
    assert (ROUNDED.fullmatch(cell) is not None) == STORED[stored]


def test_strict_workbooks_are_named_with_the_remedy(tmp_path):
    path = rewritten(workbook(ROWS, tmp_path / "t.xlsx"), strict)
    for place in (path, tmp_path / "t.xlsx#Data"):
        with pytest.raises(StudyError, match=r't.xlsx: .* Strict Open XML, .*; save it in Excel as "Excel Workbook'):
            read(place)


def test_a_formula_has_the_value_that_excel_computed(tmp_path):
    path = workbook([["id", "x"], ["P1", "=1+1"]], tmp_path / "t.xlsx")  # openpyxl computes nothing
    with pytest.raises(StudyError, match=r"t.xlsx, line 2: column 2 holds a formula whose value was never computed"):
        read(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b"<v></v>", b"<v>2</v>").replace(b"<v />", b"<v>2</v>")
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert rows(path) == [["P1", "2"]]


def test_without_openpyxl_the_remedy_is_told(tmp_path, monkeypatch):
    path = workbook(ROWS, tmp_path / "t.xlsx")
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(StudyError, match=r"t.xlsx: this is an Excel workbook, and openpyxl, .* or save the sheet as"):
        read(path)


def test_a_workbook_that_unpacks_to_more_than_is_read(tmp_path, monkeypatch):
    path = workbook(ROWS, tmp_path / "t.xlsx")
    monkeypatch.setattr(workbooks, "UNPACKED", 100)
    with pytest.raises(StudyError, match=r"the workbook unpacks to \d+ bytes, and 100 are the most"):
        read(path)


@pytest.mark.parametrize("size", [b"A1:XFD1048576", b"A1:A2"])
def test_what_a_worksheet_says_of_its_size_is_not_believed(tmp_path, size):
    path = workbook(ROWS, tmp_path / "t.xlsx")
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b'ref="A1:B3"', b'ref="' + size + b'"')
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert rows(path) == ROWS[1:]


def test_signs_that_xml_cannot_hold_are_read_as_what_they_stand_for(tmp_path):
    path = workbook(
        [["id_x000D_", "event"], ["T001_x000D_", "1_x000D_"], ["a_x005F_x000D_b", "x_xZZ_"]], tmp_path / "t.xlsx"
    )
    assert header(path).columns == ["id", "event"]
    assert rows(path) == [["T001", "1"], ["a_x000D_b", "x_xZZ_"]]
