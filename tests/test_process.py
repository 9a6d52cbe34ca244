"""What our own processes do to start and allocate faster, and that importing the library does not do it."""

import platform
import subprocess
import sys

import pytest


def run(root, code):
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root / "workflow", capture_output=True, text=True, check=True
    )
    return done.stdout.split()


LOAD = "import numpy as np; from radioloom.kernels.levels import span; one = np.ones((2, 2, 2)); span(one, one > 0);"


def test_no_blas_is_loaded_for_our_kernels_and_scipy_still_imports(root):
    code = (
        f"import sys; from radioloom.process import settle; settle(); {LOAD}"
        "print('scipy.linalg' in sys.modules); import scipy.linalg; print(scipy.linalg.norm([3, 4]))"
    )
    assert run(root, code) == ["False", "5.0"]


def test_importing_our_kernels_leaves_numba_its_blas(root):
    code = f"{LOAD} from numba.np import arraymath; print(arraymath._HAVE_BLAS)"
    assert run(root, code) == ["True"]


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="mallopt is glibc's")
def test_glibc_keeps_memory(root):
    assert run(root, "from radioloom.process import keep_memory; print(keep_memory())") == ["True"]
