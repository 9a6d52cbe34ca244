"""Files of a tree: their order, what messages call them, and whether they are still the same."""

import errno
import os
import re
from pathlib import Path

import pytest

from radioloom.errors import BadImage
from radioloom.io import files
from radioloom.io.files import called, files_below, listing, numbered


@pytest.mark.parametrize(
    "name", ["IM0005.dcm", "IM005", "1-001.dcm", "0017", "000123.dcm", "CT_12.ima", "slice-3", "I9"]
)
def test_names_that_only_count_are_shown(name):
    assert called(Path("ct", name), Path("ct"), 3, 9) == name


@pytest.mark.parametrize(
    "name",
    ["SMITH.dcm", "smith_0001.dcm", "12345678.dcm", "19500228", "1.2.840.113.dcm", "IM0005.txt", "again", "CT", ""],
)
def test_other_names_may_be_patients(name):
    assert called(Path("ct", name), Path("other"), 3, 9) == "file 3 of 9"


def test_the_users_own_word_is_shown():
    assert called(Path("data/smith.dcm"), Path("data/smith.dcm"), 1, 1) == "smith.dcm"


def test_order_and_change(tmp_path):
    for name in ("b/2", "b/10", "c", "a", "b/a/1", "b-1"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "link").symlink_to(tmp_path / "b", target_is_directory=True)
    files = list(files_below(tmp_path))
    assert [file.relative_to(tmp_path).as_posix() for file in files] == ["a", "b-1", "c", "b/10", "b/2", "b/a/1"]
    listed = listing(tmp_path, files)
    found = numbered(tmp_path, [5, 1], listed)
    assert [(file.name, name) for file, name in found] == [("2", "2"), ("a", "file 1 of 6")]
    (tmp_path / "b" / "2").rename(tmp_path / "b" / "3")
    with pytest.raises(BadImage, match="files were added, deleted or renamed"):
        numbered(tmp_path, [5, 1], listed)
    with pytest.raises(BadImage, match="were added, deleted"):
        numbered(tmp_path / "nowhere", [1], listed)


def test_a_deep_tree(tmp_path):
    place = tmp_path
    for _ in range(600):
        place = place / "d"
    place.mkdir(parents=True)
    (place / "x").write_text("")
    assert list(files_below(tmp_path)) == [place / "x"]


def test_a_link_to_itself_is_listed_and_ends_nothing(tmp_path):
    (tmp_path / "round").symlink_to(tmp_path / "round")
    (tmp_path / "there").touch()
    assert [path.name for path in files_below(tmp_path)] == ["round", "there"]


@pytest.mark.parametrize("ask", [files.is_there, files.is_file, files.is_folder])
def test_what_a_machine_cannot_say_is_not_absent(tmp_path, monkeypatch, ask):
    """`os.path.isfile` says False of a disk that does not answer, and the user is told to correct the path."""
    assert ask(tmp_path / "no") is False
    assert ask("a\0b") is False
    assert ask("x" * 300) is False
    (tmp_path / "table.csv").touch()
    assert [ask(tmp_path), ask(tmp_path / "table.csv")] == {
        "is_there": [True, True], "is_file": [False, True], "is_folder": [True, False]
    }[ask.__name__]  # fmt: skip
    for number in (errno.EACCES, errno.EIO, errno.ESTALE, errno.ETIMEDOUT):

        def silent(path, number=number, **_):
            raise OSError(number, os.strerror(number), path)

        monkeypatch.setattr(os, "stat", silent)
        with pytest.raises(OSError, match=re.escape(os.strerror(number))) as caught:
            ask("table.csv")
        assert caught.value.errno == number


def test_readers_and_checks_of_studies_ask_the_one_helper():
    """Elsewhere, plain calls are pathlib's, which let the machine's faults through; os.path's do not."""
    library = Path(files.__file__).parents[1]
    plain = re.compile(r"os\.path\.(isfile|isdir|exists|lexists)\b")
    assert not [path for path in library.rglob("*.py") if plain.search(path.read_text(encoding="utf-8").replace(
        "`os.path.exists`", ""))]  # fmt: skip
    ours = [*(library / "study").glob("*.py"), *(library / "io" / "user_tables").glob("*.py")]
    theirs = re.compile(r"(?<!entry)\.(is_file|is_dir|exists)\(\)")  # of a scan, they raise
    assert not [path.name for path in ours if theirs.search(path.read_text(encoding="utf-8"))]
