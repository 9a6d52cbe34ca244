"""Coverage, level and power of every interval and test that a report prints, by simulated studies.

    PYTHONPATH=tests python -m calibrate.run [--minutes 15] [--most N] [--workers 2] [--sts results/sts] > table.md

Each study goes through the stages split, reduce, fit and validate. What was simulated is kept below `.calibrate/`, by
the digest of the code that it ran through: a run that was cut, or whose minutes were over, goes on where it ended,
and so does one by changed code that gives the same studies.
The kinds of studies take turns, so that a run of any length has a table. Data set k of a kind is the same in every run.
"""

from __future__ import annotations

import argparse
import datetime
import sys
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from calibrate import store, table
from calibrate.cells import CELLS, Cell
from calibrate.population import patients
from calibrate.study import exchanged, material, permuted, sts, told, with_control
from calibrate.truth import Pool, learnt, pool
from radioloom.errors import StudyError
from radioloom.tables.columns import CROSS_VALIDATION, MAIN_METRIC

MODELS = 300  # learnt for the truth of a cross-validation
FOLDS = 5
Task = tuple[int, str, int]  # place of the cell, what, number


@cache
def _pool(place: int) -> Pool:
    return pool(CELLS[place], (place, 0))


@cache
def _sts(place: int, results: Path) -> Any:
    return sts(CELLS[place], results)


def done(task: Task, results: Path) -> list[dict[str, Any]]:
    """Rows of one simulated study, of its exchanged outcomes, or of one model that tells the truth.

    None where a study could not be learnt.
    """
    place, what, k = task
    cell = CELLS[place]
    if what == store.TRUTH:
        return truth_rows(cell, _pool(place), (place, 1, k))
    try:
        if cell.sts:
            return permuted(_sts(place, results), (place, 2, k))
        if what == store.EXCHANGED:
            return exchanged(cell, (place, 2, k))
        return told(cell, _pool(place), (place, 2, k))
    except StudyError:
        return []


def truth_rows(cell: Cell, whole: Pool, seed: tuple[int, ...]) -> list[dict[str, Any]]:
    """Performance in the pool of models learnt from the patients of all folds but one."""
    trained = patients(cell, cell.n * (FOLDS - 1) // FOLDS, np.random.default_rng(seed))
    of = material(cell, trained, whole.all)
    controls = with_control(of, np.vstack([trained.control, whole.all.control]))
    return [
        {
            "evaluation": CROSS_VALIDATION,
            "kind": model.kind,
            "model": model.model,
            "variant": against.variant if against else model.variant,
            "against": against.model if against else "",
            "metric": MAIN_METRIC[cell.kind],
            "horizon_days": 0.0,
            "estimate": value,
        }
        for (model, against), value in learnt(of, controls, whole).items()
    ]


def tasks(known: list[set[tuple[str, int]]], most: int | None, sts_known: bool) -> Iterator[Task]:
    """What is left to do: cells in turn; of one with an effect a model that tells its truth after each study."""
    for k in range(max(cell.most for cell in CELLS)):
        for place, cell in enumerate(CELLS):
            wanted = cell.most if most is None else min(most, cell.most)
            if cell.sts and not sts_known:
                continue
            if k < wanted and (store.STUDY, k) not in known[place]:
                yield place, store.STUDY, k
            if not cell.sts and k < wanted and (store.EXCHANGED, k) not in known[place]:
                yield place, store.EXCHANGED, k
            if not cell.noise and k < min(MODELS, wanted) and (store.TRUTH, k) not in known[place]:
                yield place, store.TRUTH, k


def main() -> None:
    """Simulate until all is done or the minutes are over; then print the table."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--minutes", type=float, default=15.0)
    asked.add_argument("--most", type=int, help="data sets of each kind of study, at most")
    asked.add_argument("--workers", type=int, default=2)
    asked.add_argument("--sts", type=Path, default=store.ROOT / "results" / "sts", help="results of the study sts")
    options = asked.parse_args()
    end = time.monotonic() + 60 * options.minutes
    if taken := store.take_over(lambda *task: done(task, options.sts)):
        print(f"what was simulated by {taken} is the same by this code: it goes on from there", file=sys.stderr)
    files = [store.folder() / f"{place:02d}.jsonl" for place in range(len(CELLS))]
    known = [{(line["what"], line["k"]) for line in store.lines(file)} for file in files]
    sts_known = (options.sts / "tables" / "features.parquet").exists()
    if not sts_known:
        print(f"{options.sts} is absent: run the study sts first for its real features", file=sys.stderr)
    waiting: dict[Future[list[dict[str, Any]]], Task] = {}
    with ProcessPoolExecutor(options.workers) as workers:
        for task in tasks(known, options.most, sts_known):
            if time.monotonic() > end:
                break
            waiting[workers.submit(done, task, options.sts)] = task
            if len(waiting) > 2 * options.workers:
                _keep(waiting, files)
        while waiting:
            _keep(waiting, files)
    found = table.summary([store.lines(file) for file in files])
    print(table.markdown(found, datetime.date.today().isoformat(), FOLDS))
    found.to_csv(store.folder() / "calibration.csv", index=False, float_format="%.6g")


def _keep(waiting: dict[Future[list[dict[str, Any]]], Task], files: list[Path]) -> None:
    """Store what is finished."""
    for future in wait(waiting, return_when=FIRST_COMPLETED).done:
        place, what, k = waiting.pop(future)
        store.add(files[place], what, k, future.result())


if __name__ == "__main__":
    main()
