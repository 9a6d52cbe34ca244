"""A letter with an accent is one, whether its file writes it as one character (NFC) or as two (NFD)."""

import unicodedata

import pandas as pd
import pytest
import yaml

from made.many_cases import many_cases
from made.user_tables import text, workbook
from radioloom.errors import StudyError
from radioloom.io import feature_tables
from radioloom.io.patients import cases_by_patient
from radioloom.io.user_tables.read import read
from radioloom.study import load, verify

FORMS = ("NFC", "NFD")
CELLS = [["dossi\u00e9", "d\u00e9c\u00e8s"], ["M\u00fcller", "d\u00e9c\u00e9d\u00e9"], ["Br\u00fcn", "vivant"]]


def spelt(cells, form):
    return [[unicodedata.normalize(form, cell) for cell in row] for row in cells]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_headers_and_cells_are_composed_but_paths(tmp_path, form, ending):
    place = tmp_path / f"t.{ending}"
    cells = spelt(CELLS, form)
    workbook(cells, place) if ending == "xlsx" else place.write_text(text(cells, ","), encoding="utf-8")
    table = read(place)
    assert [table.columns, *(row for _, row in table.rows)] == CELLS
    as_written = read(place, paths=("dossi\u00e9",))
    assert [row for _, row in as_written.rows] == [[cells[1][0], CELLS[1][1]], [cells[2][0], CELLS[2][1]]]


def test_two_columns_of_one_name_in_two_forms(tmp_path):
    (tmp_path / "t.csv").write_text("d\u00e9,de\u0301\n1,2\n", encoding="utf-8")
    with pytest.raises(StudyError, match="columns 1 and 2 have the same name"):
        read(tmp_path / "t.csv")


@pytest.mark.parametrize("form", FORMS)
def test_tables_of_features_in_parquet(tmp_path, form):
    names, ids = spelt([["num\u00e9ro", "f1"], ["M\u00fcller"]], form)
    pd.DataFrame({names[0]: ids, names[1]: [1.5]}).to_parquet(tmp_path / "f.parquet")
    assert feature_tables.header(tmp_path, "f.parquet") == ["num\u00e9ro", "f1"]
    assert list(feature_tables.read(tmp_path, "f.parquet", ["num\u00e9ro"]).columns) == ["num\u00e9ro"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("other", FORMS)
def test_a_study_and_its_clinical_table_may_be_written_in_two_forms(tmp_path, form, other):
    bench = many_cases(tmp_path, 12, data=str(tmp_path / "data"))
    path = bench.write()
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    names = dict(
        zip(("id", "days", "dead"), *spelt([["num\u00e9ro", "dur\u00e9e", "d\u00e9c\u00e8s"]], form), strict=True)
    )
    table = bench.place / "data" / "train.csv"
    frame = pd.read_csv(table).rename(columns=names)
    frame[names["dead"]] = frame[names["dead"]].map(
        dict(enumerate(spelt([["vivant", "d\u00e9c\u00e9d\u00e9"]], form)[0]))
    )
    frame.to_csv(table, index=False)
    case, days, dead, alive, gone = spelt(
        [["num\u00e9ro", "dur\u00e9e", "d\u00e9c\u00e8s", "vivant", "d\u00e9c\u00e9d\u00e9"]], other
    )[0]
    clinical = {"case": case, "time_days": days, "event": dead, "event_values": {alive: False, gone: True}}
    content["cohorts"]["train"]["clinical"] |= clinical
    path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
    assert verify(load(content, bench.place, path), path) == []


def test_patients_by_table(tmp_path):
    (tmp_path / "p.csv").write_text("nume\u0301ro,case\nMu\u0308ller,P1\n", encoding="utf-8")
    assert cases_by_patient(tmp_path, "p.csv", "num\u00e9ro", "case") == {"M\u00fcller": "P1"}
