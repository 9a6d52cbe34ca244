"""Cells: numbers by one grammar, days in a declared form, and words that mean a gap."""

import math
import re
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from made.user_tables import READERS, text
from radioloom.errors import StudyError
from radioloom.io.user_tables.cells import NO_NUMBER, Day, day, form_fault, missing, number, numbers, plain_number

NUMBERS = ["0", "-1.5", "+2", "1e5", "1E-3", ".5", "5.", "007"]
NONE = [
    "1_000", "١٢", "1２", "0x10", "inf", "-Infinity", "1e400", "1,5", "1,200", "1.200,5", "12/03/2015", "2015-03-12",
    "1-Mar", "12.03.2015", "-", ".", "+", "e5", "1 000", "12 d", "1.5.2", "1e", "--1", "½", "1\u00a0000", "'1", "=1+1",
    "true", "#DIV/0!", "<5", "12*", "1f", "1j", "NAN(1)", "\u22121",
]  # fmt: skip
of_numbers = pytest.mark.parametrize("reader", [one for one in READERS if one.number], ids=lambda one: one.name)


@pytest.mark.parametrize("cell", NUMBERS)
def test_numbers_are_read_as_written(cell):
    assert number(cell, "") == plain_number(cell) == numbers([cell, "1"])[0] == float(cell)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_that_a_program_writes_comes_back(value):
    assert number(repr(value), "") == value


@pytest.mark.parametrize("cell", ["", *sorted(NO_NUMBER), "NA", "None", "N/A", "NaN", "#N/A"])
def test_gaps_of_numbers(cell):
    assert number(cell, "") is None
    assert np.isnan(numbers(["1", cell])[1])


@of_numbers
@pytest.mark.parametrize("cell", NONE)
def test_what_is_no_number_is_refused_by_every_reader_with_line_and_column(reader, cell, tmp_path):
    column = reader.cells[0].index(reader.number)
    cells = [[*row] for row in reader.cells]
    cells[2][column] = cell
    (tmp_path / reader.file).write_text(text(cells, ","), encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        reader.read(tmp_path / reader.file)
    told = {f"{reader.file}, line 3, column {name}: " for name in (repr(reader.number), column + 1)}
    assert any(each in str(caught.value) for each in told)  # by its number where names may be of patients
    assert "12/03" not in str(caught.value)  # days of patients are not told


@of_numbers
@pytest.mark.parametrize("cell", ["", "NA", "n/a", "NaN", "null", "None", "<NA>", "#N/A"])
def test_gaps_are_gaps_for_every_reader(reader, cell, tmp_path):
    column = reader.cells[0].index(reader.number)
    read = {}
    for name, gap in (("a", ""), ("b", cell)):
        cells = [[*row] for row in reader.cells]
        cells[2][column] = gap
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / reader.file).write_text(text(cells, ","), encoding="utf-8")
        read[name] = reader.read(tmp_path / name / reader.file)
    assert repr(read["a"]) == repr(read["b"])  # NaN is not equal to itself


def test_what_a_comma_or_a_date_is_called():
    for cell, words in (
        ("1,5", "'1,5' has a comma, of decimals or of thousands; write numbers with a point"),
        ("12/03/2015", "'99/99/9999' (9 stands for a digit) is a date where a number should be"),
        (Day("2015-03-12"), "'9999-99-99' (9 stands for a digit) is a date"),
        ("-inf", "'-inf' is not finite"),
        ("unknown", "'unknown' is no number; leave the cell empty"),
        ("x" * 99, f"'{'A' * 40} ...' (A stands for a letter) "),
    ):
        with pytest.raises(StudyError, match=re.escape(words)):
            number(cell, "t.csv, line 2")


@given(
    st.dates(date(1900, 1, 1), date(2100, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%d %b %Y", "%Y%m%d"]),
)
def test_days_come_back(value, form):
    assert day(value.strftime(form), form, "") == value
    assert day(Day(value.isoformat()), form, "") == value


@pytest.mark.parametrize("cell", ["31/12/2015", "2015-13-01", "2015-02-30", "soon", "2015", "142005"])
def test_what_is_no_day_is_refused_without_its_digits(cell):
    with pytest.raises(StudyError, match=r"c.csv, line 2: '[^']*'[^']* is (no date )?of the form '%Y-%m-%d'") as caught:
        day(cell, "%Y-%m-%d", "c.csv, line 2")
    assert ("which is 2015-12-31" in str(caught.value)) == (not cell.startswith("2015-"))
    told = str(caught.value).replace("2015-12-31 on the last day of 2015", "")
    assert cell == "soon" or cell not in told
    assert day("NA", "%Y-%m-%d", "") is None
    assert day("29.02.2016", "%d.%m.%Y", "") == date(2016, 2, 29)


@pytest.mark.parametrize("form", ["", "%Y-%m", "%d.%m.", "%H:%M", "YYYY-MM-DD", "%Q"])
def test_forms_that_are_of_no_whole_date(form):
    assert "is no form of a whole date" in form_fault(form)
    assert form_fault("%d.%m.%Y") == form_fault("%m/%d/%y") == ""


def test_numbers_name_the_first_that_is_none():
    with pytest.raises(ValueError, match="2"):
        numbers(["1", "", "x", "y"])
    assert math.isnan(numbers([""])[0])
    assert numbers([]).shape == (0,)


@pytest.mark.parametrize(
    ("cell", "form", "words"),
    [
        (
            "31.02.2011",
            "%d.%m.%Y",
            "'99.99.9999' (9 stands for a digit) is of the form '%d.%m.%Y', but no day",
        ),
        (
            "2015-13-01",
            "%Y-%m-%d",
            "'9999-99-99' (9 stands for a digit) is of the form '%Y-%m-%d', but no day",
        ),
        ("12.03.2015", "%Y-%m-%d", "'99.99.9999' (9 stands for a digit) is no date of the form '%Y-%m-%d'"),
        ("0215-01-01", "%Y-%m-%d", "is of a year before 1900 or after 2100"),
        ("2210-01-01", "%Y-%m-%d", "is of a year before 1900 or after 2100"),
        (Day("1899-12-25"), "%d.%m.%Y", "is of a year before 1900 or after 2100"),
        ("1112015", "%d%m%Y", "is no date of the form '%d%m%Y', which is 31122015"),
        ("2015111", "%Y%m%d", "is no date of the form '%Y%m%d', which is 20151231"),
    ],
)
def test_what_is_wrong_with_a_day(cell, form, words):
    with pytest.raises(StudyError) as caught:
        day(cell, form, "c.csv, line 2")
    assert words in str(caught.value)


@given(st.dates(), st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%Y%m%d"]))
def test_days_of_years_that_nobody_was_followed_in_are_refused(value, form):
    written = value.strftime(form).zfill(len(date(2015, 12, 31).strftime(form)))
    if 1900 <= value.year <= 2100:
        assert day(written, form, "") == value
    else:
        with pytest.raises(StudyError, match=r"c.csv, line 2: "):
            day(written, form, "c.csv, line 2")


@pytest.mark.parametrize("word", ["x", "X", "nd", "ND", "-", ".", "unknown", "missing"])
def test_words_that_nobody_declared_missing_are_not(word):
    """Only those of docs/user-tables.md are; in some tables `x` is a tick, and `nd` a finding."""
    assert not missing(word)
    with pytest.raises(StudyError, match="is no number"):
        number(word, "t.csv, line 2, column 'age'")
