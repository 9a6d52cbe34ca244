"""Tables refuse what they do not declare, on write and on read, and are byte-equal."""

import pandas as pd
import pytest

from radioloom.errors import StudyError
from radioloom.tables import EXCLUSIONS, RELIABILITY, TABLES, provenance_of

ROWS = [
    {"cohort": "b", "case": "2", "replicate": "1", "stage": "curate", "reason": "slice missing"},
    {"cohort": "a", "case": "1", "replicate": "1", "stage": "segment", "reason": "empty mask"},
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
        ([*ROWS, ROWS[0]], "EXCLUSIONS: more than one row for b/2/1/curate"),
        ([{**ROWS[0], "reason": None}], "EXCLUSIONS.reason: empty in b/2/1/curate"),
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
