"""A disk or file server that is ill: jobs of the workflow that open certain files get an error of the system.

Python imports this file where its folder is on PYTHONPATH. FAULTY_FILE : what the path of a file ends in; FAULTY_JOB :
rule whose jobs are hit; FAULTY : `EIO`, `EACCES` ... or `MemoryError`; FAULTY_AT : `open`, `read` or `write`.
"""

import builtins
import errno
import io
import os
import sys

FILE, JOB, KIND, AT = (os.environ.get(name, "") for name in ("FAULTY_FILE", "FAULTY_JOB", "FAULTY", "FAULTY_AT"))
ORIGINAL = io.open


def fail(path=None):
    """Raise what the environment says, as the system does: only who cannot open a file is told its name."""
    if KIND == "MemoryError":
        raise MemoryError("canary: 9 GB of SMITH^JOHN")
    number = getattr(errno, KIND)
    raise OSError(number, os.strerror(number), *([path] if path else []))


class Sick(io.FileIO):
    """A file that opens, and fails once it is read or written."""

    def readinto(self, buffer):
        return fail() if AT == "read" else super().readinto(buffer)

    def readall(self):
        return fail() if AT == "read" else super().readall()

    def write(self, data):
        if AT == "write":
            super().write(bytes(data)[: len(data) // 2])
            fail()
        return super().write(data)


def opened(file, mode="r", *rest, **named):
    """`open`, but for the files that are hit."""
    hit = isinstance(file, str | os.PathLike) and os.fspath(file).endswith(FILE) and f".{JOB}.py" in sys.argv[0]
    if not hit or (("w" in mode) != (AT == "write") and AT != "open"):
        return ORIGINAL(file, mode, *rest, **named)
    if AT == "open":
        fail(os.fspath(file))
    raw = Sick(file, mode.replace("b", "").replace("t", ""))
    binary = io.BufferedWriter(raw) if "w" in mode else io.BufferedReader(raw)
    return binary if "b" in mode else io.TextIOWrapper(binary, encoding="utf-8")


if FILE:
    builtins.open = io.open = opened
