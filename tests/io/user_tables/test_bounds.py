"""Hostile tables end in an error of ours within 20 s and 1 GB, and damaged ones in an error of ours or in values."""

import random
import zlib

import pytest

from made.bounded import bounded
from made.user_tables import READERS, packed, text, workbook
from radioloom.errors import StudyError
from radioloom.io.user_tables import read as reading
from radioloom.io.user_tables import text as texts


def squeezed(start, block, n):
    """Gzip of `n` blocks after a start, without the whole in memory."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([squeeze.compress(start), *(squeeze.compress(block) for _ in range(n)), squeeze.flush()])


BOMBS = {
    "letters": (lambda head: squeezed(head, b"x" * 1_000_000, 300), "more than 131072 characters|larger than any"),
    "zeros": (lambda head: squeezed(head, bytes(1_000_000), 300), "NUL"),
    "blank lines": (lambda head: squeezed(head, b"\n" * 1_000_000, 300), "larger than any"),
    "short rows": (
        lambda head: squeezed(head, b"1" + b",1" * (head.count(b",")) + b"\n", 3_000_000),
        "larger|more than",
    ),
    "quoted lines": (lambda head: squeezed(head, b'"' + b"\n" * 999_999, 300), "more than 131072 characters|larger"),
}


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("name", ["clinical", pytest.param("expression", marks=pytest.mark.hostile)])
def test_bombs(name, bomb, tmp_path, root):
    make, words = BOMBS[bomb]
    reader = next(one for one in READERS if one.name == name)
    path = tmp_path / "t.csv.gz"
    path.write_bytes(make(text(reader.cells[:1], ",").encode()))
    bounded(name, path, words.split("|"), root)


def test_a_table_of_more_cells_than_are_read(tmp_path):
    (tmp_path / "t.csv").write_text("a,b\n" + "1,2\n" * 6)
    assert len(reading.read(tmp_path / "t.csv", most=12).rows) == 6
    with pytest.raises(StudyError, match=r"t.csv, line 7: the table has more than 11 cells; .*Parquet"):
        reading.read(tmp_path / "t.csv", most=11)


def test_a_table_of_more_lines_than_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(texts, "LINES", 4)
    (tmp_path / "t.csv").write_text("a,b\n" + "1,2\n" * 3)
    assert len(reading.read(tmp_path / "t.csv").rows) == 3
    (tmp_path / "t.csv").write_text("a,b\n" + "1,2\n" * 4)
    with pytest.raises(StudyError, match=r"t.csv, line 5: the table is larger than any that is read"):
        reading.read(tmp_path / "t.csv")


def damaged(content, seed):
    """A file with a few bytes flipped, taken out, put in or cut off."""
    draw = random.Random(seed)
    made = bytearray(content)
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(made))
        kind = draw.randrange(4)
        if kind == 0:
            made[at] ^= 1 << draw.randrange(8)
        elif kind == 1:
            del made[at : at + draw.randint(1, 9)]
        elif kind == 2:
            made[at:at] = bytes(draw.choice(b'",;\t\n\r\0\xff\xfe "x1') for _ in range(draw.randint(1, 5)))
        else:
            del made[max(at, 1) :]
        if not made:
            return b""
    return bytes(made)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.xlsx"])
def test_damaged_files(reader, name, tmp_path):
    """Values of a damaged file cannot be judged here; that it is told or read, and never a traceback, can."""
    path = tmp_path / name
    if name == "t.xlsx":
        workbook(reader.cells, path, typed=True)
        content = path.read_bytes()
    else:
        content = text(reader.cells, ",").encode()
        content = packed(content) if name.endswith("gz") else content
    told = []
    for seed in range(120):
        path.write_bytes(damaged(content, seed))
        try:
            reader.read(path)
        except StudyError as error:
            told.append(str(error))
    assert len(told) > 20
    assert max(map(len, told)) < 1500
