"""Judging beside scikit-survival and R's survival on the same arrays, and the cost of intervals and null models.

Ratios are peer / radioloom, CPU seconds of a call, one thread. The study of the last rows is made up: 60 features.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from environments import interpreter, single_thread

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1] / "workflow"), str(HERE.parent)]
N, FEATURES, RESAMPLES = 422, 440, 1000  # Lung1, the features of Aerts 2014
HORIZON = 730.0
# (what, at most): CPU seconds
GOALS = {
    "C-index of 440 features, 422 patients, 1,000 resamples": 5.0,
    "interval of cross-validation, 60 features, 72 patients, 5 folds, 10 repeats": 4.0,
    "1,000 null models of 440 features, 422 patients": 120.0,
}


def cpu(call: Callable[[], object], least: float = 0.5) -> float:
    """Least CPU seconds of a call in three turns, after one that is not counted."""
    call()
    turns = []
    for _ in range(3):
        count, start = 0, time.process_time()
        while not count or time.process_time() - start < least:
            call()
            count += 1
        turns.append((time.process_time() - start) / count)
    return min(turns)


def arrays() -> dict[str, np.ndarray]:
    """Times in whole days, events and risks of 422 patients."""
    draw = np.random.default_rng(422)
    risk = draw.normal(size=N)
    dies, leaves = 600 * draw.exponential(size=N) / np.exp(0.5 * risk), draw.uniform(200, 3000, N)
    time_days, event = np.ceil(np.minimum(dies, leaves)), dies <= leaves
    return {"time": time_days, "event": event.astype(float), "risk": risk, "group": (risk > 0).astype(float)}


def ours(data: dict[str, np.ndarray]) -> dict[str, float]:
    """CPU seconds of each metric, as a report computes it but without resamples."""
    from radioloom.prediction.metrics import METRICS
    from radioloom.prediction.metrics.kaplan_meier import kaplan_meier
    from radioloom.prediction.metrics.record import Judged
    from radioloom.prediction.metrics.risk_groups import logrank
    from radioloom.prediction.models.cox import fit_cox
    from radioloom.prediction.outcome import outcome

    event = data["event"] > 0
    of = outcome("survival", event, data["time"])
    steps = np.unique(data["time"][event])

    def absolute(times: np.ndarray) -> np.ndarray:
        return 1 - np.exp(-np.outer(np.exp(0.5 * data["risk"]), times / 600))

    judged = Judged(
        data["risk"][None], of, np.zeros((0, N)), tau=HORIZON, absolute=absolute, horizon_days=HORIZON, steps=steps
    )
    named = {"Harrell's C": "c_index", "Uno's C": "uno_c", "AUC at a horizon": "auc_at", "Brier score": "brier"}
    named |= {"integrated Brier score": "integrated_brier", "proportional hazards": "proportional_hazards_p"}
    calls: dict[str, Callable[[], object]] = {label: partial(METRICS[name].of, judged) for label, name in named.items()}
    calls["Kaplan-Meier"] = lambda: kaplan_meier(of.time_days, of.event)
    calls["log-rank"] = lambda: logrank(of.time_days, of.event, data["group"] > 0)
    calls["Cox model"] = lambda: fit_cox(data["risk"][:, None], of)
    return {label: cpu(call) for label, call in calls.items()}


def peers(data: dict[str, np.ndarray]) -> dict[str, dict[str, float]]:
    """CPU seconds of the same by each peer that this machine has."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "data.csv"
        table = np.column_stack(list(data.values()))
        np.savetxt(file, table, delimiter=",", header=",".join(data), comments="", fmt="%.17g")
        commands = {"R survival": [shutil.which("Rscript"), str(HERE / "peer_survival.R")]}
        commands["scikit-survival"] = [interpreter("scikit-survival"), str(HERE / "peer_scikit_survival.py")]
        for name, command in commands.items():
            if command[0] is None:
                print(f"{name}: absent", file=sys.stderr)
                continue
            asked = [*map(str, command), str(file)]
            done = subprocess.run(asked, capture_output=True, text=True, check=False, env=single_thread())
            if done.returncode:
                print(f"{name}: absent, {done.stderr.strip()[-300:]}", file=sys.stderr)
                continue
            found[name] = json.loads(done.stdout.splitlines()[-1])
    return found


def costs() -> Iterator[tuple[str, float]]:
    """CPU seconds of what has a goal."""
    from calibrate.cells import Cell
    from calibrate.population import patients
    from calibrate.study import learnt_from, material, plain, settings
    from radioloom.prediction.metrics.concordance import comparable, resampled
    from radioloom.prediction.outcome import outcome
    from radioloom.stages.learning.validate import validate
    from radioloom.stats.bootstrap import resample_weights

    data, draw = arrays(), np.random.default_rng(1)
    of = outcome("survival", data["event"] > 0, data["time"])
    values = draw.normal(size=(N, FEATURES))
    values[:, 0] += data["risk"]
    start = time.process_time()
    pairs, weights = comparable(of), resample_weights(of.event, RESAMPLES, draw)
    for k in range(FEATURES):
        resampled(pairs, values[:, k], weights, counts=True)
    yield "C-index of 440 features, 422 patients, 1,000 resamples", time.process_time() - start

    cell = Cell("bench", "survival", 72, texture=0.7, volume=0.5)
    study = material(cell, patients(cell, 72, draw), patients(cell, 20, draw))
    splits, signature = learnt_from(study, 1)
    validate(study, splits, signature)
    start = time.process_time()
    validate(study, splits, signature)
    what = "interval of cross-validation, 60 features, 72 patients, 5 folds, 10 repeats"
    yield what, time.process_time() - start

    aerts = Cell("bench", "survival", N, nulls=1000, repeats=0)
    groups = np.repeat(np.array(["shape", "intensity", "texture", "filtered"], dtype=object), FEATURES // 4)
    names = np.array([f"f{k:03d}" for k in range(FEATURES)], dtype=object)
    one = replace(of, units=np.arange(N), strata=np.zeros(N, dtype=np.int64))
    whole = plain(settings(aerts, "f000"), values, names, groups, one)
    splits, signature = learnt_from(whole, 1)
    start = time.process_time()
    validate(whole, splits, signature)
    yield "1,000 null models of 440 features, 422 patients", time.process_time() - start


def table() -> str:
    """Ratios by metric, and the goals."""
    data = arrays()
    own, others = ours(data), peers(data)
    lines = [["metric", *(f"{peer} / radioloom" for peer in others), "radioloom, ms"]]
    for what, seconds in own.items():
        ratios = [f"{other[what] / seconds:.3g}" if what in other else "" for other in others.values()]
        lines.append([what, *ratios, f"{1000 * seconds:.3g}"])
    goals = [["speed to reach, CPU s", "at most", "measured", ""]]
    for what, seconds in costs():
        goals.append([what, f"{GOALS[what]:g}", f"{seconds:.3g}", "met" if seconds <= GOALS[what] else "NOT met"])
    return "\n\n".join(_markdown(each) for each in (lines, goals))


def _markdown(lines: list[list[str]]) -> str:
    lines = [lines[0], ["---"] * len(lines[0]), *lines[1:]]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


if __name__ == "__main__":
    print(table())
