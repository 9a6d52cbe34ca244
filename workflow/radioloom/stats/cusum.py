"""Risk-adjusted cumulative sums of observed against expected events, and the limits that chance alone crosses.

Steiner SH et al. (2000), Biostatistics 1:441, doi:10.1093/biostatistics/1.4.441 (binary outcomes); Biswas P and
Kalbfleisch JD (2008), Stat Med 27:3382, doi:10.1002/sim.3216 (survival).
"""

from __future__ import annotations

import numpy as np

COURSE, PATHS = 100, 4000  # expected events of a course that a limit is of; simulated courses
STEPS = 20_000  # patients of the longest course that is simulated: of fewer than one event in 200 there is no limit


def survival_scores(event: np.ndarray, expected: np.ndarray, ratio: float) -> np.ndarray:
    """Log likelihood ratio (n,) of a hazard `ratio` times the model's against the model's own.

    event : bool (n,); expected : cumulative hazards (n,) of the time that each was followed
    A patient who is followed for a short time adds little, so nothing is to be waited for.
    """
    return np.where(event, np.log(ratio), 0.0) - (ratio - 1) * expected


def binary_scores(event: np.ndarray, probability: np.ndarray, ratio: float) -> np.ndarray:
    """The same (n,) of odds `ratio` times those of the probabilities (n,)."""
    return np.where(event, np.log(ratio), 0.0) - np.log1p((ratio - 1) * probability)


def cusum(scores: np.ndarray) -> np.ndarray:
    """The cumulative sum (k,) of scores (k,) in order, which begins anew at 0 whenever it would fall below."""
    total = np.cumsum(scores)
    return total - np.minimum(np.minimum.accumulate(total), 0.0)


def survival_limit(ratio: float, level: float, draws: np.random.Generator) -> float:
    """The value that a survival sum stays below with chance `level` while COURSE events are expected.

    Patient after patient, the events of a model that is right are a Poisson process of rate 1 in the time of its own
    cumulative hazard, whoever the patients are and however they are censored (random time change): so the limit
    depends on nothing but ratio and level.
    """
    steps = int(COURSE + 6 * COURSE**0.5)
    gaps = draws.exponential(size=(steps, PATHS))
    until = np.diff(np.minimum(np.cumsum(gaps, axis=0), COURSE), axis=0, prepend=0.0)
    happened = np.cumsum(gaps, axis=0) <= COURSE
    before = -(ratio - 1) * until  # the sum between events; a ratio below 1 rises there
    return _limit(before, np.where(happened, np.log(ratio), 0.0), level)


def binary_limit(ratio: float, probability: np.ndarray, level: float, draws: np.random.Generator) -> float | None:
    """The same of a binary sum, for patients drawn from those of these probabilities (n,).

    None where so many events would take more than `STEPS` patients: values in another unit can have probabilities of 0.
    """
    mean = float(probability.mean())
    if not mean * STEPS >= COURSE:
        return None
    steps = max(1, round(COURSE / mean))
    highest, value = np.zeros(PATHS), np.zeros(PATHS)
    for _ in range(steps):
        chance = draws.choice(probability, PATHS)
        value = np.maximum(0.0, value + binary_scores(draws.random(PATHS) < chance, chance, ratio))
        np.maximum(highest, value, out=highest)
    return float(np.quantile(highest, level))


def _limit(before: np.ndarray, at: np.ndarray, level: float) -> float:
    """Quantile of the highest sum of each path. before, at : what it gains before and at each event, (steps, paths)."""
    highest, value = np.zeros(before.shape[1]), np.zeros(before.shape[1])
    for gain in np.stack([before, at], axis=1).reshape(-1, before.shape[1]):
        value = np.maximum(0.0, value + gain)
        np.maximum(highest, value, out=highest)
    return float(np.quantile(highest, level))
