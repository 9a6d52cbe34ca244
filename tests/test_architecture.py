"""The house as it was designed: floors, no circles, thin scripts, one name for rule, script and log."""

import ast
import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
LIBRARY = ROOT / "workflow" / "radioloom"
SCRIPTS = sorted((ROOT / "workflow" / "scripts").glob("*.py"))
READERS = {"pydicom", "highdicom", "SimpleITK"}
LEAVES = {
    "errors", "families", "names", "tables", "volume", "roi", "surface", "profile", "provenance", "settings", "schema",
    "pseudonym", "wavelets", "yaml_file", "yaml_forms", "failures", "sealed", "patterns",
}  # fmt: skip
IMAGES = {"imaging", "filters", "features", "segmentation"}
STATISTICS = {"stats", "prediction", "genomics", "unsupervised"}
# What each room may import from besides itself and the leaves; a room that is not here is unknown to the design.
FLOORS = {
    **{name: set() for name in LEAVES},
    "kernels": set(),
    **{name: {"kernels"} for name in IMAGES},
    "stats": set(),
    "prediction": {"stats", "kernels"},
    "genomics": {"stats", "kernels"},
    "unsupervised": {"stats", "kernels"},
    "figures": {"stats", "prediction", "unsupervised"},
    "compat": set(),  # how other programs name what they measure
    "io": {"segmentation"},
    "simulate": {"io"},  # writes files, and knows nothing of the analysis
    "stages": IMAGES | STATISTICS | {"compat", "figures", "io"},
    "conformance": IMAGES | {"io", "stages"},
    "study": IMAGES | STATISTICS | {"io", "stages"},
    "commands": IMAGES | {"io", "stages", "study", "conformance", "process", "api", "simulate"},
    "cli": {"commands"},
    "__main__": {"cli"},
    "api": IMAGES | {"stages", "process"},
    "job": set(),
    "process": {"kernels"},
    "__init__": {"api"},
}


def module_of(path: Path) -> str:
    """Dotted name of a file of the library."""
    parts = path.relative_to(LIBRARY.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path): path for path in sorted(LIBRARY.rglob("*.py"))}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}


def imported(tree: ast.Module) -> set[str]:
    """Dotted names that a file imports: at the top, inside functions, and for the type checker alone."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{'.' * node.level}{node.module}.{alias.name}" for alias in node.names}
    return names


def neighbours(name: str) -> set[str]:
    """Files of the library that one file imports."""
    found = imported(TREES[name])
    known = {each if each in MODULES else each.rpartition(".")[0] for each in found}
    return {each for each in known if each in MODULES} - {name}


def room(name: str) -> str:
    """The package at the top of the library that a module lies in, or its own name."""
    return [*name.split("."), "__init__"][1]


def test_no_import_runs_upward():
    offenders = [
        f"{name} -> {other}"
        for name in MODULES
        for other in neighbours(name)
        if other != "radioloom" and room(other) not in {room(name)} | LEAVES | FLOORS[room(name)]
    ]
    assert not offenders


def test_leaves_reach_leaves_alone():
    assert not [f"{n} -> {o}" for n in MODULES if room(n) in LEAVES for o in neighbours(n) if room(o) not in LEAVES]


def test_no_circle_of_files():
    """Of modules that a table names as text too: `names.TABLES` imports them when a value is held against them."""
    texts = {n: {t.value for t in ast.walk(tree) if isinstance(t, ast.Constant)} for n, tree in TREES.items()}
    left = {name: (neighbours(name) | texts[name] & MODULES.keys()) - {"radioloom", name} for name in MODULES}
    while free := {name for name, others in left.items() if not others & set(left)}:
        left = {name: others for name, others in left.items() if name not in free}
    assert not left, "these files import each other in a circle, or one that does"


def test_imports_are_absolute_and_readers_stay_in_io():
    relative = [name for name, tree in TREES.items() if any(each.startswith(".") for each in imported(tree))]
    packages = {name: {each.split(".")[0] for each in imported(tree)} for name, tree in TREES.items()}
    readers = [name for name, found in packages.items() if found & READERS and room(name) not in {"io", "api"}]
    orchestrated = [name for name, found in packages.items() if "snakemake" in found]
    allowed = {"numpy", "numba", "__future__", "math"}
    kernels = [n for n in MODULES if n.startswith("radioloom.kernels.") and not packages[n] <= allowed]
    assert (relative, readers, orchestrated, kernels) == ([], [], [], [])


CUTS = {"startswith", "endswith", "split", "rsplit", "partition", "rpartition", "removeprefix", "removesuffix"}
IDS = re.compile(r"feature_id|model|metric|split|trait|module|variant")
RESULTS = (
    "figures",
    "genomics",
    "prediction",
    "stats",
    "tables",
    "stages.genomics",
    "stages.learning",
    "stages.report",
)
TEXTS = {
    "rest",
    "f'{value:.2e}'",
}  # what is cut among results and is no id: the caption of a box, the digits of a number


def test_nothing_parses_an_id():
    """Ids and names of rows are labels: what they mean stands in columns. Among results nothing at all is cut."""
    trees = {**TREES, **{f"scripts/{path.name}": ast.parse(path.read_text(encoding="utf-8")) for path in SCRIPTS}}
    calls = [(name, node) for name, tree in trees.items() for node in ast.walk(tree) if isinstance(node, ast.Call)]
    offenders = [
        f"{name}:{call.lineno}: {ast.unparse(call)}"
        for name, call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr in CUTS
        if IDS.search(text := ast.unparse(call.func.value))
        or (name.removeprefix("radioloom.").startswith(RESULTS) and text not in TEXTS)
    ]
    assert not offenders


def test_scripts_are_thin():
    """A script reads, calls one stage and writes."""
    offenders = []
    for path in SCRIPTS:
        text = path.read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if line.strip() and not line.startswith(("#", '"""'))]
        defines = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        if len(lines) > 30 or defines:
            offenders.append(path.name)
    assert not offenders


