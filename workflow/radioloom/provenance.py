"""Digests of code, settings and environment, and seeds: what makes two runs give the same bytes."""

from __future__ import annotations

import ast
import hashlib
import json
import platform
import subprocess
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

LIBRARY = Path(__file__).parent
# What a number can depend on; the report and every table carry these versions.
STACK = (
    "snakemake", "numpy", "scipy", "numba", "pandas", "pyarrow", "pydicom", "highdicom", "SimpleITK", "scikit-learn",
    "statsmodels", "matplotlib",
)  # fmt: skip


def stable_hash(key: str) -> int:
    """A 32-bit number of a text, the same in every process and on every machine (unlike `hash`)."""
    return zlib.crc32(key.encode())


def rng(seed: int, *keys: str) -> np.random.Generator:
    """The generator of one purpose (case, stage, repeat): independent of order and number of cores."""
    return np.random.default_rng([seed, *(stable_hash(str(key)) for key in keys)])


def digest(value: Any) -> str:
    """Twelve hex digits of a JSON-able value, independent of the order of keys."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def file_digest(path: Path) -> str:
    """Twelve hex digits of a file's content."""
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()[:12]


def code_digest(entry: Path) -> str:
    """Twelve hex digits of a script and of every library module that it reaches by import, at whatever depth.

    Imports inside functions count too, so a lazily imported module is not missed. Snakemake does not track
    imported modules; a rule that carries this digest in its params re-runs exactly when its own code changes.
    """
    files = sorted(_reach(Path(entry).resolve()), key=str)
    return digest([file_digest(file) for file in files])


def _reach(entry: Path) -> set[Path]:
    seen: set[Path] = set()
    waiting = {entry}
    while waiting:
        file = waiting.pop()
        seen.add(file)
        waiting |= _imports(file) - seen
    return seen


@cache
def _imports(file: Path) -> frozenset[Path]:
    """Files of this library that one file imports, packages' `__init__` on the way included."""
    package = file.relative_to(LIBRARY.parent).parent.parts if file.is_relative_to(LIBRARY) else ()
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else ()
            base = ".".join((*above, node.module or "")).strip(".")
            names |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "import_module":
            names |= set(_by_name(node.args[0]))
    return frozenset(path for name in names if name.split(".")[0] == "radioloom" for path in _files_of(name))


def _by_name(asked: ast.expr) -> Iterator[str]:
    """Modules that `import_module(f"radioloom.<package>.{name}")` can mean: all of the package.

    Names that a table holds (`radioloom.names`) are looked up to check settings, and lead to no number.
    """
    first = asked.values[0] if isinstance(asked, ast.JoinedStr) else None
    if isinstance(first, ast.Constant) and str(first.value).endswith("."):
        package = str(first.value).rstrip(".")
        yield from (f"{package}.{path.stem}" for path in LIBRARY.parent.joinpath(*package.split(".")).glob("*.py"))


def _files_of(name: str) -> set[Path]:
    parts = name.split(".")
    files = set()
    # radioloom/__init__.py is left out: it holds the version, and names whose modules are imported when asked for.
    for depth in range(2, len(parts) + 1):
        place = LIBRARY.parent.joinpath(*parts[:depth])
        files |= {path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file()}
    return files


def running(version: str) -> dict[str, str]:
    """Radioloom itself, where it is a clone its commit, and Python: what a report says before `environment`."""
    known = commit()
    return {"radioloom": version, **({"commit": known} if known else {}), "python": platform.python_version()}


def commit() -> str:
    """The commit of the clone that the library lies in, its day, and whether files were changed since; "" elsewhere."""
    root = LIBRARY.parents[1]
    if not (root / ".git").exists():
        return ""

    def git(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = ["git", "-C", str(root), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)

    try:
        head = git("show", "-s", "--format=%h of %cs", "--abbrev=12", "HEAD")
        changed = git("diff", "--quiet", "HEAD").returncode
    except OSError:  # no git
        return ""
    return "" if head.returncode else head.stdout.strip() + (", with changes" if changed else "")


@cache
def environment() -> dict[str, str]:
    """Versions of the packages that the numbers rest on."""
    from importlib.metadata import PackageNotFoundError, version

    versions = {}
    for name in STACK:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = "absent"
    return versions
