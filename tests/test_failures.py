"""Commands that fail: one line with the words of the system, an exit code, and no name that nobody typed."""

import errno
import gzip
import subprocess
import sys

import pytest

from radioloom import cli
from radioloom.commands.record import Command
from radioloom.errors import StudyError
from radioloom.failures import explained, in_results, in_words, notes_of, reading, with_notes

ENV = "import sys; sys.path.insert(0, {!r}); from radioloom.cli import main; sys.exit(main({!r}))"


def raising(error):
    def run(_chosen):
        raise error

    return Command("fail", "fail", lambda parser: parser.add_argument("files", nargs="*"), run)


ERRORS = [
    (PermissionError(13, "x", "/data/typed.csv"), 1, "Permission denied (/data/typed.csv); give yourself the right"),
    (PermissionError(13, "x", "/data/SMITH.csv"), 1, "Permission denied; give yourself the right"),
    (OSError(28, "x", "/a/results/s/t.csv"), 1, "No space left on device (results/s/t.csv); make room, and run again"),
    (OSError(5, "SMITH"), 1, "Input/output error; run again once the disk or file server answers"),
    (OSError(36, "x", "/data/SMITH.csv"), 1, "File name too long; correct the path"),
    (MemoryError("SMITH"), 1, "memory ran out; run fewer jobs at once"),
    (KeyboardInterrupt(), 130, "interrupted; run again to go on"),
]


@pytest.mark.parametrize(("error", "code", "words"), ERRORS)
def test_a_command_that_fails_is_one_line(monkeypatch, capsys, error, code, words):
    monkeypatch.setattr(cli, "COMMANDS", [raising(error)])
    monkeypatch.setattr(sys, "argv", ["radioloom", "fail", "/data/typed.csv"])
    assert cli.main() == code
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"radioloom: {words}")
    assert "SMITH" not in line


def test_a_folder_that_is_deleted_while_one_is_in_it_is_told(tmp_path, monkeypatch, capsys):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert cli.main(["new", "x"]) == 1
    assert capsys.readouterr().err.startswith("radioloom: the folder that you are in is not there any more; change")


@pytest.mark.parametrize(
    ("name", "shown"), [("DOE_JOHN.dcm", "scan: file 1 of 3"), ("IM0002.dcm", "scan: IM0002.dcm"), ("", "mask.nii")]
)
def test_a_file_that_the_disk_does_not_give_is_named_as_messages_name_it(tmp_path, monkeypatch, capsys, name, shown):
    """Once it is open the system says no name: `reading` does, and the command counts where it could be a patient's."""
    (tmp_path / "scan").mkdir()
    for each in ("DOE_JOHN.dcm", "IM0002.dcm", "x.dcm"):
        (tmp_path / "scan" / each).write_bytes(b"")
    (tmp_path / "mask.nii").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    wrong = tmp_path / "scan" / name if name else tmp_path / "mask.nii"

    def fail(_):
        with reading(wrong):
            raise OSError(errno.EIO, "no answer")

    command = Command("try", "fail", lambda parser: parser.add_argument("file", nargs="+"), fail, "")
    monkeypatch.setattr(cli, "COMMANDS", (command,))
    assert cli.main(["try", "", "scan", "mask.nii"]) == 1
    assert capsys.readouterr().err == (
        f"radioloom: Input/output error ({shown}); run again once the disk or file server answers\n"
    )


def test_the_fault_of_a_file_bears_no_name_that_its_words_would_show(tmp_path):
    (tmp_path / "DOE").write_bytes(b"")
    for error in (gzip.BadGzipFile("no gzip file"), OSError(errno.EINVAL, "no such place")):
        with pytest.raises(OSError, match="no ") as raised, reading(tmp_path / "DOE"):
            raise error
        assert "DOE" not in str(raised.value)


def test_a_fault_of_ours_stays_a_traceback(monkeypatch):
    monkeypatch.setattr(cli, "COMMANDS", [raising(ZeroDivisionError())])
    with pytest.raises(ZeroDivisionError):
        cli.main(["fail"])


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is Linux's")
def test_output_that_no_disk_takes_is_told(root):
    code = ENV.format(str(root / "workflow"), ["features"])
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-c", code], stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=120
        )
    assert (done.returncode, done.stderr) == (1, "radioloom: No space left on device; make room, and run again\n")


def test_paths_are_shown_from_results_on():
    assert in_results("/home/SMITH/study/results/s/tables/x.parquet") == "results/s/tables/x.parquet"
    assert in_results("/home/SMITH/x.parquet") == "x.parquet"
    assert "SMITH" not in in_words(OSError(13, "x", "/home/SMITH/results/s/x.parquet"))


def test_notes_stand_before_the_error_that_they_explain():
    with pytest.raises(StudyError) as caught, explained(["b", "a", "b"]), explained(["a"]):
        raise StudyError("no")
    assert notes_of(caught.value) == ("a", "b")
    assert with_notes(caught.value) == "note: a\nnote: b\nno"
    assert notes_of(OSError()) == ()
