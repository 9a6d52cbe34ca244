"""Rows of a table of features that a study takes: by the words of its columns, which are not features."""

import pandas as pd
import pytest

from made.three_tables import three_tables
from radioloom.errors import StudyError
from radioloom.stages.tables.row_choice import chosen_rows
from radioloom.study import load, table_checks, verify

FRAME = pd.DataFrame(
    {"id": ["A", "A", "B", "B"], "what": ["GTV-1", "Brain", " GTV-1 ", "GTV-2"], "visit": ["1", "1", "1", "2"]},
    index=pd.Index([2, 3, 4, 5], name="line"),
)


def taken(**rows):
    return chosen_rows(FRAME, {"file": "t.csv", "rows": rows}).index.tolist()


def test_rows_by_words():
    assert taken() == [2, 3, 4, 5]
    assert taken(what=["GTV-1"]) == [2, 4]
    assert taken(what=["GTV-1", "GTV-2"], visit=[1]) == [2, 4]
    assert taken(visit=[2]) == [5]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ({"What": ["GTV-1"]}, "t.csv: no column 'What' (features.rows); did you mean 'what'?"),
        ({"what": ["GTV"]}, "t.csv: no row has GTV in the column 'what'; correct features.rows"),
    ],
)
def test_what_is_not_there(rows, words):
    with pytest.raises(StudyError) as error:
        taken(**rows)
    assert words in str(error.value)
    assert "Brain" not in str(error.value)


@pytest.mark.parametrize("large", [table_checks.LARGE, 0])  # whether the check reads the values too, or the ids alone
def test_a_study_takes_some_rows_and_no_column_of_them(tmp_path, monkeypatch, large):
    monkeypatch.setattr(table_checks, "LARGE", large)
    settings = three_tables(tmp_path)
    place = tmp_path / "train.csv"
    head, *rows = place.read_text().splitlines()
    doubled = [f"{row},{k}" for row in rows for k in (7, 8)]
    place.write_text("\n".join([f"{head},part", *doubled, ""]))
    if large:
        with pytest.raises(StudyError, match="appears in line"):
            verify(load(settings, tmp_path))
    settings["cohorts"]["train"]["features"]["rows"] = {"part": [7]}
    study = load(settings, tmp_path)
    verify(study)
    assert "part" in study.no_features("train")
    settings["cohorts"]["train"]["features"]["rows"] = {"port": [7]}
    with pytest.raises(StudyError, match=r"no column 'port' \(features.rows\)"):
        verify(load(settings, tmp_path))
