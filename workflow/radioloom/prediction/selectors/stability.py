"""Selector: features that the lasso takes in most half-samples of the patients (stability selection)."""

from __future__ import annotations

import math

import numpy as np

from radioloom.prediction.inner_folds import inner_folds
from radioloom.prediction.models.elastic_net import ROUGH, Problem, _steps, path_strengths
from radioloom.prediction.selectors.record import Candidates, Selector, standard


def stability(candidates: Candidates, n_features: int) -> dict[int, str]:
    """Features that enter the path first in at least `threshold` of the half-samples, at most `n_features` of them.

    Meinshausen and Bühlmann 2010, doi:10.1111/j.1467-9868.2010.00740.x. How many enter first follows from the false
    ones that are allowed (their theorem 1). Half-samples are of patients, in pairs that complement each other (Shah and
    Samworth 2013), with as many events in both. None where fewer than three patients have the event (binary: or not).
    """
    asked, draws = candidates.asked, candidates.generator
    assert draws is not None  # the learning gives one
    most = first(len(candidates.names), asked["threshold"], asked["false_features"])
    problem = Problem(candidates.columns, candidates.outcomes, asked["mixing"])
    share = np.zeros(len(candidates.names))
    for _ in range(asked["pairs"]):
        half = inner_folds(candidates.outcomes, 2, draws)
        if half is None:
            return {}
        share += sum(entered(problem.take(np.flatnonzero(half == side)), most) for side in (0, 1))
    share /= 2 * asked["pairs"]
    ranked = candidates.ranked()
    order = ranked[np.argsort(-share[ranked], kind="stable")]
    taken = [place for place in order if share[place] >= asked["threshold"]][:n_features]
    words = f"half-samples{_beyond(len(share), asked['threshold'], asked['false_features'])}"
    return {int(p): f"among the first {most} in {share[p]:.0%} of {2 * asked['pairs']} {words}" for p in taken}


def first(n: int, threshold: float, false_features: float) -> int:
    """How many of n columns may enter a path so that at most so many false ones are expected to be taken.

    Theorem 1: expected false ones are at most most² / ((2 threshold - 1) n).
    """
    return max(1, min(n, math.floor(math.sqrt(false_features * (2 * threshold - 1) * n))))


def _beyond(n: int, threshold: float, false_features: float) -> str:
    """The bound that the one column that enters at least gives, where that is above `false_features`; else nothing."""
    least = 1 / ((2 * threshold - 1) * n)
    if least <= false_features:
        return ""
    return f"; of so few features up to {least:.2g} false ones are expected, above the {false_features:g} declared"


def entered(problem: Problem, most: int) -> np.ndarray:
    """Which columns (f,) an elastic net takes at the weakest penalty before it takes more than `most`."""
    problem = Problem(standard(problem.columns), problem.outcomes, problem.mixing)
    taken = np.zeros(problem.columns.shape[1], dtype=bool)
    for beta in _steps(problem, path_strengths(problem), ROUGH):
        now = beta[1:] != 0
        if now.sum() > most:
            break
        taken = now
    return taken


STABILITY = Selector(
    "stability",
    stability,
    "features that the lasso takes in most half-samples of the patients (stability selection)",
    settings={
        "threshold": {
            "description": "share of the half-samples in which a feature has to be among those taken first",
            "type": "number",
            "exclusiveMinimum": 0.5,
            "maximum": 1,
            "default": 0.75,
        },
        "false_features": {
            "description": "features without any relation to the outcome that are expected among those taken, at most",
            "type": "number",
            "exclusiveMinimum": 0,
            "default": 1,
        },
        "pairs": {
            "description": "pairs of half-samples that complement each other",
            "type": "integer",
            "minimum": 10,
            "maximum": 1000,
            "default": 50,
        },
        "mixing": {
            "description": "share of the penalty that is on |coefficients|: 1 is the lasso",
            "type": "number",
            "minimum": 0.01,
            "maximum": 1,
            "default": 1,
        },
    },
)
