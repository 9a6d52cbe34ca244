"""For processes that are wholly ours (a job of the workflow, the command): start faster, allocate faster.

Neither is done on import: in somebody else's process both would be an intrusion.
"""

from __future__ import annotations

import ctypes

MMAP_THRESHOLD, TRIM_THRESHOLD = -3, -1  # of glibc's mallopt (malloc.h)


def settle() -> None:
    """Both of the below."""
    load_without_compiler()
    keep_memory()


def load_without_compiler() -> None:
    """Numba gets ready to compile (0.3 s of imports) before it looks for what is compiled already: here, after.

    What `numba.core.caching.Cache.load_overload` does, less the refresh of the compiler's registries, which a
    compilation begins with anyway. A Numba that is built otherwise is left as it is.
    """
    from numba.core.caching import Cache
    from numba.core.runtime import rtsys

    if not all(
        hasattr(Cache, name) for name in ("load_overload", "_load_overload", "_guard_against_spurious_io_errors")
    ):
        return

    def load_overload(self, signature, context):
        rtsys.initialize(context)  # arrays that compiled code returns are counted by it
        with self._guard_against_spurious_io_errors():
            return self._load_overload(signature, context)

    Cache.load_overload = load_overload


def keep_memory() -> bool:
    """Let glibc keep freed blocks of up to 32 MB for the next array; False where there is no glibc.

    By default every array of a lesion is fresh pages from the system: two thirds of the time of the sub-bands.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # no glibc: macOS, musl; TypeError on Windows
        return False
    return bool(mallopt(MMAP_THRESHOLD, 1 << 25)) and bool(mallopt(TRIM_THRESHOLD, 1 << 28))
