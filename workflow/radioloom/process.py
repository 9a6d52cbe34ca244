"""Make a process that is wholly ours (a job of the workflow, a command) start and allocate memory faster.

Nothing of it is done on import: in somebody else's process it would be an intrusion.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from functools import cache
from pathlib import Path
from typing import Any

MMAP_MAX, MMAP_THRESHOLD, TRIM_THRESHOLD = -4, -3, -1  # of glibc's mallopt (malloc.h)
LIBRARY = Path(__file__).parent
ENTRY = "_ZN7cpython"  # symbol prefix of Numba's CPython wrappers, which Python calls
COLLECT_AFTER = 100_000  # new objects; Python's own 700 to 2000 mean hundreds of searches while modules are imported


def tune_process(keep_all: bool = False) -> None:
    """Collect garbage less often, load compiled kernels without the compiler, keep freed memory.

    keep_all : whether freed blocks of every size are kept, as `keep_memory` says
    To be called before Numba is imported: its import gains most from a quieter collector.
    """
    gc.set_threshold(COLLECT_AFTER, *gc.get_threshold()[1:])
    import radioloom.kernels  # noqa: F401 - says what Numba refuses of the environment

    load_without_compiler()
    link_on_demand()
    keep_memory(keep_all)


@cache  # once a process
def load_without_compiler() -> None:
    """Load cached machine code before importing Numba's compiler (saves 0.3 s).

    What `numba.core.caching.Cache.load_overload` does, less the refresh of the compiler's registries, which a
    compilation begins with anyway.
    """
    from numba.core.caching import Cache
    from numba.core.runtime import rtsys

    if not _has(Cache, "load_overload", "_load_overload", "_guard_against_spurious_io_errors"):
        return

    def load_overload(self: Any, signature: Any, context: Any) -> Any:
        rtsys.initialize(context)  # arrays that compiled code returns are counted by it
        with self._guard_against_spurious_io_errors():
            return self._load_overload(signature, context)

    Cache.load_overload = load_overload


@cache  # once a process
def link_on_demand() -> None:
    """Read the bitcode of a cached kernel only when a new compilation links it; Numba reads it whenever it loads one.

    The machine code is what runs; 29 kernels of a lesion load in a fifth of the time.
    """
    import llvmlite.binding as llvm
    from numba.core import codegen

    known = ("_unserialize", "_set_compiled_object", "_finalize_final_module", "_get_module_for_linking")
    if not _has(codegen.JITCodeLibrary, *known, "get_pointer_to_function"):
        return

    class Library(codegen.JITCodeLibrary):
        bitcode: bytes | None = None  # not read yet

        @classmethod
        def _unserialize(cls: Any, owner: Any, state: Any) -> Any:
            name, _, (machine_code, bitcode) = state  # as a cache file has it: both
            self = owner.create_library(name)
            self.bitcode = bitcode
            self.enable_object_caching()
            self._set_compiled_object(machine_code)
            self._finalize_final_module()
            return self

        def _get_module_for_linking(self) -> Any:
            if self.bitcode is not None:
                self._shared_module, self.bitcode = llvm.parse_bitcode(self.bitcode), None
                self._codegen._engine._load_defined_symbols(self._shared_module)
            return super()._get_module_for_linking()

        def get_pointer_to_function(self, name: str) -> Any:
            if self.bitcode is not None:
                if name.startswith(ENTRY):
                    return self._codegen._engine.get_function_address(name)
                self._get_module_for_linking()  # it names what else is defined
            return super().get_pointer_to_function(name)

    codegen.JITCPUCodegen._library_class = Library


@cache  # once a process
def tell_compilation() -> None:
    """Say on stderr that kernels are compiled, when the first one is whose machine code no earlier run has left.

    Numba looks into its cache first, so that nothing is said where everything is there.
    """
    from numba.core import event

    import radioloom.kernels  # noqa: F401 - as above

    class Teller(event.Listener):
        def on_start(self, started: Any) -> None:
            if Path(started.data["dispatcher"].py_func.__code__.co_filename).is_relative_to(LIBRARY):
                event.unregister("numba:compile", self)
                print("compiling kernels, once: about half a minute; later runs load them", file=sys.stderr, flush=True)

        def on_end(self, ended: Any) -> None:
            pass

    event.register("numba:compile", Teller())


def keep_memory(every: bool = False) -> bool:
    """Let glibc keep freed blocks of up to 32 MB, or of `every` size, for the next array; False without glibc.

    By default every array of a lesion is fresh pages that the system clears first: two thirds of the time of the
    sub-bands; and a fifth of all of a region of 1e7 voxels, where `every` helps. That is for jobs that measure prepared
    regions: one that reads whole scans would hold half as much again.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # no glibc: macOS, musl; TypeError on Windows
        return False
    if every:
        return bool(mallopt(MMAP_MAX, 0)) and bool(mallopt(TRIM_THRESHOLD, 2**31 - 1))
    return bool(mallopt(MMAP_THRESHOLD, 1 << 25)) and bool(mallopt(TRIM_THRESHOLD, 1 << 28))


def _has(numba_class: type, *names: str) -> bool:
    """Whether this Numba has the private names that are patched here; if not, it is not patched."""
    return all(hasattr(numba_class, name) for name in names)
