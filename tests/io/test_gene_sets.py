"""Gene sets of a GMT file, and the line that is to blame where there are none."""

import gzip

import pytest

from radioloom.errors import StudyError
from radioloom.io.gene_sets import read


def written(folder, text):
    path = folder / "s.gmt"
    path.write_bytes(text)
    return path


def test_sets_in_the_order_of_the_file(tmp_path):
    text = b"\xef\xbb\xbfB sets\tof what\tTP53\tEGFR\tTP53\t\t\r\n\r\nA\t\t7157\r\n"
    sets = {"B sets": ("TP53", "EGFR"), "A": ("7157",)}
    assert list(read(written(tmp_path, text)).items()) == list(sets.items())
    assert read(written(tmp_path, gzip.compress(text))) == sets


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"A\td\tX\nB,d,X\n", r"line 2: a gene set without genes; a line of a GMT file is name, description and genes"),
        (b"A\td\t\t\n", "line 1: a gene set without genes"),
        (b"A\td\tX\n\td\tX\n", "line 2: a gene set without a name"),
        (b"A\td\tX\n\nA\td\tY\n", "line 3: a second gene set of the name in line 1; rename one"),
        (b"\n\n", "no gene set; a line of a GMT file"),
        (b"A\td\tX\nB\td\t\xe9\n", "line 2: byte 0xE9 after 4 others is not UTF-8"),
        (b"A\td\t\0\n", "line 1: a NUL character"),
    ],
)
def test_what_is_no_gene_set_is_told_with_its_line(tmp_path, text, message):
    with pytest.raises(StudyError, match=rf"s\.gmt.*{message}"):
        read(written(tmp_path, text))


def test_no_file(tmp_path):
    with pytest.raises(StudyError, match=r"s\.gmt: no such file"):
        read(tmp_path / "s.gmt")
