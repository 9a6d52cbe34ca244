"""A disk that does not answer, rights or memory that are wanting are told as such, and never as a fault of the file."""

import builtins
import errno
import gzip
import io

import pandas as pd
import pytest
from openpyxl.reader import excel
from pyarrow import parquet

from made.user_tables import READERS, packed, text, workbook
from radioloom.errors import StudyError
from radioloom.failures import in_words, is_of_the_machine
from radioloom.io import feature_tables
from radioloom.io.user_tables import survey

ERRORS = {
    "EIO": OSError(errno.EIO, "Input/output error"),
    "EACCES": PermissionError(errno.EACCES, "Permission denied"),
    "ENOMEM": OSError(errno.ENOMEM, "Cannot allocate memory"),
    "ESTALE": OSError(errno.ESTALE, "Stale file handle"),
    "memory": MemoryError(),
}
each_error = pytest.mark.parametrize("name", ERRORS)
KINDS = ("t.csv", "t.tsv", "t.csv.gz", "t.xlsx")
real_open = builtins.open


def written(cells, path):
    """A table of a kind of file."""
    if path.suffix == ".xlsx":
        return workbook(cells, path)
    content = text(cells, "\t" if ".tsv" in path.name else ",").encode()
    path.write_bytes(packed(content) if path.suffix == ".gz" else content)
    return path


def told(read, path, error):
    """Whether reading ends in the machine's fault, in its words."""
    with pytest.raises((OSError, MemoryError)) as caught:
        read(path)
    assert caught.value is error
    assert "damaged" not in in_words(caught.value)


class Ill(io.FileIO):
    """A file that opens, and cannot be read beyond its first bytes."""

    error = MemoryError()
    after = 0

    def readinto(self, buffer):
        if self.tell() >= self.after:
            raise self.error
        return super().readinto(memoryview(buffer)[: max(self.after - self.tell(), 1)])


@each_error
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_a_file_that_cannot_be_opened(reader, kind, name, tmp_path, monkeypatch):
    path = written(reader.cells, tmp_path / kind)

    def ill(file, *args, **settings):
        if str(file).endswith(kind):
            raise ERRORS[name]
        return real_open(file, *args, **settings)

    monkeypatch.setattr(builtins, "open", ill)
    monkeypatch.setattr(io, "open", ill)
    told(reader.read, path, ERRORS[name])


@each_error
@pytest.mark.parametrize("after", [0, 1])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_a_file_that_cannot_be_read(reader, kind, name, after, tmp_path, monkeypatch):
    path = written(reader.cells, tmp_path / kind)
    monkeypatch.setattr(Ill, "error", ERRORS[name])
    monkeypatch.setattr(Ill, "after", after)

    def ill(file, *args, **settings):
        return io.BufferedReader(Ill(file)) if str(file).endswith(kind) else real_open(file, *args, **settings)

    monkeypatch.setattr(builtins, "open", ill)
    monkeypatch.setattr(io, "open", ill)
    told(reader.read, path, ERRORS[name])


@each_error
def test_a_workbook_that_stops_to_answer_while_it_is_read(name, tmp_path, monkeypatch):
    reader = READERS[1]
    path = written(reader.cells, tmp_path / "t.xlsx")

    def ill(*_, **settings):
        raise ERRORS[name]

    for place, attribute in ((survey, "_parse"), (excel.ExcelReader, "read_workbook")):
        survey._surveyed.cache_clear()
        with monkeypatch.context() as patch:
            patch.setattr(place, attribute, ill)
            told(reader.read, path, ERRORS[name])


@each_error
def test_parquet(name, tmp_path, monkeypatch):
    pd.DataFrame({"id": ["P1"], "f": [1.5]}).to_parquet(tmp_path / "t.parquet")

    def ill(*_, **settings):
        raise ERRORS[name]

    for place, attribute in ((parquet, "read_schema"), (parquet, "read_table")):
        with monkeypatch.context() as patch:
            patch.setattr(place, attribute, ill)
            told(lambda path: feature_tables.read(path.parent, path.name), tmp_path / "t.parquet", ERRORS[name])
    (tmp_path / "t.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(StudyError, match="this is not a Parquet file"):
        feature_tables.header(tmp_path, "t.parquet")


def test_what_is_the_files_own_fault():
    assert not is_of_the_machine(gzip.BadGzipFile("no gzip"))
    assert not is_of_the_machine(OSError("File contains no valid workbook part"))
    assert not is_of_the_machine(OSError(errno.EINVAL, "a place before the begin"))
    assert not is_of_the_machine(ValueError("a cell"))
