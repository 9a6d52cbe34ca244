"""One job: what ends it is one line at the terminal, without a word of a file; an unwritten log ends none."""

import subprocess
import sys

import pytest

HEAD = """
import errno, os, sys
sys.path.insert(0, {library!r})
from types import SimpleNamespace
import numpy as np
from radioloom.errors import StudyError
from radioloom.job import job

class Named(dict):
    __getattr__ = dict.__getitem__
    __iter__ = lambda self: iter(self.values())

class Paths(list):
    pass

snakemake = SimpleNamespace(
    rule="extract", wildcards=Named(cohort="train"), log=[{log!r}], output=["results/x/y.parquet"],
    resources={{}}, params=Named(code="c"), input=Paths({inputs!r}),
)
with job(snakemake) as running:
    {code}
"""
SECRET = "SMITH^JOHN"


def run(root, tmp_path, code, log="x.log", inputs=()):
    text = HEAD.format(library=str(root / "workflow"), log=log, code=code, inputs=list(inputs))
    (tmp_path / "job.py").write_text(text, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "job.py"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )


def error(name, path):
    return f"raise OSError(errno.{name}, {SECRET!r}, {path!r})"


FAILURES = {
    "raise StudyError('the key x is missing; add it')": "the key x is missing; add it",
    error("ENOSPC", "results/s/a.parquet"): "No space left on device (results/s/a.parquet); make room, and run again",
    error("EDQUOT", "/data/a"): "Disk quota exceeded; make room, and run again",
    error("EACCES", f"/data/{SECRET}.dcm"): "Permission denied; give yourself the right to it, and run again",
    error("EROFS", "/x/results/s/t.csv"): "Read-only file system (results/s/t.csv); give yourself",
    error("EIO", f"/data/{SECRET}"): "Input/output error; run again once the disk or file server answers",
    error("ESTALE", f"/data/{SECRET}"): "Stale file handle; run again once the disk or file server answers",
    error("ENOMEM", f"/data/{SECRET}"): "memory ran out; run fewer jobs at once (--cores)",
    error("EMFILE", f"/data/{SECRET}"): "Too many open files; run again, and report it if it stays",
    f"raise OSError({SECRET!r})": "a file cannot be read or written (OSError); run again",
    f"raise BrokenPipeError(errno.EPIPE, {SECRET!r})": "Broken pipe; run again",
    "raise MemoryError": "memory ran out; run fewer jobs at once (--cores)",
    "np.empty((1 << 30, 1 << 20))": "memory ran out; run fewer jobs at once (--cores)",
    "import pyarrow; pyarrow.allocate_buffer(1 << 62)": "memory ran out; run fewer jobs at once (--cores)",
    f"raise KeyboardInterrupt({SECRET!r})": "interrupted; run again to go on",
    f"raise ValueError({SECRET!r})": "a fault of Radioloom, not of the study (ValueError); please report it",
    f"dict()[{SECRET!r}]": "a fault of Radioloom, not of the study (KeyError); please report it",
    "f = lambda: f(); f()": "a fault of Radioloom, not of the study (RecursionError); please report it",
}


@pytest.mark.parametrize("code", FAILURES)
def test_whatever_ends_a_job_is_one_line(root, tmp_path, code):
    done = run(root, tmp_path, code)
    assert done.returncode != 0
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"    extract train: error: {FAILURES[code]}")
    assert line.endswith(" (log: x.log)")
    log = (tmp_path / "x.log").read_text()
    assert 'File "' in log
    assert SECRET not in line + "".join(each for each in log.splitlines(True) if "Error: " in each)


def test_what_goes_wrong_before_the_work_begins_is_told_too(root, tmp_path):
    done = run(root, tmp_path, "pass", inputs=["gone.parquet"])
    assert done.stderr.startswith("    extract train: error: No such file or directory; run again")
    (tmp_path / "folder.log").mkdir()
    done = run(root, tmp_path, "pass", log="folder.log")
    assert done.stderr.startswith("    extract train: error: Is a directory; correct the path")


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is Linux's")
@pytest.mark.parametrize("code", ["running.say('done')", "raise OSError(errno.ENOSPC, 'x')"])
def test_a_log_on_a_full_disk_changes_nothing(root, tmp_path, code):
    done = run(root, tmp_path, code, log="/dev/full")
    assert (done.returncode, done.stderr) in [
        (0, "    extract train: done\n"),
        (1, "    extract train: error: No space left on device; make room, and run again (log: /dev/full)\n"),
    ]
    assert (done.returncode == 0) is ("say" in code)


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is Linux's")
def test_a_terminal_that_is_gone_ends_no_job(root, tmp_path):
    run(root, tmp_path, "running.say('done')")
    with open("/dev/full", "w") as gone:
        done = subprocess.run([sys.executable, "job.py"], cwd=tmp_path, stderr=gone, check=False, timeout=120)
    assert done.returncode == 0
    assert (tmp_path / "x.log").read_text() == "    extract train: done\n"


def test_what_libraries_warn_of_does_not_quote_a_file_in_the_log(root, tmp_path):
    place = tmp_path / "site" / "reader.py"
    place.parent.mkdir()
    place.write_text(f"import warnings\ndef read():\n    warnings.warn('Unknown encoding {SECRET!s}')\n")
    code = f"sys.path.insert(0, {str(place.parent)!r}); import reader; reader.read()"
    ran = run(root, tmp_path, code)
    log = (tmp_path / "x.log").read_text()
    assert ran.returncode == 0
    assert SECRET not in log + ran.stdout + ran.stderr
    assert log == "UserWarning in reader.py, line 3: (its message is left out: it may quote a patient's file)\n"
