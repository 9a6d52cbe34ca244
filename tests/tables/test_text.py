"""What users and files write into cells: no formula, no letter that cannot be seen, and numbers as they are."""

import csv
import io
from contextlib import ExitStack

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radioloom.commands import discover
from radioloom.stages.images import single
from radioloom.study.sheet import read_sheet
from radioloom.tables import EXCLUSIONS
from radioloom.tables.text import NUMBER, UNSEEN, cell, uncell, visible, write_rows

FORMULAS = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    '=HYPERLINK("http://x")',
    "'=1",
    "''+1",
    "-",
    "+",
    "-1-1",
    "1e5=",
    "-x",
    " x",
    "=x ",
    "' x'",
    "  ",
]
UNSEEN_LETTERS = "\x00\x07\t\r\n\x1b\x7f\x85\u200b\u202e\u2066\ufeff\u2028\ud800\U000e0041"


@pytest.mark.parametrize("text", [text for text in FORMULAS if not text.startswith("1")])
def test_no_cell_begins_a_formula(text):
    assert cell(text).startswith("'")
    assert uncell(cell(text)) == text


@pytest.mark.parametrize(
    "text", ["-1", "-1.5e-7", "+3", "-inf", "nan", "-.5", "a=b", "", "a b", "'", "GTV-1", "O'Neill", "1-3", "'quoted'"]
)
def test_numbers_and_words_stay(text):
    assert cell(text) == text == uncell(text)
    assert cell(None) == ""
    assert cell(-2.5) == "-2.5"


@pytest.mark.parametrize("letter", UNSEEN_LETTERS)
def test_letters_that_cannot_be_seen_are_marked(letter):
    assert visible(f"GTV{letter}1") == f"GTV{UNSEEN}1"
    assert cell(f"{letter}=1") == f"{UNSEEN}=1"
    assert visible("Tumör 腫瘍 ورم\N{NO-BREAK SPACE}é") == "Tumör 腫瘍 ورم\N{NO-BREAK SPACE}é"


@given(st.text())
def test_every_text_is_safe_and_comes_back(text):
    made = cell(text)
    assert not made.startswith(("=", "+", "-", "@", "\t", "\r")) or NUMBER.fullmatch(made)
    assert uncell(made) == visible(text)
    assert not set(made) & set(UNSEEN_LETTERS)


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2)), st.sampled_from(",\t"))
def test_every_table_is_read_back_with_its_rows(rows, separator):
    handle = io.StringIO()
    write_rows(handle, ("=a", "b"), rows, separator)
    told = list(csv.reader(io.StringIO(handle.getvalue()), delimiter=separator))
    assert told[0] == ["'=a", "b"]
    assert [list(map(uncell, row)) for row in told[1:]] == [list(map(visible, row)) for row in rows]


def test_sheets_of_our_commands_are_read_back(tmp_path):
    sheet = tmp_path / "sheet.tsv"
    paths = [
        "=2+3/ct",
        "-scan/ct",
        "@home/ct",
        "+a/ct",
        "'=b/ct",
        "x y/ct",
        '"p7"/ct',
        'p"1/ct',
        ' p/"ct"',
        "p/ct ",
        "'p8 ",
    ]
    rows = [(f"A{n}", "1", path, path + "/rs", "", "CT") for n, path in enumerate(paths)]
    with ExitStack() as stack:
        discover._write(stack, sheet, discover.COLUMNS, rows)
    assert not any(
        each.startswith(("=", "+", "-", "@")) for line in sheet.read_text().splitlines() for each in line.split("\t")
    )
    assert [row["image"] for row in read_sheet(sheet, "train", "training")] == paths


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_tables_of_results(tmp_path, ending):
    row = {"cohort": "a", "case": "b", "replicate": "1", "roi": "tumour", "stage": "curate"}
    path = tmp_path / f"x.{ending}"
    EXCLUSIONS.write([{**row, "reason": '=cmd()\u202e\x00, "x"'}], path)
    if ending == "csv":
        assert (
            next(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))["reason"]
            == f'\'=cmd(){UNSEEN}{UNSEEN}, "x"'
        )
    else:
        assert pq.read_table(path)["reason"].to_pylist() == [f'=cmd(){UNSEEN}{UNSEEN}, "x"']


def test_features_of_one_image(tmp_path):
    row = dict.fromkeys(single.COLUMNS, "@x") | {"value": -1.5}
    single.write([row], tmp_path / "x.csv")
    told = next(csv.DictReader(io.StringIO((tmp_path / "x.csv").read_text())))
    assert (told["value"], told["family"]) == ("-1.5", "'@x")
