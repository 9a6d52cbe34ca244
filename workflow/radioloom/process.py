"""For processes that are wholly ours (a job of the workflow, the command): start faster, allocate faster.

Neither is done on import: in somebody else's process both would be an intrusion.
"""

from __future__ import annotations

import ctypes
import sys

MMAP_THRESHOLD, TRIM_THRESHOLD = -3, -1  # of glibc's mallopt (malloc.h)


def settle() -> None:
    """Both of the below."""
    load_numba_without_blas()
    keep_memory()


def load_numba_without_blas() -> None:
    """Numba imports SciPy's linear algebra with its first kernel: 0.1 s for a BLAS that no kernel of ours calls.

    While that module cannot be imported, Numba takes it that there is none. Afterwards SciPy imports as ever.
    """
    if "scipy.linalg" in sys.modules or "numba.np.arraymath" in sys.modules:
        return
    sys.modules["scipy.linalg"] = None  # type: ignore[assignment]
    try:
        import numba.np.arraymath  # noqa: F401
    finally:
        del sys.modules["scipy.linalg"]


def keep_memory() -> bool:
    """Let glibc keep freed blocks of up to 32 MB for the next array; False where there is no glibc.

    By default every array of a lesion is fresh pages from the system: two thirds of the time of the sub-bands.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # no glibc: macOS, musl; TypeError on Windows
        return False
    return bool(mallopt(MMAP_THRESHOLD, 1 << 25)) and bool(mallopt(TRIM_THRESHOLD, 1 << 28))
