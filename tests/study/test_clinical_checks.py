"""Visits and patients as rows of a clinical table: which columns differ, where patients are named, what to do."""

import pytest
import yaml

from made.many_cases import many_cases
from radioloom.errors import StudyError
from radioloom.study import load, verify

VISITS = "visits are replicates 1, 2 ... of one case (models take 1), or a cohort of their own"


@pytest.fixture
def bench(tmp_path):
    return many_cases(tmp_path, 20, data=str(tmp_path / "data"))


def notes(bench, names, rows):
    """Notes on the clinical table of the training cohort, with these columns and rows."""
    path = bench.write()
    lines = [names, *(",".join(map(str, row)) for row in rows)]
    (bench.place / "data" / "train.csv").write_text("\n".join(lines) + "\n")
    found = verify(load(yaml.safe_load(path.read_text()), bench.place, path), path)
    return [note for note in found if note.startswith("cohort train: train.csv")]


def outcomes(bench):
    return bench.outcomes["train"]


def test_several_rows_of_a_case_say_in_which_columns_they_differ(bench):
    rows = [(*row, 1, "x") for row in outcomes(bench)]
    again = [("T00003", 99, 1, 2, "x"), ("T00004", 104, 0, 2, "x"), ("T00009", 109, 1, 1, "x")]
    assert notes(bench, "id,days,dead,visit,site", [*rows, *again]) == [
        "cohort train: train.csv: 2 cases (T00003, T00004) with several rows, which differ in column 2 ('days'), "
        f"column 4: keep the one row of a patient that has the outcome; {VISITS}"
    ]
    assert notes(bench, "id,days,dead,visit,site", rows) == []


def test_visits_of_every_case_end_the_study(bench):
    rows = [(*row, visit) for row in outcomes(bench) for visit in (1, 2)]
    with pytest.raises(StudyError) as told:
        notes(bench, "id,days,dead,visit", rows)
    assert "no case of the sheet has an outcome in column 'id'" in str(told.value)
    assert "which differ in column 4: keep the one row of a patient that has the outcome; visits are" in str(told.value)
    assert "the same names of cases" not in str(told.value)


@pytest.mark.parametrize("name", ["patient", "Patient ID"])
def test_a_column_of_patients_there_is_one_of_the_sheet(bench, name):
    rows = [(*row, f"P{k // 2 if k < 6 else k}") for k, row in enumerate(outcomes(bench))]
    rows[-2:] = [(*row[:3], "unknown") for row in rows[-2:]]
    assert notes(bench, f"id,days,dead,{name}", rows) == [
        "cohort train: train.csv: 3 groups (T00000 = T00001, T00002 = T00003, T00004 = T00005) of cases of one patient "
        f"by its column {name!r}, and the sheet takes them for several: name patients in the column `patient` of the "
        f"sheet; {VISITS}"
    ]
    for k, row in enumerate(bench.rows["train"]):
        row["patient"] = f"A{k // 2}"
    assert notes(bench, f"id,days,dead,{name}", rows) == []


def test_a_row_of_the_patient_is_none_of_its_cases(bench):
    for k, row in enumerate(bench.rows["train"]):
        row["patient"] = "A7" if k < 2 else ""
    rows = [("A7", 100, 1), *outcomes(bench)[2:]]
    assert notes(bench, "id,days,dead", rows) == [
        "cohort train: train.csv: 2 cases (T00000, T00001) without a row there, but with one of the patient whom the "
        "sheet names: write a row of each case, with its patient's outcome"
    ]
