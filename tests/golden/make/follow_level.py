"""The tables of docs/follow.md: how often points and sums leave their limits where nothing changed, and where it did.

    PYTHONPATH=tests python tests/golden/make/follow_level.py [data sets a cell] > table.md

Patients enter evenly over five periods of 60 and are followed until the end, so that the last are hardly followed; of
`binary` the outcome is known at once. Their risks and outcomes are those of a frozen model that is right, but from
period 3 on, where the cell says so. Six of twelve features of the signature, which are correlated, then drift by half
a standard deviation.
"""

import sys

import numpy as np

from made.ongoing import EACH, NOTHING, PERIODS_, judged, signature, study
from radioloom.stages.learning.follow import follow
from radioloom.stats.drift import drift
from radioloom.stats.multiplicity import benjamini_hochberg
from radioloom.tables import METRICS

TRAINING, FEATURES = 150, 12
CHANGES = {  # hazard or odds, weight of the risk
    "nothing changed": NOTHING,
    "hazard or odds times 1.5 from period 3": (1.5, 1.0),
    "hazard or odds times 2 from period 3": (2.0, 1.0),
    "the risk foretells nothing from period 3": (1.0, 0.0),
}


def rows(kind: str, change: tuple[float, float], sets: int, level: float) -> dict[str, tuple[float, int]]:
    """Share of points outside their limits by metric, and of data sets with an alarm of the sums; with how many."""
    out: dict[str, list[bool]] = {}
    settings, frozen_model, nothing = study(kind, level), signature(kind), METRICS.frame([])
    settings["validation"]["bootstrap"] = 200
    for k in range(sets):
        draws = np.random.default_rng([k, len(kind), int(10 * sum(change))])
        each, periods = judged(kind, change, draws, settings)
        told = follow([each], periods, nothing, frozen_model, settings)
        for row in told.followed:
            if row["verdict"] and row["period"] > 2:
                out.setdefault(row["metric"], []).append(row["verdict"] != "within")
        for side in ("upper", "lower"):
            alarm = any(row[side] > row[f"{side}_limit"] for row in told.cusum)
            out.setdefault(f"sum, {side}", []).append(alarm)
    return {name: (float(np.mean(each)), len(each)) for name, each in out.items()}


def drifting(sets: int, shift: float) -> tuple[float, float]:
    """Share of data sets in which some feature has q < .05, and of intervals of a period that leave 0 out."""
    some, outside = [], []
    for k in range(sets):
        draws = np.random.default_rng([k, int(100 * shift)])
        load = draws.normal(size=(3, FEATURES))
        n = TRAINING + PERIODS_ * EACH
        values = np.exp(draws.normal(size=(n, 3)) @ load / 3 + 0.5 * draws.normal(size=(n, FEATURES)))
        sd = np.log(values).std(axis=0)
        new = values[TRAINING:].reshape(PERIODS_, EACH, FEATURES)
        new[2, :, :6] *= np.exp(shift * sd[:6])
        parts = [drift(values[:TRAINING], each) for each in new]
        some.append((benjamini_hochberg(np.array([part.p for part in parts])) < 0.05).any())
        outside += [((part.low > 0) | (part.high < 0)).mean() for part in parts]
    return float(np.mean(some)), float(np.mean(outside))


def main() -> None:
    """Print the tables."""
    sets = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    for shift in (0.0, 0.25, 0.5):
        some, outside = drifting(sets, shift)
        print(
            f"| drift of {shift} SD in period 3 | some feature {100 * some:.1f} % | intervals {100 * outside:.1f} % |"
        )
    for level, changes in ((0.99, CHANGES), (0.95, dict(list(CHANGES.items())[:1]))):
        for kind in ("survival", "binary"):
            for words, change in changes.items():
                n_sets = sets if change == NOTHING else sets // 5
                told = rows(kind, change, n_sets, level)
                cells = "; ".join(f"{name} {100 * share:.1f} % of {n}" for name, (share, n) in told.items())
                print(f"| {level} | {kind} | {words} | {n_sets} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
