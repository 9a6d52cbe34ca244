"""Tables of features on disk: the same cells from CSV, TSV, with .gz and from Parquet; faults by name."""

import gzip

import pandas as pd
import pytest

from radioloom.errors import StudyError
from radioloom.io.feature_tables import header, read
from radioloom.io.user_tables.cells import text_of
from radioloom.stages.tables.row_ids import text_of_cells

TEXT = "id,volume,note\n P1,1.50,x\nP2,,\n"


def test_every_kind_gives_the_same_cells(tmp_path):
    (tmp_path / "t.csv").write_text(TEXT, encoding="utf-8-sig")
    (tmp_path / "t.tsv").write_text(TEXT.replace(",", "\t"))
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(TEXT.encode()))
    for name in ("t.csv", "t.tsv", "t.csv.gz"):
        assert header(tmp_path, name) == ["id", "volume", "note"]
        assert read(tmp_path, name).to_dict("list") == {"id": ["P1", "P2"], "volume": ["1.50", ""], "note": ["x", ""]}
    pd.DataFrame({"id": ["P1"], "volume": [1.5]}).to_parquet(tmp_path / "t.parquet")
    assert header(tmp_path, "t.parquet") == ["id", "volume"]
    assert read(tmp_path, "t.parquet")["volume"].tolist() == [1.5]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("gone.csv", None, "'gone.csv' is not below the data folder"),
        ("t.doc", b"PK", "t.doc: a table of features is a .csv"),
        ("t.xlsx", b"PK", "t.xlsx: this is no Excel workbook, or it is damaged"),
        ("t.csv", b"id,a,a\nP1,1,2\n", "t.csv, line 1: columns 2 and 3 have the same name; give"),
        ("t.csv", "id,größe\n".encode("latin-1"), "t.csv, line 1: byte 0xF6 after 5 others is not UTF-8"),
        ("t.csv.gz", b"id,a\nP1,1\n", "t.csv.gz: it is not compressed"),
        ("t.csv", b"id,a\nP1,1\nP2,2,3,4\n", "t.csv, line 3: 4 cells where the header has 2 columns"),
        ("../t.csv", None, "leads out of the data folder"),
    ],
)
def test_faults_are_named(tmp_path, name, content, words):
    place = tmp_path / "data"
    place.mkdir()
    if content is not None:
        (place / name).write_bytes(content)
    with pytest.raises(StudyError, match=words):
        read(place, name)


def test_a_link_out_of_the_data_folder_is_refused(tmp_path):
    (tmp_path / "outside.csv").write_text(TEXT)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "t.csv").symlink_to(tmp_path / "outside.csv")
    with pytest.raises(StudyError, match="leads out of the data folder"):
        header(tmp_path / "data", "t.csv")


def test_two_columns_of_parquet_that_are_one_are_told_by_their_numbers(tmp_path):
    pd.DataFrame({"id": ["P1"], "caf\u00e9": [1.0], "x": [1.0], "cafe\u0301": [2.0]}).to_parquet(tmp_path / "t.parquet")
    with pytest.raises(StudyError, match=r"^t.parquet: columns 2 and 4 have the same name; give each column a name of"):
        header(tmp_path, "t.parquet")


def test_an_index_of_pandas_is_a_column_and_numbers_of_rows_are_none(tmp_path):
    frame = pd.DataFrame({"id": ["P1", "P2", "P3"], "volume": [1.5, 2.5, 3.5]})
    frame.set_index("id").to_parquet(tmp_path / "named.parquet")
    frame[frame["id"] != "P1"].to_parquet(tmp_path / "sifted.parquet")
    assert header(tmp_path, "named.parquet") == ["volume", "id"]
    assert header(tmp_path, "sifted.parquet") == ["id", "volume"]
    for name, ids in (("named.parquet", ["P1", "P2", "P3"]), ("sifted.parquet", ["P2", "P3"])):
        assert read(tmp_path, name)["id"].tolist() == read(tmp_path, name, ["id"])["id"].tolist() == ids
        assert read(tmp_path, name).index.tolist() == list(range(2, 2 + len(ids)))
    assert list(read(tmp_path, "sifted.parquet").columns) == ["id", "volume"]


def test_whole_numbers_of_parquet_are_as_text_has_them(tmp_path):
    (tmp_path / "t.csv").write_text("id,seen,name\n7,1,a\n9007199254740993,,b\n")
    for ids in ([7, 9007199254740993], pd.array([7, 9007199254740993], "Int64")):
        frame = pd.DataFrame({"id": ids, "seen": [1.0, None], "name": [b"a", b"b"]})
        frame.to_parquet(tmp_path / "t.parquet")
        for column in frame:
            assert text_of_cells(read(tmp_path, "t.parquet")[column]) == read(tmp_path, "t.csv")[column].tolist()
    pd.DataFrame({"id": pd.array([9007199254740993, None], "Int64")}).to_parquet(tmp_path / "gap.parquet")
    assert text_of_cells(read(tmp_path, "gap.parquet")["id"]) == ["9007199254740993", ""]
    assert [text_of(value) for value in (1.5, -0.0, 1e15, 1e300)] == ["1.5", "-0", "1000000000000000", "1e+300"]
