"""The benchmark: this engine and the peers at hand on the same voxels, one thread, turn by turn; ratios as Markdown.

Numbers are peer / radioloom: 12 says that the peer takes twelve times as much. The machine may be busy, and its clock
may change from second to second: cases and, on each case, engines take turns; a turn repeats a call for as long for one
engine as for another; CPU seconds are counted, and the least mean of a turn is compared. Seconds are printed on request
only.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import enrichment
import judging
import learning
import networks
import reading
from environments import HOME, interpreters, single_thread

import filters

HERE = Path(__file__).parent
SPHERES = ("sphere_1e3", "sphere_1e4", "sphere_48k", "sphere_1e5", "sphere_360k", "sphere_1e6")
REAL = ("lung1", "brain1", "lung2", "ibsi_ct")
TURNS = 3  # of an engine on one workload of one case
TURN = 2.0  # CPU seconds of a turn at least: a short call alone may meet a moment of a faster clock, a long one not
LONG = 10.0  # CPU seconds of a turn after which an engine has no other
# (what, workload, case, peer, at least): the speed to reach; peer / radioloom.
# 48,505 voxels of a lesion (lung2 of pyradiomics), 359,733 (the CT phantom of IBSI), and a sphere of 1e6.
GOALS = (
    *(("W1", case, "pictologics", 1.0) for case in ("lung2", "ibsi_ct", "sphere_1e6")),
    ("W1", "lung2", "pyradiomics", 30.0),
    ("W1", "sphere_1e6", "pyradiomics", 50.0),
    *(("W2", case, "pictologics", 1.5) for case in ("lung2", "ibsi_ct", "sphere_1e6")),
    *(("W2", case, "pyradiomics", 30.0) for case in ("lung2", "ibsi_ct", "sphere_1e6")),
    ("native", "native", "pyradiomics", 1.0),
    ("native", "native", "pictologics", 1.0),
)

ABLE = {"drop-in": ("radioloom", "pyradiomics"), "perturbed": ("radioloom",)}  # others are for every engine

Times = dict[tuple[str, str, str], float]  # (workload, case, engine) -> CPU seconds of a call
Growth = dict[tuple[str, str, str], float]  # (workload, smaller case, larger case) -> times
Goal = tuple[str, float | None, float, bool]  # what, measured, target, whether that is the most


class Engine:
    """A process that answers one request a line."""

    def __init__(self, name: str, python: Path) -> None:
        self.name = name
        command = [str(python), str(HERE / "worker.py"), name, "serve"]
        pipe = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(command, text=True, bufsize=1, env=environment(name), **pipe)

    def ask(self, case: str, workload: str, whole: bool = False) -> dict:
        self.process.stdin.write(json.dumps([str(HOME / "cases" / case), workload, whole]) + "\n")
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name} has stopped on {workload} of {case}; run its worker.py by hand to see why")
        return json.loads(line)

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()


def environment(name: str, cache: str = str(HOME / "cache")) -> dict[str, str]:
    """One thread; a peer keeps what it compiled beside its code, as it does where it is installed."""
    return single_thread() | ({"NUMBA_CACHE_DIR": cache} if name == "radioloom" else {})


def warm(engines: list[Engine], plan: list[tuple[str, str]], log) -> Times:
    """Least CPU seconds of warm calls, each the mean of a turn; each case comes up once a round."""
    for engine in engines:
        for workload in dict.fromkeys(workload for workload, _ in plan):
            if able(engine, workload):
                engine.ask("native" if workload == "native" else "sphere_1e3", workload)
    taken: dict[tuple[str, str, str], list[float]] = {}
    for _ in range(TURNS):
        for workload, case in plan:
            alone = case == "sphere_1e7"  # peers take minutes a call there, and growth is ours to show
            for engine in engines:
                own = taken.setdefault((workload, case, engine.name), [])
                if able(engine, workload) and not (alone and engine.name != "radioloom") and max(own, default=0) < LONG:
                    own.append(turn(engine, case, workload))
                    log(f"{workload} {case} {engine.name}: {own[-1]:.4f} s")
    return {key: min(each) for key, each in taken.items() if each}


def turn(engine: Engine, case: str, workload: str) -> float:
    """Mean CPU seconds of calls that take TURN together."""
    calls = []
    while sum(calls) < TURN:
        calls.append(engine.ask(case, workload)["cpu"])
    return sum(calls) / len(calls)


def grown(engine: Engine, plan: list[tuple[str, str]]) -> Growth:
    """How often the time of a region one of ten times the voxels takes: turn by turn of the two, sums of all turns."""
    found: Growth = {}
    for workload, small, big in growing(plan):
        turns = [[turn(engine, case, workload) for case in (small, big)] for _ in range(TURNS)]
        found[workload, small, big] = sum(each[1] for each in turns) / sum(each[0] for each in turns)
    return found


def growing(plan: list[tuple[str, str]]) -> Iterator[tuple[str, str, str]]:
    """Workload, sphere, and the sphere of ten times its voxels, where the plan has both."""
    for workload in ("W1", "W2"):
        for small, big in ((f"sphere_1e{n}", f"sphere_1e{n + 1}") for n in range(3, 7)):
            if {(workload, small), (workload, big)} <= set(plan):
                yield workload, small, big


def able(engine: Engine, workload: str) -> bool:
    return engine.name in ABLE.get(workload, (engine.name,))


def once(python: Path, name: str, *task: str) -> tuple[float, float, float]:
    """CPU seconds, wall seconds and peak MB of a fresh process."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(python), str(HERE / "worker.py"), name, *task],
        env=environment(name), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    if process.returncode:
        raise SystemExit(f"{name} {' '.join(task)}: exit code {process.returncode}")
    scale = 2**20 if sys.platform == "darwin" else 2**10
    return used.ru_utime + used.ru_stime, wall, used.ru_maxrss / scale


