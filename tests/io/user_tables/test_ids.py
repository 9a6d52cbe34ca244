"""Ids: what of them programs change, which are almost alike, and what names nobody, in every reader."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from made.user_tables import READERS, rewritten, text, workbook
from radioloom.errors import StudyError
from radioloom.io.user_tables.ids import FAILED, alike, almost_one, bare, nobody
from radioloom.io.user_tables.pseudonyms import is_date, no_pseudonym
from radioloom.io.user_tables.read import read
from radioloom.io.user_tables.record import no_column
from radioloom.stages.learning.clinical import clinical

# Ways in which programs write an id, by the id.
CHANGED = {
    "P2": ["p2", " P2", "P02", "P-2", "P_2", "P 2", "P.2", "P2\u200b", "\ufeffP2", "P\u00ad2", "P2\u00a0", "'P2",
           '="P2"',           '"P2"', "\u2018P2\u2019", "\uff302", "P\uff12",
           "P\u20132", "P\u22122", "P\u20112", "P2.0"],
    "77": ["0077", "77.0", "X77", "X0077", "'0077", '="0077"', "77\u200e"],
    "TCGA-05-4244": ["TCGA.05.4244", "tcga_05_4244", "TCGA\u201005\u20104244", "TCGA 05 4244", "TCGA-5-4244"],
    "M\u00fc-2": ["Mu\u0308-2", "M\u00fc.2"],
}  # fmt: skip
SPELT = [(name, other) for name, others in CHANGED.items() for other in others]
OTHERS = [("P1", "P10"), ("P1-23", "P12-3"), ("1-1", "11"), ("P2", "Q2"), ("P2.1", "P2"), ("10", "1"), ("A1B", "A1C")]
ROUNDED = ["1.23457E+17", "9.9e+17", "1,23457E+17", "1E+18", "1234567890123450.0"]
of_ids = pytest.mark.parametrize(
    ("reader", "column"),
    [(reader, column) for reader in READERS for column in reader.ids],
    ids=lambda each: getattr(each, "name", each),
)


@pytest.mark.parametrize(("name", "other"), SPELT)
def test_names_that_programs_change(name, other):
    assert bare(name) == bare(other)
    assert alike(["x", other])[bare(name)] == other
    assert list(almost_one([name, other, "x"])) == [sorted([name, other])]


@pytest.mark.parametrize(("name", "other"), OTHERS)
def test_names_of_two(name, other):
    assert bare(name) != bare(other)
    assert list(almost_one([name, other])) == []


def test_names_without_what_programs_change():
    assert bare("T-007") == bare("t 7") == bare("T_07")
    assert bare("1.0") == bare("001") == "1"
    assert alike(["g07", "x", ""])[bare("G07")] == "g07"


@given(st.text(max_size=12))
def test_any_text_has_a_bare_name(name):
    assert bare(name) == bare(f" {name}\u200b")
    assert "\u200b" not in bare(name)


def changed(reader, column, row, cell):
    cells = [[*each] for each in reader.cells]
    cells[row][cells[0].index(column)] = cell
    return cells


def read_or_refused(reader, path):
    try:
        return reader.read(path)
    except StudyError as error:
        return f"{reader.file}, line 3" in str(error)


@of_ids
@pytest.mark.parametrize("cell", ["", *sorted(FAILED), "#N/A"])
def test_who_is_nobody_for_every_reader(reader, column, cell, tmp_path):
    """An empty cell and a formula that failed are one: both are refused by their line, or of nobody."""
    read_of = {}
    for name, each in (("empty", ""), ("given", cell)):
        (tmp_path / name).mkdir(exist_ok=True)
        path = tmp_path / name / reader.file
        path.write_text(text(changed(reader, column, 2, each), ","), encoding="utf-8")
        read_of[name] = read_or_refused(reader, path)
    assert read_of["empty"] == read_of["given"]
    assert read_of["empty"] is not False
    assert nobody(cell)


@of_ids
@pytest.mark.parametrize("cell", ROUNDED)
def test_ids_that_lost_digits_are_refused_or_told_by_every_reader(reader, column, cell, tmp_path):
    path = tmp_path / reader.file
    path.write_text(text(changed(reader, column, 1, cell), "\t"), encoding="utf-8")
    if reader.name == "expression":  # a gene is told; see the tests of the matrix
        assert cell in reader.read(path)["P1"]
        return
    with pytest.raises(StudyError) as caught:
        reader.read(path)
    assert f"{reader.file}, line 2, column '{column}': " in str(caught.value)
    assert re.search("keeps 15 digits alone|is no pseudonym", str(caught.value))
    assert cell not in str(caught.value)


@pytest.mark.parametrize("stored", ["9.9000000000000102E+17", "9.9000000000000102e17", "990000000000000000"])
def test_ids_of_eighteen_digits_in_a_workbook(tmp_path, stored):
    """Excel keeps 15 of them: two patients become one, and the case is never the one that its sheet says."""
    cases = ["990000000000000101", "990000000000000102"]
    mapping = {"file": "t.xlsx", "case": "id", "time_days": "days", "event": "dead"}

    def made(*numbers):
        path = workbook([["id", "days", "dead"], [7001, 9, 1], [7002, 9, 1]], tmp_path / "t.xlsx")
        for short, long in zip((b"<v>7001<", b"<v>7002<"), numbers, strict=True):
            rewritten(
                path, lambda name, content, short=short, long=long: content.replace(short, f"<v>{long}<".encode())
            )
        return clinical(read(path).frame(), "c", cases, mapping, {"kind": "survival"}, [])

    assert [row["case"] for row in made(*cases).clinical] == cases  # a program that writes all digits has lost none
    with pytest.raises(StudyError, match=r"t.xlsx, line 2, column 'id': the id is a number of which Excel keeps"):
        made(stored, stored)


def test_a_column_that_is_almost_called_so():
    assert "did you mean 'Gro\u0308\u00dfe'? It looks the same and has other letters" in no_column(
        "Gr\u00f6\u00dfe", ["Gro\u0308\u00dfe"]
    )
    assert "did you mean 'id\\u200b'?" in no_column("id", ["id\u200b", "x"])
    assert "did you mean 'Last.Seen'? The first line" in no_column("last-seen", ["a", "Last.Seen"])


def test_letters_that_no_pseudonym_has_are_named():
    assert no_pseudonym("P\u20132\u200b").endswith("at most 64; it holds: zero width space, en dash)")
    assert no_pseudonym("J\u00fcrgen Doe").endswith("at most 64)")  # what is seen may be a name


@pytest.mark.parametrize("text", ["1950-03-10", "10-3-1950", "12_31_2001", "10-Mar-1950"])
def test_a_date_is_no_pseudonym_and_is_not_quoted(text):
    assert is_date(text)
    assert no_pseudonym(text).startswith("no pseudonym but a date")
    assert text not in no_pseudonym(text)


@pytest.mark.parametrize("text", ["12-05-0001", "1001-01-01", "12345678", "1950-13-10", "TCGA-05-4244", "12-ABC-2010"])
def test_ids_of_numbers_that_are_no_day_are_pseudonyms(text):
    assert no_pseudonym(text) == ""
