"""The house as design says: layers, who may import what, thin scripts, one name for rule, script and log."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
LIBRARY = ROOT / "workflow" / "radioloom"
SCRIPTS = sorted((ROOT / "workflow" / "scripts").glob("*.py"))
MODULES = sorted(path for path in LIBRARY.rglob("*.py"))
WORKERS = {"imaging", "filters", "features", "segmentation", "stats", "survival", "genomics", "figures", "simulate"}
READERS = {"pydicom", "highdicom", "SimpleITK"}
LEAVES = {
    "errors", "tables", "volume", "roi", "surface", "profile", "provenance", "settings", "schema", "pseudonym",
}  # fmt: skip
# Faces of the library: they may reach everything, nothing may reach them.
FACES = {"cli", "api", "single", "starter", "study", "job", "process", "discovery", "export", "__init__"}


def imported(path: Path) -> set[str]:
    """Dotted names that a file imports, at the top and inside functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module or ""}
    return found


def room(path: Path) -> str:
    """The package of a module, or its own name where it lies at the top."""
    parts = path.relative_to(LIBRARY).with_suffix("").parts
    return parts[0]


def own(path: Path) -> set[str]:
    """Rooms of the library that a file imports from."""
    return {name.split(".")[1] for name in imported(path) if name.startswith("radioloom.") and name.count(".") >= 1}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(LIBRARY)))
def test_layers(path: Path):
    here, reached = room(path), own(path) - {room(path)} - {"__version__"}
    assert "snakemake" not in {name.split(".")[0] for name in imported(path)}
    if here == "kernels":
        assert not reached, f"a kernel imports {reached}"
    elif here == "simulate":
        assert reached <= LEAVES | {"io"}, "the simulator writes files, and knows nothing of the analysis"
    elif here in WORKERS:
        assert reached <= LEAVES | {"kernels"}, f"{here} reaches {reached - LEAVES}"
    elif here == "io":
        assert reached <= LEAVES | {"kernels", "segmentation"}
    elif here in LEAVES:
        assert reached <= LEAVES
    elif here == "stages":
        assert reached <= LEAVES | WORKERS | {"io", "kernels"}
    else:
        assert here in FACES, f"{here} is a room that design.md does not know"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(LIBRARY)))
def test_only_io_reads_medical_formats(path: Path):
    readers = READERS & {name.split(".")[0] for name in imported(path)}
    assert not readers or room(path) in {"io", "api"}


@pytest.mark.parametrize("path", sorted((LIBRARY / "kernels").glob("*.py")), ids=lambda path: path.name)
def test_kernels_import_numpy_and_numba_only(path: Path):
    if path.name != "__init__.py":
        assert {name.split(".")[0] for name in imported(path)} <= {"numpy", "numba", "__future__", "math"}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_thin(path: Path):
    lines = [
        line
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.startswith(("#", '"""'))
    ]
    assert len(lines) <= 30, f"{path.name}: {len(lines)} lines; a script reads, calls one stage, writes"
    assert not [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    ]


def rules() -> dict[str, str]:
    """Text of every rule by its name."""
    found = {}
    for path in (ROOT / "workflow" / "rules").glob("*.smk"):
        parts = re.findall(r"^ *rule (\w+):(.*?)(?=^ *rule |\Z)", path.read_text(encoding="utf-8"), flags=re.M | re.S)
        found |= dict(parts)
    return found


@pytest.mark.parametrize("name", sorted(rules()))
def test_rule_script_log_and_code_bear_one_name(name: str):
    text = rules()[name]
    assert f'"../scripts/{name}.py"' in text
    assert f'code=code("{name}")' in text
    assert re.search(rf"LOGS}}/{name}[./]", text)
    assert "resources:" in text
    # Archives are reached from Snakemake's own environment, where the clients are that `make archives` installs.
    assert ("conda:" in text) is (name != "fetch")


def test_every_script_has_its_rule():
    assert {path.stem for path in SCRIPTS} == set(rules())


def test_sizes_that_have_proved_right():
    long = {
        str(path.relative_to(ROOT)): n
        for path in MODULES
        if (n := len(path.read_text(encoding="utf-8").splitlines())) > 300 and path.name != "tables.py"
    }
    assert not long, f"files over 300 lines: {long}"
    assert len((ROOT / "Snakefile").read_text(encoding="utf-8").splitlines()) <= 40
    assert len((ROOT / "workflow/rules/common.smk").read_text(encoding="utf-8").splitlines()) <= 80


def test_how_traits_begin_has_one_home():
    homes = {
        path.stem
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and str(node.value).startswith("trait: ")
    }
    assert homes == {"tables"}


def test_every_package_is_installed():
    listed = set(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"])
    rooms = {"radioloom", *(f"radioloom.{path.parent.name}" for path in LIBRARY.glob("*/__init__.py"))}
    assert listed == rooms | {"radioloom.extraction", "radioloom.ibsi", "radioloom.schemas", "radioloom.report"}


def test_conda_environment_is_the_lock_file():
    lock = dict(
        re.findall(r"^([A-Za-z0-9_.-]+)==([^ \\;]+)", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.M)
    )
    lock = {name.lower(): version for name, version in lock.items()}
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    names = {re.split(r"[><=]", line)[0] for line in wanted}
    pinned = yaml.safe_load((ROOT / "envs" / "radioloom.yaml").read_text(encoding="utf-8"))["dependencies"][-1]["pip"]
    assert set(pinned) == {f"{name}=={lock[name.lower()]}" for name in names}
