"""Learning: a path of the elastic net beside glmnet's, and a study of 422 patients and 1,000 features with many models.

    PYTHONPATH=workflow python tests/bench/learning.py [--cores 2]

The patients are made up: lognormal features that share what they measure, two of which bear on survival.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from environments import ROOT, single_thread

HERE = Path(__file__).parent
N, MIXINGS = 422, (1.0, 0.5, 0.1)
STUDY = """
study: bench
title: 422 patients, 1,000 features, every model of the default list
seed: 1
data: {data}
cohorts:
  train:
    role: training
    features: {{file: features.csv, columns: {{case: id, features: "f.*", groups: {{texture: "f.*"}}}}}}
    clinical: {{file: outcomes.csv, case: id, event: died, time_days: days, event_values: {{"1": true, "0": false}}}}
outcome: {{kind: survival, name: overall survival}}
model: {{kind: cox}}
models: default
baselines: {{volume: [f0000]}}
"""


def patients(n_features: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Time in days (n,), event (n,) and features (n, f) of 422 patients, the same every time."""
    draw = np.random.default_rng([N, n_features])
    shared = draw.normal(size=(N, 40))
    weight = draw.normal(size=(40, n_features)) * (draw.random((40, n_features)) < 0.1)
    columns = np.exp(0.5 * (shared @ weight + 0.7 * draw.normal(size=(N, n_features))))
    dies = 600 * draw.exponential(size=N) / np.exp(0.5 * shared[:, 0] + 0.4 * shared[:, 1])
    leaves = draw.uniform(200, 3000, N)
    return np.minimum(dies, leaves), dies <= leaves, columns


def paths() -> str:
    """CPU seconds of 100 strengths of Cox, 422 x 440, as precise as glmnet by default, and glmnet's on the same."""
    from radioloom.prediction.models.elastic_net import ROUGH, Problem, path, path_strengths
    from radioloom.prediction.outcome import outcome

    days, event, columns = patients(440)
    columns = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    problems = [Problem(columns, outcome("survival", event, days), mixing) for mixing in MIXINGS]
    strengths = [path_strengths(problem) for problem in problems]
    own = [
        min(_cpu(lambda: path(problem, each, ROUGH)) for _ in range(3))  # noqa: B023 (called at once)
        for problem, each in zip(problems, strengths, strict=True)
    ]
    lines = ["| elastic net, Cox, 422 x 440: mixing | radioloom, CPU s | glmnet / radioloom | |", "|---|---|---|---|"]
    theirs = _glmnet(days, event, columns, strengths)
    for mixing, seconds in zip(MIXINGS, own, strict=True):
        ratio = theirs[f"{mixing:g}"] / seconds if theirs else float("nan")
        met = "met" if ratio >= 0.5 else "R's glmnet is absent" if not theirs else "NOT met"
        lines.append(f"| {mixing:g} | {seconds:.3g} | {ratio:.2f} (at least 0.5) | {met} |")
    return "\n".join(lines)


def _cpu(call: object) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


def _glmnet(days: np.ndarray, event: np.ndarray, columns: np.ndarray, strengths: list[np.ndarray]) -> dict[str, float]:
    """CPU seconds by mixing; none where this machine has no glmnet."""
    if not shutil.which("Rscript"):
        return {}
    with tempfile.TemporaryDirectory() as folder:
        cases, listed = (str(Path(folder) / name) for name in ("cases.csv", "strengths.csv"))
        table = np.column_stack([days, event, columns])
        names = ["time", "event", *(f"x{k}" for k in range(columns.shape[1]))]
        np.savetxt(cases, table, delimiter=",", header=",".join(names), comments="", fmt="%.17g")
        heads = ",".join(f"m{mixing:g}" for mixing in MIXINGS)
        np.savetxt(listed, np.column_stack(strengths), delimiter=",", header=heads, comments="", fmt="%.17g")
        command = ["Rscript", str(HERE / "peer_glmnet.R"), cases, listed]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=single_thread())
    return json.loads(done.stdout) if done.returncode == 0 else {}


def study(cores: int) -> str:
    """Seconds of a whole study from its two CSV to the report: on the clock and of the cores."""
    days, event, columns = patients(1000)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        ids = [f"p{k:03d}" for k in range(N)]
        _table(folder / "features.csv", ids, [f"f{k:04d}" for k in range(1000)], columns)
        outcomes = np.column_stack([np.ceil(days), event])
        _table(folder / "outcomes.csv", ids, ["days", "died"], outcomes)
        (folder / "study.yaml").write_text(STUDY.format(data=folder))
        command = [sys.executable, "-m", "snakemake", "-s", str(ROOT / "Snakefile"), "--cores", str(cores)]
        command += ["--configfile", str(folder / "study.yaml"), "--directory", str(folder), "--quiet", "all"]
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            raise SystemExit(done.stdout + done.stderr)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    met = "met" if wall <= 300 else "NOT met"
    lines = [
        "| study of 422 x 1,000 from CSV to report, `models: default` | at most | measured | |",
        "|---|---|---|---|",
    ]
    lines.append(f"| {cores} cores, s | 300 | {wall:.0f} (CPU {cpu:.0f}) | {met} |")
    return "\n".join(lines)


def _table(file: Path, ids: list[str], names: list[str], values: np.ndarray) -> None:
    rows = [",".join([each, *(f"{value:.10g}" for value in row)]) for each, row in zip(ids, values, strict=True)]
    file.write_text("\n".join([",".join(["id", *names]), *rows]) + "\n")


def table(cores: int = 2) -> str:
    """Both tables."""
    return f"{paths()}\n\n{study(cores)}"


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "workflow"))
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--cores", type=int, default=2)
    print(table(asked.parse_args().cores))
