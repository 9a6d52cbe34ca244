"""Tables refuse what they do not declare, on write and on read, and are byte-equal."""

import pandas as pd
import pytest

from radioloom.errors import StudyError
from radioloom.tables import EXCLUSIONS, RELIABILITY, TABLES, by_name, first_replicates, provenance_of, wide

ROWS = [
    {"cohort": "b", "case": "2", "replicate": "1", "roi": "tumour", "stage": "curate", "reason": "slice missing"},
    {"cohort": "a", "case": "1", "replicate": "1", "roi": "tumour", "stage": "segment", "reason": "empty mask"},
]


def test_written_read_sorted(tmp_path):
    EXCLUSIONS.write(ROWS, tmp_path / "x.parquet", code="abc")
    frame = EXCLUSIONS.read(tmp_path / "x.parquet")
    assert list(frame["cohort"]) == ["a", "b"]
    assert provenance_of(tmp_path / "x.parquet") == {"table": "EXCLUSIONS", "code": "abc"}


def test_order_of_rows_does_not_reach_the_file(tmp_path):
    EXCLUSIONS.write(ROWS, tmp_path / "x.parquet")
    EXCLUSIONS.write(ROWS[::-1], tmp_path / "y.parquet")
    assert (tmp_path / "x.parquet").read_bytes() == (tmp_path / "y.parquet").read_bytes()


def test_empty_tables_keep_their_columns(tmp_path):
    EXCLUSIONS.write([], tmp_path / "x.parquet")
    EXCLUSIONS.write(ROWS, tmp_path / "y.parquet")
    assert len(EXCLUSIONS.read(tmp_path / "x.parquet", tmp_path / "y.parquet")) == 2
    assert list(EXCLUSIONS.read(tmp_path / "x.parquet")) == [column.name for column in EXCLUSIONS.columns]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([*ROWS, ROWS[0]], "EXCLUSIONS: more than one row for b/2/1/tumour/curate"),
        ([{**ROWS[0], "reason": None}], "EXCLUSIONS.reason: empty in b/2/1/tumour/curate"),
        ([{**ROWS[0], "patient": "x"}], "'patient'.* are not declared"),
        ([{"cohort": "a"}], "are missing"),
    ],
)
def test_faults_name_table_column_and_key(rows, words, tmp_path):
    with pytest.raises(StudyError, match=words):
        EXCLUSIONS.write(rows, tmp_path / "x.parquet")
    assert not list(tmp_path.iterdir())


def test_a_table_that_is_not_this_table_is_refused(tmp_path):
    EXCLUSIONS.write(ROWS, tmp_path / "x.parquet")
    with pytest.raises(StudyError, match="RELIABILITY"):
        RELIABILITY.read(tmp_path / "x.parquet")


def test_every_column_has_a_meaning():
    for table in TABLES:
        assert set(table.key) <= {column.name for column in table.columns}
        assert all(column.meaning for column in table.columns)
    assert pd.Series([table.name for table in TABLES]).is_unique


def test_a_table_by_its_name_or_that_of_its_file():
    assert [by_name(table.name) for table in TABLES] == list(TABLES)
    assert by_name("exclusions") is EXCLUSIONS
    with pytest.raises(StudyError, match="no table is called 'exclusion'; declared are cases, masks"):
        by_name("exclusion")


def test_the_first_replicate_as_one_row_per_case():
    rows = pd.DataFrame(
        [("b", "2", "1", "y", 4.0), ("b", "2", "1", "x", 3.0), ("a", "1", "1", "x", 1.0), ("a", "1", "2", "x", 9.0)],
        columns=["cohort", "case", "replicate", "feature_id", "value"],
    )
    assert list(first_replicates(rows)["value"]) == [4, 3, 1]
    table = wide(rows)
    assert list(table.index) == [("a", "1"), ("b", "2")]
    assert list(table.columns) == ["x", "y"]
    assert table.fillna(0).to_numpy().tolist() == [[1, 0], [3, 4]]