def fresh(pythons: dict[str, Path], rounds: int, *task: str) -> dict[str, tuple[float, float, float]]:
    """The mean of `once` for each engine, turn by turn."""
    seen = {name: [] for name in pythons}
    for _ in range(rounds):
        for name, python in pythons.items():
            seen[name].append(once(python, name, *task))
    return {name: tuple(sum(column) / rounds for column in zip(*each, strict=True)) for name, each in seen.items()}


def compilation(python: Path) -> tuple[float, str]:
    """CPU seconds to compile every kernel of W1, W2 and the shipped profiles; functions that an import compiles."""
    done = []
    for task in ("compiled-by-import", "compile", "compile"):
        with tempfile.TemporaryDirectory() as empty:
            command = [str(python), str(HERE / "compilation.py"), task]
            done.append(
                subprocess.run(command, env=environment("radioloom", empty), capture_output=True, text=True, check=True)
            )
    return min(float(each.stdout) for each in done[1:]), done[0].stdout.strip()


def agreement_seconds() -> float:
    """CPU seconds for the ICC, with its interval, of 10,000 features over 31 test-retest pairs."""
    import numpy as np

    from radioloom.stats.agreement import icc

    values = np.random.default_rng(0).normal(size=(10_000, 31, 2))
    return filters.cpu(lambda: icc(values))


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def number(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"


def ratios(times: Times, plan: list[tuple[str, str]], peers: list[str], seconds: bool) -> str:
    rows = []
    for workload, case in plan:
        own = times[workload, case, "radioloom"]
        about = json.loads((HOME / "cases" / case / "about.json").read_text())
        shown = [number(times[workload, case, p] / own) if (workload, case, p) in times else "" for p in peers]
        rows.append([workload, case, f"{about['voxels']:,}", str(about["levels"]), *shown])
        if seconds:
            rows[-1].append(number(own))
    head = ["workload", "case", "ROI voxels", "levels", *(f"{peer} / radioloom" for peer in peers)]
    return table(head + ["radioloom, CPU s"] * seconds, rows)


def growth(times: Times, growths: Growth, peers: list[str]) -> str:
    rows = []
    for (workload, small, big), own in growths.items():
        pairs = [(times.get((workload, small, peer)), times.get((workload, big, peer))) for peer in peers]
        rows.append([workload, f"{small} to {big}", number(own), *(number(b / a) if a and b else "" for a, b in pairs)])
    return table(["workload", "ROI", "radioloom", *peers], rows)


def agreement(engines: dict[str, Engine], cases: list[str]) -> Iterator[str]:
    """How far the shipped profile `pyradiomics` is from pyradiomics, feature by feature."""
    for case in cases:
        ours, theirs = (engines[name].ask(case, "drop-in", True)["values"] for name in ("radioloom", "pyradiomics"))
        apart = {key: abs(ours[key] - theirs[key]) / max(abs(theirs[key]), 1e-12) for key in theirs if key in ours}
        worst = max(apart, key=apart.get)
        found = f"{len(apart)} of {len(theirs)} features"
        yield f"* {case}: {found}; largest relative difference {apart[worst]:.0e} ({worst})"


def targets_met(times: Times, cold: dict, import_and_compile: tuple[float, str], growths: Growth) -> str:
    rows = []
    for what, measured, target, most in [*speeds(times), *costs(cold, import_and_compile, growths)]:
        met = measured is not None and (measured <= target if most else measured >= target)
        word = "not measured" if measured is None else "met" if met else "NOT met"
        rows.append([what, f"{'at most' if most else 'at least'} {target:g}", number(measured), word])
    return table(["speed to reach", "target", "measured", ""], rows)


def speeds(times: Times) -> Iterator[Goal]:
    """Ratios to peers."""
    for workload, case, peer, least in GOALS:
        key = (workload, case, peer)
        if key in times or peer == "pyradiomics":
            own = times.get((workload, case, "radioloom"))
            measured = times[key] / own if key in times and own else None
            yield f"{workload}, {case}: {peer} / radioloom", measured, least, False
    for case in [case for workload, case, _ in times if workload == "perturbed"]:
        own, peer = times["perturbed", case, "radioloom"], times.get(("W2", case, "pyradiomics"))
        what = f"30 RCV perturbations, W2, {case}: three W2 of pyradiomics / radioloom"
        yield what, peer and 3 * peer / own, 1.0, False


def costs(cold: dict, import_and_compile: tuple[float, str], growths: Growth) -> Iterator[Goal]:
    """Fresh processes, memory, compilation, growth."""
    if "pyradiomics" in cold["small"]:
        for index, what in ((0, "CPU"), (1, "wall")):
            ratio = cold["small"]["pyradiomics"][index] / cold["small"]["radioloom"][index]
            yield f"fresh process, W1, 48k voxels, {what}: pyradiomics / radioloom", ratio, 1.0, False
    yield "peak memory, W1, sphere_1e6, MB", cold["large"]["radioloom"][2], 300, True
    yield "first compilation of all kernels, CPU s", import_and_compile[0], 40, True
    yield "functions compiled by imports", float(len(import_and_compile[1].split())), 0, True
    yield "ICC of 10,000 features, 31 pairs, CPU s", agreement_seconds(), 1.0, True
    large = {key: ratio for key, ratio in growths.items() if key[1] in ("sphere_1e5", "sphere_1e6")}
    for (workload, small, big), ratio in large.items():
        yield f"growth of {workload}, {small} to {big}", ratio, 11, True


def make_cases(wanted: list[str]) -> list[str]:
    command = [sys.executable, str(HERE / "cases.py"), *wanted]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--large", action="store_true", help="also a region of 1e7 voxels (needs 8 GB)")
    parser.add_argument("--quick", action="store_true", help="W1 and W2 of lung2 (48k voxels) only")
    parser.add_argument(
        "--cases", nargs="+", help="W1 and W2 on these cases only: sphere_1e3 ... sphere_1e7, lung1 ..."
    )
    parser.add_argument("--filters", action="store_true", help="filters only, beside MIRP's and scipy's (filters.py)")
    parser.add_argument("--reading", action="store_true", help="reading DICOM only, beside pydicom (reading.py)")
    parser.add_argument(
        "--judging", action="store_true", help="statistics only, beside scikit-survival and R's survival"
    )
    parser.add_argument(
        "--learning", action="store_true", help="learning only: elastic net beside glmnet, a study of many models"
    )
    parser.add_argument("--enrichment", action="store_true", help="gene sets only, beside gseapy where it is installed")
    parser.add_argument(
        "--networks", action="store_true", help="module networks only, at the size of Segal et al. 2007"
    )
    parser.add_argument("--seconds", action="store_true", help="also print seconds of this machine")
    parser.add_argument("--verbose", action="store_true", help="every call as it is measured, on stderr")
    parser.add_argument("--out", type=Path, help="write the report to a file too")
    return parser.parse_args()


def report(chosen: argparse.Namespace) -> Iterator[str]:
    pythons = interpreters()
    peers = [name for name in pythons if name != "radioloom"]
    few = chosen.cases or (["lung2"] if chosen.quick else [])
    spheres = few or (*SPHERES, *(["sphere_1e7"] if chosen.large else []))
    real = () if few else REAL
    always = ("lung2", "sphere_1e3", "sphere_1e6", "sphere_48k", "native")
    present = make_cases([*dict.fromkeys((*spheres, *real, *always))])
    small = "lung2" if "lung2" in present else "sphere_48k"
    plan = [(workload, case) for workload in ("W1", "W2") for case in (*spheres, *real) if case in present]
    plan += [("drop-in", small), ("perturbed", small), ("native", "native")]
    for workload in ("W1", "native"):  # compile what is not in the cache yet
        once(pythons["radioloom"], "radioloom", "once", str(HOME / "cases" / "native"), workload)
    log = (lambda text: print(text, file=sys.stderr)) if chosen.verbose else (lambda _: None)
    yield "# Radioloom beside its peers\n\nOne thread, same voxels; peer / radioloom, so above 1 radioloom is faster.\n"
    yield f"Peers here: {', '.join(peers) or 'none'}.\n"
    with ExitStack() as stack:
        engines = [Engine(name, python) for name, python in pythons.items()]
        for engine in engines:
            stack.callback(engine.close)
        times = warm(engines, plan, log)
        growths = grown(next(engine for engine in engines if engine.name == "radioloom"), plan)
        yield "## Warm calls, CPU\n\n" + ratios(times, plan, peers, chosen.seconds)
        if "pyradiomics" in peers:
            byname = {engine.name: engine for engine in engines}
            same = [case for case in ("sphere_1e4", *REAL[:2]) if case in present]
            yield "## Same values as pyradiomics\n\n" + "\n".join(agreement(byname, same or [small])) + "\n"
    if growths:
        yield "## Growth: time of ten times the voxels\n\n" + growth(times, growths, peers)
    cold = {
        "import": fresh(pythons, 5, "import"),
        "small": fresh(pythons, 9, "once", str(HOME / "cases" / small), "W1"),
        "native": fresh(pythons, 1, "once", str(HOME / "cases" / "native"), "native"),
        "large": fresh(pythons, 1, "once", str(HOME / "cases" / "sphere_1e6"), "W1"),
    }
    yield "## Fresh processes: CPU, wall (peer / radioloom), peak memory\n\n" + processes(cold, peers)
    compiled = compilation(pythons["radioloom"])
    yield "## Speed to reach\n\n" + targets_met(times, cold, compiled, growths)
    yield "## Reading DICOM\n\n" + reading.table()
    yield "## Judging\n\n" + judging.table()
    yield "## Learning\n\n" + learning.table()
    yield "## Gene sets\n\n" + enrichment.table()
    yield "## Module networks\n\n" + networks.table()
    if chosen.seconds:
        yield f"radioloom on this machine: import {cold['import']['radioloom'][0]:.2f} CPU s\n"


def processes(cold: dict, peers: list[str]) -> str:
    rows = []
    names = {
        "import": "import",
        "small": "W1, 48k voxels, files to table",
        "native": "native 512 x 512 x 134, files to table",
    }
    for key, name in (names | {"large": "W1, sphere_1e6, files to table"}).items():
        own, shown = cold[key]["radioloom"], []
        for peer in peers:
            cpu, wall, _ = (a / b for a, b in zip(cold[key][peer], own, strict=True))
            shown += [f"{cpu:.2f}", f"{wall:.2f}", f"{cold[key][peer][2]:.0f} MB"]
        rows.append([name, *shown, f"{own[2]:.0f} MB"])
    head = [word for peer in peers for word in (f"{peer} CPU", "wall", "peak")]
    return table(["process", *head, "radioloom peak"], rows)


def alone(chosen: argparse.Namespace) -> list[str]:
    """Parts that were asked for by themselves."""
    parts = (enrichment, filters, judging, learning, networks, reading)
    return [each.table() for each in parts if getattr(chosen, each.__name__)]


def main() -> None:
    chosen = options()
    parts = []
    for part in alone(chosen) or report(chosen):
        print(part, flush=True)
        parts.append(part)
    if chosen.out:
        chosen.out.write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
