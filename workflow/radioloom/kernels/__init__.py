"""Compiled loops: arrays in, arrays out. Importing compiles nothing; the first call of each kernel does, once a machine.

Machine code is kept in a folder named after what it was made from (every kernel's source, numba, processor), so that an
edited kernel never meets old code, a read-only installation works, and jobs on unlike nodes of a cluster do not share
entries. Numba replaces cache files atomically, and each kernel here has one signature, so parallel jobs share it safely.
"""

import hashlib
import os
from pathlib import Path

import numba
from llvmlite import binding


def _cache_folder() -> str:
    digest = hashlib.sha256(f"{numba.__version__} {binding.get_host_cpu_name()}".encode())
    digest.update(binding.get_host_cpu_features().flatten().encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.name.encode() + source.read_bytes())
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return str(Path(home) / "radioloom" / digest.hexdigest()[:16])


if not os.environ.get("NUMBA_CACHE_DIR"):
    numba.config.CACHE_DIR = _cache_folder()
