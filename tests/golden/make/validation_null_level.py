"""Level of `null_p` in validation, and what it leaves of the verdicts of the interval: `docs/validation.md` has them.

PYTHONPATH=tests python tests/golden/make/validation_null_level.py [studies]

Studies of `tests/calibrate`, learnt through the stages and judged in 80 new cases, without cross-validation. Of noise
19 exchanges, whose p is at or below .05 in .05 of studies where it is exact; of effects 50, as a study asks for.
"""

import sys
from dataclasses import replace

import numpy as np

from calibrate.cells import CELLS
from calibrate.population import patients
from calibrate.study import VALIDATED, learnt_from, material
from radioloom.errors import StudyError
from radioloom.prediction.metrics.concordance import concordance_of
from radioloom.stages.learning.judge import places
from radioloom.stages.learning.null_models import exchanged_values, null_rows
from radioloom.stages.learning.risks import risk_of
from radioloom.stages.learning.validate import validate

NOISE = ("noise, binary, 51", "noise, survival, 72", "noise, survival, 40 patients of two lesions")
EFFECT = ("effect, binary, 51", "effect, survival, 72", "volume alone, binary, 51")


def learnt(cell, seed, centres):
    """A study's material, SPLITS and signature; `centres` of the validation patients."""
    draw = np.random.default_rng(seed)
    of = material(cell, patients(cell, cell.n, draw), patients(cell, VALIDATED, draw, centres))
    return of, *learnt_from(of, seed)


def level(cell, studies, centres):
    """Share of studies of noise whose p is at or below .05."""
    p = []
    for seed in range(studies):
        of, splits, signature = learnt(cell, seed, centres)
        place = places(of, splits)[-1]
        if centres == 2:  # which differ in hazard and scanner
            halves = np.arange(VALIDATED) // (VALIDATED // 2)
            place = replace(place, outcomes=replace(place.outcomes, strata=halves))
        of = replace(of, study={**of.study, "seed": seed})
        observed = concordance_of(place.outcomes, risk_of(of, signature, place.rows))
        _, row = null_rows(place, np.array(observed), exchanged_values(of, signature, place))
        p.append(row["estimate"])
    return np.mean(np.array(p) <= 0.0501)


def main():
    """Print one line a kind of study."""
    studies = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    by_name = {cell.name: replace(cell, repeats=0) for cell in CELLS}
    for name in NOISE:
        for centres in (1, 2):
            share = level(replace(by_name[name], nulls=19), studies, centres)
            print(f"{name}, validated in {centres} centres: {share:.3f}", flush=True)
    for name in EFFECT:
        told = []
        for seed in range(studies // 4):
            try:
                of, splits, signature = learnt(replace(by_name[name], nulls=50), seed, 1)
            except StudyError:
                continue
            of = replace(of, study={**of.study, "seed": seed, "baselines": {}})
            (row,) = (
                row
                for row in validate(of, splits, signature).comparisons
                if row["evaluation"] == "validation" and row["model"] == "signature" and not row["against"]
            )
            told.append((row["null_p"] < 0.05, row["low"] > 0.5))
        p, interval = np.array(told).T
        shares = f"interval {interval.mean():.3f}, null_p {p.mean():.3f}, both {(p & interval).mean():.3f}"
        print(f"{name}: {shares} of {len(told)}", flush=True)


if __name__ == "__main__":
    main()
