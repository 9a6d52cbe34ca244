"""How often the interval of net benefit holds what a model gains in all patients: lines of docs/validation.md.

    python tests/golden/make/decision_coverage.py [data sets of each kind, 300 if not said]

Validation cohorts of 80 and of 200 patients, 200 resamples; risks of a model whose predictor is too far apart by a
quarter.
What is true is counted in 200,000 patients whose outcomes are all known.
"""

import sys
from itertools import product

import numpy as np

from radioloom.prediction.metrics.decision_curve import decision_curve
from radioloom.prediction.metrics.record import Judged
from radioloom.prediction.outcome import Outcome, outcome
from radioloom.stages.learning.place import resamples

THRESHOLDS, SIZES, HORIZON = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9], (80, 200), 500.0


def chances(predictor: np.ndarray, kind: str) -> np.ndarray:
    """Probability of the event, by the horizon, of a predictor (n,)."""
    if kind == "binary":
        return 1 / (1 + np.exp(0.7 - predictor))
    return 1 - np.exp(-HORIZON / 1000 * np.exp(predictor))


def cohort(kind: str, n: int, draw: np.random.Generator) -> tuple[np.ndarray, Outcome]:
    """Probabilities that the model gives (n,), and outcomes, of survival censored between 200 and 1500 days."""
    predictor = 0.8 * draw.normal(size=n)
    given = chances(1.25 * predictor, kind)
    if kind == "binary":
        return given, outcome(kind, draw.random(n) < chances(predictor, kind))
    dies, leaves = draw.exponential(1000 * np.exp(-predictor)), draw.uniform(200, 1500, n)
    return given, outcome(kind, dies <= leaves, np.minimum(dies, leaves))


def truth(kind: str) -> np.ndarray:
    """Net benefit at each threshold, of all patients and their real chances."""
    predictor = 0.8 * np.random.default_rng(9).normal(size=200_000)
    given, real = chances(1.25 * predictor, kind), chances(predictor, kind)
    return np.array([np.mean((given > p) * (real - (1 - real) * p / (1 - p))) for p in THRESHOLDS])


def main(many: int) -> None:
    """Print a row for each kind and size: share held of the cohorts with an interval, and how many these are."""
    for kind, size in product(("binary", "survival"), SIZES):
        right, held, horizon = truth(kind), [], HORIZON * (kind == "survival")
        for number in range(many):
            given, known = cohort(kind, size, np.random.default_rng([4, kind == "binary", number]))
            weights = resamples(known, {"seed": number, "validation": {"bootstrap": 200}}, "")
            judged = Judged(given[None], known, weights, absolute=lambda _, x=given: x[:, None], horizon_days=horizon)
            curve = decision_curve(judged, THRESHOLDS)
            low, high = curve[:, 1], curve[:, 2]
            held.append(np.where(np.isnan(low), np.nan, (low <= right) & (right <= high)))
        told = np.isfinite(held).sum(axis=0)
        shares = zip(np.nansum(held, axis=0) / np.maximum(told, 1), told, strict=True)
        print(f"| {kind}, {size} | {' | '.join(f'{share:.3f} of {of}' for share, of in shares)} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
