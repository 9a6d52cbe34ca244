"""What messages quote of a user's table: a patient's name or birthday in a header, a cell or a file is never told."""

import pytest

from radioloom.cli import main
from radioloom.errors import StudyError
from radioloom.io.user_tables.cells import day, number
from radioloom.io.user_tables.quoted import column, shown
from radioloom.io.user_tables.record import no_column
from radioloom.stages.learning.clinical import clinical
from radioloom.stages.tables.tabulate import feature_columns
from radioloom.study.sheet import read_sheet

SECRET = ("Mueller", "Hans", "1961", "31.12")
HEAD = "case\timage\tsegmentation"


def said(call, *arguments, **more):
    with pytest.raises(StudyError) as caught:
        call(*arguments, **more)
    text = str(caught.value)
    assert not [word for word in SECRET if word.casefold() in text.casefold()], text
    return text


@pytest.mark.parametrize(
    ("cell", "quoted"),
    [
        ("0.5", "'0.5'"), ("1,5", "'1,5'"), ("<2", "'<2'"), ("maybe", "'maybe'"), ("Yes", "'Yes'"),
        ("Mueller, Hans", "'AAAAAAA, AAAA' (A stands for a letter)"), ("12345678", "'99999999' (9 stands for a digit)"),
        ("seen 31.12.1961 by H.", "'AAAA 99.99.9999 AA A.' (A stands for a letter, 9 for a digit)"), ("1961", "'1961'"),
        ("#REF!", "'#REF!' (a formula of a spreadsheet that failed)"), ("IA", "'IA'"), ("IVB", "'IVB'"),

        ("pT2a", "'pT2a'"),
        ("#DIV/0!", "'#DIV/0!' (a formula of a spreadsheet that failed)"), ("n/d", "'n/d'"), ("nd", "'nd'"),

        ("G2", "'G2'"),
        ("IAN", "'AAA' (A stands for a letter)"), ("#Hans!", "'#AAAA!' (A stands for a letter)"), ("N1", "'N1'"),
        ("T5", "'A9' (A stands for a letter, 9 for a digit)"),
        ("1.2.61", "'9.9.99' (9 stands for a digit)"),
        ("", "''"),
    ],
)  # fmt: skip
def test_a_cell_is_quoted_where_it_is_no_name_and_no_date(cell, quoted):
    assert shown(cell) == quoted


@pytest.mark.parametrize(
    ("cell", "told"), [("#REF!", "'#REF!' .a formula"), ("n/d", "'n/d'"), ("12.61", "'99.99'"), ("Hans", "'AAAA'")]
)
def test_a_cell_that_is_no_date_is_told_as_others_and_digits_by_their_form(cell, told):
    with pytest.raises(StudyError, match=f"c.csv, line 2: {told}"):
        day(cell, "%d.%m.%Y", "c.csv, line 2")


def test_a_column_is_named_where_the_study_names_it_almost_so():
    columns = ["Case", "Mueller_Hans"]
    assert [column(columns, k, ["case"]) for k in (0, 1)] == ["column 1 ('Case')", "column 2"]
    assert "did you mean 'Last.Seen'?" in no_column("last-seen", ["a", "Last.Seen"])
    assert "did you mean column 2, which is called almost so?" in no_column("Muelle_Hans", columns)
    assert "did you mean" not in no_column("age", ["stage"])
    assert "did you mean column 2" in no_column("age", ["stage", "Age [years]"])


def test_neither_headers_nor_cells_are_told():
    columns = ["feature", "Mueller_Hans", "Schmidt_Anna"]
    ids = {"case": "id", "replicate": "", "roi": "", "modality": "", "visit": "", "patient": "", "ignore": []}
    assert "3 columns" in said(feature_columns, columns, {**ids, "features": []})
    rule = {**ids, "case": "feature", "features": "original_.*"}
    assert "no column of the table is a feature" in said(feature_columns, columns, rule)
    said(number, "Mueller Hans *31.12.1961", "t.csv, line 2")
    said(day, "Mueller 31.12.1961", "%Y-%m-%d", "t.csv, line 2")
    import pandas as pd

    frame = pd.DataFrame({"id": ["P1"], "days": ["5"], "dead": ["1, Mueller"], "sex": ["Hans"]}, dtype=object)
    mapping = {"file": "c.csv", "case": "id", "time_days": "days", "event": "dead"}
    said(clinical, frame, "train", ["P1"], mapping, {"kind": "survival"}, [])
    frame["dead"] = "1"
    said(clinical, frame, "train", ["P1"], mapping, {"kind": "survival"}, [{"sex": ["f", "m"]}])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (f"{HEAD}\tMueller_Hans\nP1\ta\tb\tc\n", "line 1, column 4: unknown; take it out."),
        (f"{HEAD}\nP1\t/x/Mueller_Hans/ct\tb\n", "is not accepted. Expected: a path below the data folder"),
        (f"{HEAD}\tmodality\nP1\ta\tb\tMueller\n", "line 2: modality 'AAAAAAA'"),
        (f"{HEAD}\tpattern\nP1\ta\tb\t(Mueller\n", "line 2: pattern: the cell is no regular expression"),
        (f"{HEAD}\treplicate\nP1\ta\tb\tMueller Hans\n", "Expected: letters, digits, _ and -, at most 64."),
        (
            "Case Image Segmentation".replace(" ", "\t") + "\nP1\ta\tb\n",
            "no column 'case'; did you mean column 1 ('Case')?",
        ),
        ("ID\tImage\tMask\nP1\ta\tb\n", "no column 'segmentation'; did you mean column 3?"),
        ("Mueller_Hans\ta\tb\nP1\ta\tb\n", "no column of a sheet; write a line with their names first"),
        (f"{HEAD}\n\ta\tb\nP 1\ta\tb\nP2\t/a\tb\n", "s.tsv: 2 other rows have a fault too"),
        (f"{HEAD}\n\ta\tb\n", "Expected: letters, digits, _ and -, with a letter or digit first, at most 64."),
    ],
)
def test_a_sheet_whose_header_or_cells_are_not_as_expected(tmp_path, content, words):
    (tmp_path / "s.tsv").write_text(content)
    assert words in said(read_sheet, tmp_path / "s.tsv", "train", "training")


@pytest.mark.parametrize("content", ["id,name\nP1,Mueller Hans 31.12.1961\n", "Mueller_Hans: 1\n", "- Mueller\n"])
def test_a_file_that_is_no_study_is_not_poured_out(tmp_path, monkeypatch, capsys, content):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clinical.csv").write_text(content)
    assert main(["check", "clinical.csv"]) == 1
    told = capsys.readouterr().err
    assert not [word for word in SECRET if word in told], told


@pytest.mark.parametrize("broken", ["GrÃ¶ÃŸe", "GrÃ¶Ã\x9fe", "Gr\ufffd\ufffde"])
def test_a_name_in_another_encoding_is_told_as_such(broken):
    told = no_column("Größe", ["case", broken])
    assert told.startswith("no column 'Größe'; column 2 seems to be it in another encoding; save the table as UTF-8")
    assert "(it seems to be 'Größe' in another encoding; save" in shown(broken, ["Alter", "Größe"])
    assert "encoding" not in no_column("Größe", ["case", "Mueller"]) + shown("Größer", ["Größe"])
    assert "encoding" not in no_column("age", ["case", "years"]) + shown("x", ["y", "?"])
