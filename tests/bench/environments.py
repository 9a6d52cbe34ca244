"""Environments of the peers under .bench/: made once, each with the versions written here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / ".bench"
# pyradiomics 3.0.1 has no wheel and no declared build needs; its C code does not compile against numpy 2.
PYRADIOMICS = (
    ["numpy<2", "setuptools<81", "wheel", "versioneer", "cython"],
    ["--no-build-isolation", "pyradiomics==3.0.1", "PyWavelets<1.9", "SimpleITK>=2.5,<3"],
)
MIRP = (["mirp==2.7.0"],)
PICTOLOGICS = (["pictologics==0.9.0"],)
SCIKIT_SURVIVAL = (["scikit-survival==0.28.0"],)
# One compilation of everything that it compiles (it does so at import), minutes the first time on a machine.
WARM = "import pictologics"


def interpreters() -> dict[str, Path]:
    """Name of engine -> Python; a peer that this machine cannot hold is absent, with the reason on stderr."""
    found = {"radioloom": Path(sys.executable)}
    for name, python, steps, warm in (
        ("pyradiomics", _python("PYTHON311", ((3, 11),)), PYRADIOMICS, "import radiomics"),
        ("pictologics", _python("PYTHON312", ((3, 12), (3, 13))), PICTOLOGICS, WARM),
    ):
        made = HOME / name / "bin" / "python"
        if not (HOME / name / "ready").is_file():
            if python is None:
                _say(f"{name}: absent, no Python of a version that it can be installed with (PYTHON311, PYTHON312)")
                continue
            if fault := _make(name, python, steps, warm):
                _say(f"{name}: absent, {fault}")
                continue
        found[name] = made
    return found


# Peers of one part of the benchmark: what is installed, and what its import is called.
OF_A_PART = {"mirp": (MIRP, "import mirp"), "scikit-survival": (SCIKIT_SURVIVAL, "import sksurv")}


def interpreter(name: str) -> Path | None:
    """Python of a peer of `OF_A_PART`, or None, with the reason on stderr; PYTHON_MIRP names another for MIRP."""
    if given := os.environ.get(f"PYTHON_{name.upper()}"):
        return Path(given)
    made = HOME / name / "bin" / "python"
    if not (HOME / name / "ready").is_file():
        python = _python("PYTHON311", ((3, 11), (3, 12), (3, 13)))
        fault = _make(name, python, *OF_A_PART[name]) if python else "no Python of a version that it works with"
        if fault:
            _say(f"{name}: absent, {fault}")
            return None
    return made


def single_thread() -> dict[str, str]:
    """The environment of every measured process: one thread, whatever counts them."""
    names = (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "NUMBA_NUM_THREADS",
        "PICTOLOGICS_NUM_THREADS",
        "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS",
    )
    inherited = {key: value for key, value in os.environ.items() if key != "NUMBA_CACHE_DIR"}
    return {**inherited, **dict.fromkeys(names, "1"), "PYTHONPATH": str(ROOT / "workflow")}


def _python(variable: str, versions: tuple[tuple[int, int], ...]) -> str | None:
    """A Python that runs and is of one of the versions: of the environment variable, or on the PATH."""
    for name in filter(None, [os.environ.get(variable), *(f"python{a}.{b}" for a, b in versions), sys.executable]):
        path = shutil.which(name)
        if path is None:
            continue
        asked = subprocess.run(
            [path, "-c", "import sys; print(*sys.version_info[:2])"], capture_output=True, text=True, check=False
        )
        if asked.returncode == 0 and tuple(map(int, asked.stdout.split())) in versions:
            return path
    return None


def _make(name: str, python: str, steps: tuple[list[str], ...], warm: str) -> str:
    """Make an environment; what went wrong, or "" where nothing did."""
    folder = HOME / name
    inside = str(folder / "bin" / "python")
    _say(f"{name}: making its environment")
    commands = [[python, "-m", "venv", "--clear", str(folder)]]
    commands += [[inside, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *step] for step in steps]
    commands += [[inside, "-c", warm]]
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=single_thread())
        if done.returncode:
            return f"{' '.join(command[1:4])} ... failed: {done.stderr.strip()[-300:]}"
    (folder / "ready").touch()
    return ""


def _say(text: str) -> None:
    print(text, file=sys.stderr)


if __name__ == "__main__":
    interpreters()
