"""What is compiled, and how long it takes, with an empty NUMBA_CACHE_DIR.

compilation.py compile               CPU seconds from nothing to every kernel of the profiles compiled
compilation.py compiled-by-import    names of functions that importing the whole library compiles: there are none
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent


def compile_all() -> None:
    start = time.process_time()
    from radioloom.process import tune_process

    tune_process()  # as the workflow's rule and the command do
    from radioloom.profile import load
    from radioloom.stages.images.compile import warm

    for name in (HERE / "w1.yaml", HERE / "w2.yaml", HERE / "native.yaml", "pyradiomics", "aerts2014", "ibsi"):
        warm(load(name))
    print(time.process_time() - start)


def compiled_by_import() -> None:
    from numba.core import event

    import radioloom

    compiled = []

    class Listener(event.Listener):
        def on_start(self, each):
            compiled.append(each.data["dispatcher"].py_func.__qualname__)

        def on_end(self, each):
            pass

    with event.install_listener("numba:compile", Listener()):
        for module in pkgutil.walk_packages(radioloom.__path__, "radioloom."):
            importlib.import_module(module.name)
    print(*compiled, sep="\n")


if __name__ == "__main__":
    {"compile": compile_all, "compiled-by-import": compiled_by_import}[sys.argv[1]]()
