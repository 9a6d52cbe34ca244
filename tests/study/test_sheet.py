"""Cohort sheets: columns, rows and cells that are at fault, each with its line."""

import pytest

from radioloom.errors import StudyError
from radioloom.study.sheet import read_sheet

HEAD = "case\timage\tsegmentation\tpattern\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("case\timge\tsegmentation\nP\ta\tb\n", r"s.tsv, line 1: no column 'image'; did you mean 'imge'\?"),
        ("case\timge\tsegmentation\nP\ta\tb\n", r"s.tsv, line 1, column 'imge': unknown; did you mean 'image'\?"),
        ("Case\timage\tsegmentation\nP\ta\tb\n", r"column 'Case': unknown; did you mean 'case'\?"),
        ("\tcase\timage\tsegmentation\n1\tP\ta\tb\n", r"s.tsv, line 1, column '': unknown"),
        (HEAD, "s.tsv: no case in the sheet of cohort train"),
        (HEAD + "P1\ta\tb\t(\n", r"s.tsv, line 2: pattern: '\(' is no regular expression"),
        (HEAD + f"P1\t{'x' * 256}/ct\tb\t\n", "s.tsv, line 2: image: a name of more than 255 bytes"),
        (HEAD + "P1\tD:\\data\\ct\tb\t\n", r"s.tsv, line 2: image: a path with a backslash; write / between folders"),
        (HEAD + f"P1\ta\t{'ü' * 128}\t\n", "s.tsv, line 2: segmentation: a name of more than 255 bytes"),
        (HEAD + "\n\t\t\t\nP1\ta\tb\t\nP 2\ta\tb\t\n", "s.tsv, line 5, column 'case': the cell is no pseudonym"),
        (HEAD + "P1\ta\tb\t\n\nP1\tc\td\t\n", "s.tsv, line 4: case P1, replicate 1, roi tumour appears in line 2"),
    ],
)
def test_faults(tmp_path, text, words):
    (tmp_path / "s.tsv").write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match=words):
        read_sheet(tmp_path / "s.tsv", "train", "training")


def test_names_of_files_as_long_as_they_may_be(tmp_path):
    (tmp_path / "s.tsv").write_text(f"{HEAD}P1\t{'x' * 255}/{'y' * 255}\tb\t\n")
    assert read_sheet(tmp_path / "s.tsv", "train", "training")[0]["image"].endswith("y")


def test_lines_of_tabs_that_a_spreadsheet_leaves_are_no_cases(tmp_path):
    (tmp_path / "s.tsv").write_text(f"{HEAD}P1\ta\tb\t\n\t\t\t\n\t\t\t\n")
    assert [row["case"] for row in read_sheet(tmp_path / "s.tsv", "train", "training")] == ["P1"]


@pytest.mark.parametrize("column", ["case", "patient"])
@pytest.mark.parametrize(
    "cell", ["Jane Doe", "Müller", "D'Arc", "12/03/1950", "H77\u200b", "x" * 65, "-7", "#N/A", "9.9E+17", "'=x"]
)
def test_what_stands_in_place_of_a_pseudonym_is_never_shown(tmp_path, column, cell):
    row = {"case": "P1", "patient": "P1"} | {column: cell}
    text = f"case\tpatient\timage\tsegmentation\n{row['case']}\t{row['patient']}\ta\tb\n"
    (tmp_path / "s.tsv").write_text(text, encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        read_sheet(tmp_path / "s.tsv", "train", "training")
    message = str(caught.value)
    where = f"s.tsv, line 2, column '{column}': "
    start = f"{where}the cell is no pseudonym (letters, digits, _ and -, at most 64"
    if cell == "9.9E+17":
        start = f"{where}the id is a number of which Excel keeps 15 digits alone"
    assert message.startswith(start)
    assert cell not in message.removeprefix(start)
    assert ("zero width space" in message) == ("\u200b" in cell)


def test_patients_may_be_named_nowhere(tmp_path):
    (tmp_path / "s.tsv").write_text("case\tpatient\timage\tsegmentation\nP1\t\ta\tb\n")
    assert read_sheet(tmp_path / "s.tsv", "train", "training")[0]["patient"] == ""
