"""Compiled loops: arrays in, arrays out. Importing compiles nothing; each kernel's first call does, once a machine.

Machine code is kept in a folder named after what it was made from (numba, the processor, the source of the kernel's
file), so that an edited kernel never meets old code, a read-only installation works, and jobs on unlike nodes of a
cluster do not share entries. Numba replaces cache files atomically, and each kernel has one signature, so parallel jobs
share them safely. Where the user has set NUMBA_CACHE_DIR, numba's own rules hold, but for one: a folder that cannot be
written is refused by its name, and not exchanged for the folder of the sources.
"""

import hashlib
import os
import sys
import tempfile
from pathlib import Path

from radioloom.errors import StudyError

# Numba imports coverage.py wherever it is installed: 35 ms of every job's start. Where it is at work it stays known.
HIDDEN = "coverage" not in sys.modules
if HIDDEN:
    sys.modules["coverage"] = None

try:
    import numba
except ValueError as error:  # NUMBA_NUM_THREADS=0
    raise StudyError(f"Numba refuses a variable NUMBA_... of the environment ({error}); correct or unset it") from error
from llvmlite import binding  # noqa: E402
from numba.core.caching import UserProvidedCacheLocator  # noqa: E402

if HIDDEN:
    del sys.modules["coverage"]


class SourceLocator(UserProvidedCacheLocator):
    """Puts a kernel's machine code into a folder of its source's digest; a kernel file imports no other of ours."""

    def __init__(self, py_func, py_file):
        super().__init__(py_func, py_file)
        digest = hashlib.sha256(Path(py_file).read_bytes()).hexdigest()[:16]
        self._cache_path = str(Path(numba.config.CACHE_DIR) / f"{Path(py_file).stem}-{digest}")


def _cache_folder() -> str:
    made_by = f"{numba.__version__} {binding.get_host_cpu_name()} {binding.get_host_cpu_features().flatten()}"
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return str(Path(home) / "radioloom" / hashlib.sha256(made_by.encode()).hexdigest()[:16])


def _check(folder: str) -> None:
    """StudyError where nothing can be kept in a folder."""
    try:
        os.makedirs(folder, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise StudyError(
            f"compiled kernels cannot be kept in {folder} ({os.strerror(error.errno or 0)}); name a folder that can be "
            "written in the environment variable NUMBA_CACHE_DIR"
        ) from error


if not os.environ.get("NUMBA_CACHE_DIR"):
    numba.config.CACHE_DIR = _cache_folder()
    numba.config.CACHE_LOCATOR_CLASSES = f"{__name__}.{SourceLocator.__name__}"
_check(os.environ.get("NUMBA_CACHE_DIR") or numba.config.CACHE_DIR)
