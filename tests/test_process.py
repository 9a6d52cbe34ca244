"""What our own processes do to start and allocate faster, and that importing the library does not do it."""

import os
import platform
import subprocess
import sys

import pytest


def run(root, code):
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root / "workflow", capture_output=True, text=True, check=True
    )
    return done.stdout.split()


ONE = (
    "import numpy as np; from radioloom.kernels.moments import add_up;"
    "one = np.arange(1.0, 9.0); add_up(one, np.zeros(8));"
)
EVERY = """
import sys
import numpy as np
from radioloom.process import tune_process
tune_process()
import radioloom
from radioloom.profile import known
image = np.random.default_rng(0).normal(300, 50, (20, 20, 20)).round()
mask = np.zeros(image.shape, bool)
mask[4:16, 4:16, 4:16] = True
for profile in known():
    radioloom.extract(image, mask, profile=profile, spacing_mm=(1, 1, 1))
print("numba.np.arraymath" in sys.modules)
"""


def test_compiled_kernels_are_loaded_without_the_compiler(root):
    run(root, EVERY)  # compiles what is not compiled yet
    assert run(root, EVERY) == ["False"]


def test_what_is_not_compiled_is_compiled_then_and_scipy_still_imports(root):
    code = (
        "import sys; from radioloom.process import tune_process; tune_process(); import numba; import numpy as np;"
        "print(numba.njit(lambda a: a.sum())(np.arange(5))); import scipy.linalg; print(scipy.linalg.norm([3, 4]))"
    )
    assert run(root, code) == ["10", "5.0"]


def test_a_new_function_is_linked_with_kernels_that_are_compiled_already(root):
    code = (
        f"from radioloom.process import tune_process; tune_process(); {ONE} import numba;"
        "total = np.zeros(8); numba.njit(lambda values, lanes: add_up(values, lanes))(one, total); print(total.sum());"
        "numba.njit(lambda kernel, values, lanes: kernel(values, lanes))(add_up, one, total); print(total.sum());"
        "print(sum(add_up.stats.cache_hits.values()))"
    )
    run(root, ONE)  # compiles it, if it is not compiled yet
    assert run(root, code) == ["36.0", "72.0", "1"]


def test_importing_our_kernels_leaves_numba_as_it_is(root):
    code = f"{ONE} from numba.core.caching import Cache; print(Cache.load_overload.__module__)"
    assert run(root, code) == ["numba.core.caching"]


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="mallopt is glibc's")
@pytest.mark.parametrize("every", [False, True])
def test_glibc_keeps_memory(root, every):
    """Arrays of 64 MB, one after another: fresh pages for each, or for the first alone."""
    code = (
        f"from radioloom.process import keep_memory; import numpy as np, resource; print(keep_memory({every}));"
        "faults = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_minflt; np.ones(2**23); before = faults();"
        "[np.ones(2**23).sum() for _ in range(9)]; print(faults() - before < 9)"
    )
    assert run(root, code) == ["True", str(every)]


FOREIGN = "from numba import njit\nnjit(lambda value: value + 1)(1)\n"
TELL = """
import sys
from radioloom.process import tell_compilation
tell_compilation()
tell_compilation()
sys.path.insert(0, sys.argv[1])
import foreign
print("ours", flush=True)
"""


@pytest.mark.parametrize(
    "kernels", [ONE, ONE + "from radioloom.kernels.moments import central_sums; central_sums(one, 2.0)"]
)
def test_the_first_compilation_is_told_once_and_a_warm_start_is_not(root, tmp_path, kernels):
    """Nor is that of somebody else's function."""
    (tmp_path / "foreign.py").write_text(FOREIGN)
    code = ["-c", TELL + kernels, str(tmp_path)]
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    told = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, *code], cwd=root / "workflow", env=environment, capture_output=True, text=True, check=True
        )
        told.append(done.stderr)
        assert done.stdout == "ours\n"
    assert told == ["compiling kernels, once: about half a minute; later runs load them\n", ""]


def test_whoever_measures_without_a_study_tells_of_compilation(root):
    for name in ("api.py", "commands/extract.py", "commands/conformance.py"):
        assert "    tell_compilation()\n" in (root / "workflow" / "radioloom" / name).read_text(encoding="utf-8"), name


@pytest.mark.parametrize("variable", ["NUMBA_CACHE_DIR", "XDG_CACHE_HOME"])
def test_a_cache_that_cannot_be_written_is_refused_and_the_sources_are_left_alone(root, monkeypatch, variable):
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setenv(variable, "/dev/null/cache")
    kernels = root / "workflow" / "radioloom" / "kernels"
    before = set(kernels.rglob("*.nb?"))
    code = (
        "from radioloom.errors import StudyError\nfrom radioloom.process import tune_process\n"
        "try:\n    tune_process()\nexcept StudyError as error:\n    print(error)\n"
    )
    told = " ".join(run(root, code))
    assert told.startswith("compiled kernels cannot be kept in /dev/null/cache")
    assert told.endswith(
        "(Not a directory); name a folder that can be written in the environment variable NUMBA_CACHE_DIR"
    )
    assert set(kernels.rglob("*.nb?")) == before


def test_what_numba_refuses_of_the_environment_is_told(root):
    code = (
        "from radioloom.errors import StudyError\nfrom radioloom.process import tell_compilation, tune_process\n"
        "for start in (tune_process, tell_compilation):\n    try:\n        start()\n"
        "    except StudyError as error:\n        print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root / "workflow",
        env=os.environ | {"NUMBA_NUM_THREADS": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.count("Numba refuses a variable NUMBA_... of the environment (Number of threads") == 2
