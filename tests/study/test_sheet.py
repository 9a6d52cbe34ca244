"""Cohort sheets: columns, rows and cells that are at fault, each with its line."""

import pytest

from radioloom.errors import StudyError
from radioloom.study.sheet import read_sheet

HEAD = "case\timage\tsegmentation\tpattern\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("case\timge\tsegmentation\nP\ta\tb\n", r"s.tsv, line 1: no column 'image'; did you mean column 2\?"),
        ("case\timage\nP\ta\n", "s.tsv, line 1: no column 'segmentation'; add it. It is the RTSTRUCT or SEG or label"),
        ("modality\t" + HEAD + "PET\tP1\ta\tb\t\n", r"s.tsv, line 2: modality 'PET' is not known; did you mean 'PT'\?"),
        ("modality\t" + HEAD + "NM\tP1\ta\tb\t\n", "s.tsv, line 2: modality 'NM' is not known; Known: CT, PT, MR$"),
        (
            "prefer\t" + HEAD + "big\tP1\ta\tb\t\n",
            "'AAA' .*is not accepted. Allowed: most_slices, thinnest, or nothing.",
        ),
        (
            "prefer\t" + HEAD + "THINNEST\tP1\ta\tb\t\n",
            r"accepted. Did you mean 'thinnest'\? Allowed: most_slices",
        ),
        (
            "case\timage\tsegmentation\tlabel\nP\ta\tb\t1\n",
            "line 1, column 4: unknown; did you mean 'pattern'",
        ),
        ("Case\timage\tsegmentation\nP\ta\tb\n", r"no column 'case'; did you mean column 1 \('Case'\)\?"),
        ("\tcase\timage\tsegmentation\n1\tP\ta\tb\n", r"s.tsv, line 1, column 1: unknown"),
        (HEAD, "s.tsv: no case in the sheet of cohort train"),
        (HEAD + "P1\ta\tb\t(\n", r"s.tsv, line 2: pattern: the cell is no regular expression"),
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


@pytest.mark.parametrize(("word", "wanted"), [("pt", "PT"), (" Ct", "CT"), ("MR", "MR"), ("", "")])
def test_a_modality_in_letters_of_any_case(tmp_path, word, wanted):
    (tmp_path / "s.tsv").write_text(f"modality\t{HEAD}{word}\tP1\ta\tb\t\n", encoding="utf-8")
    assert read_sheet(tmp_path / "s.tsv", "train", "training")[0]["modality"] == wanted


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


@pytest.mark.parametrize("column", ["case", "patient", "replicate"])
def test_a_date_is_refused_by_its_line_and_not_shown(tmp_path, column):
    row = {"case": "P1", "patient": "P1", "image": "a", "segmentation": "b", "replicate": "1"} | {column: "1950-03-10"}
    (tmp_path / "s.tsv").write_text("\n".join("\t".join(each) for each in (row, row.values())), encoding="utf-8")
    with pytest.raises(StudyError, match=f"s.tsv, line 2, column '{column}': the cell is .*a date") as caught:
        read_sheet(tmp_path / "s.tsv", "train", "training")
    assert "1950" not in str(caught.value)


def test_patients_may_be_named_nowhere(tmp_path):
    (tmp_path / "s.tsv").write_text("case\tpatient\timage\tsegmentation\nP1\t\ta\tb\n")
    assert read_sheet(tmp_path / "s.tsv", "train", "training")[0]["patient"] == ""


UNKNOWN = [
    "unknown",
    "Unknown",
    "n/a",
    "N.A.",
    "NA",
    "?",
    "-",
    "--",
    "none",
    "anonymous",
    "ANON",
    "not_known",
    "unbekannt",
]


def sheet_of(tmp_path, *patients):
    rows = "".join(f"P{k}\t{name}\ta{k}\tb{k}\n" for k, name in enumerate(patients))
    (tmp_path / "s.tsv").write_text(f"case\tpatient\timage\tsegmentation\n{rows}")
    return read_sheet(tmp_path / "s.tsv", "train", "training")


@pytest.mark.parametrize("cell", UNKNOWN)
def test_a_word_for_an_unknown_patient_is_no_patient(tmp_path, cell):
    with pytest.raises(StudyError) as caught:
        sheet_of(tmp_path, "H7", cell, cell)
    assert str(caught.value) == (
        f"s.tsv, line 3, column 'patient': {cell!r} names no patient, and all cases that have it would be one "
        "person's; leave the cell empty, and the case is a patient of its own"
    )


def test_zeros_are_no_patient_where_several_cases_have_them(tmp_path):
    with pytest.raises(StudyError, match=r"line 2, column 'patient': '0000' names no patient.*in all 2 cases$"):
        sheet_of(tmp_path, "0000", "H7", "0000")
    assert [row["patient"] for row in sheet_of(tmp_path, "000", "001", "001")] == ["000", "001", "001"]


@pytest.mark.parametrize("cell", ["x", "nd", "NN7", "nano", "Noname2", "anon1", "unk-7", "0001"])
def test_other_words_are_patients(tmp_path, cell):
    """What is no word for an unknown one in any trial's forms names a patient; `x` and `nd` too."""
    assert sheet_of(tmp_path, cell, cell)[0]["patient"] == cell