def rules() -> dict[str, str]:
    """Text of every rule by its name."""
    found = {}
    for path in (ROOT / "workflow" / "rules").glob("*.smk"):
        parts = re.findall(r"^ *rule (\w+):(.*?)(?=^ *rule |\Z)", path.read_text(encoding="utf-8"), flags=re.M | re.S)
        found |= dict(parts)
    return found


def test_rule_script_log_and_code_bear_one_name():
    offenders = []
    for name, text in rules().items():
        named = [f'"../scripts/{name}.py"' in text, f'code=code("{name}")' in text, "resources:" in text]
        logged = re.search(rf"LOGS}}/{name}[./]", text)
        # Archives are reached from Snakemake's own environment, where the clients are that `make archives` installs.
        if not (all(named) and logged and ("conda:" in text) is (name != "fetch")):
            offenders.append(name)
    assert not offenders
    assert {path.stem for path in SCRIPTS} == set(rules())


def test_sizes_that_have_proved_right():
    lengths = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in MODULES.items()}
    assert not {name: n for name, n in lengths.items() if n > 300}
    assert len((ROOT / "Snakefile").read_text(encoding="utf-8").splitlines()) <= 40
    assert len((ROOT / "workflow/rules/common.smk").read_text(encoding="utf-8").splitlines()) <= 80


def test_every_package_is_installed():
    listed = set(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"])
    rooms = {module_of(path) for path in LIBRARY.rglob("__init__.py")}
    assert listed == rooms | {f"radioloom.{name}" for name in ("checklists", "extraction", "ibsi", "schemas", "report")}


def test_conda_environment_is_the_lock_file():
    lock = dict(
        re.findall(r"^([A-Za-z0-9_.-]+)==([^ \\;]+)", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.M)
    )
    lock = {name.lower(): version for name, version in lock.items()}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["excel"]]  # jobs read workbooks too
    names = {re.split(r"[><=]", line)[0] for line in wanted}
    pinned = yaml.safe_load((ROOT / "envs" / "radioloom.yaml").read_text(encoding="utf-8"))["dependencies"][-1]["pip"]
    assert set(pinned) == {f"{name}=={lock[name.lower()]}" for name in names}
