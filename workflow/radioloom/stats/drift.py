"""Whether features of new patients are distributed as those of others: differences of ranks, range, and a test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from radioloom.stats.ranks import normal_scores

FEWEST = 10  # values of new patients below which nothing is tested


@dataclass(frozen=True, slots=True)
class Drift:
    """What differs, float64 (f,) each; NaN of fewer than FEWEST values.

    Where known and new values are one value each there is no difference, as there is no SD; where both are the same one
    there is no test either.
    """

    n: np.ndarray
    difference: np.ndarray  # of the mean normal scores, in SD
    low: np.ndarray  # bounds of its 95 % interval
    high: np.ndarray
    outside: np.ndarray  # share of the new values outside the range of the others
    p: np.ndarray  # Kolmogorov and Smirnov's


def drift(known: np.ndarray, new: np.ndarray) -> Drift:
    """New values (m, f) against known ones (n, f); NaN where one is missing.

    The difference is that of the means of the normal scores of the joint ranks, over the root of the mean of both
    variances, with Welch's interval: it does not depend on the scale that a feature is measured on.
    """
    m, n = (np.isfinite(each).sum(axis=0) for each in (new, known))
    with np.errstate(invalid="ignore", divide="ignore"):
        scores = normal_scores(np.vstack([known, new]))
        (mean, var), (mean_new, var_new) = map(_moments, (scores[: len(known)], scores[len(known) :]))
        parts, parts_new = var / n, var_new / m
        sd = np.sqrt((var + var_new) / 2)
        difference = (mean_new - mean) / sd
        degrees = (parts + parts_new) ** 2 / (parts**2 / (n - 1) + parts_new**2 / (m - 1))
        spread = special.stdtrit(degrees, 0.975) * np.sqrt(parts + parts_new) / sd
    outside = _outside(known, new)
    p = np.array([_smirnov(*pair) for pair in zip(known.T, new.T, strict=True)])
    few = (m < FEWEST) | (n < FEWEST)
    without_sd = few | ~(_varies(scores[: len(known)]) | _varies(scores[len(known) :]))
    low, high = difference - spread, difference + spread
    difference, low, high = (np.where(without_sd, np.nan, each) for each in (difference, low, high))
    p = np.where(few | ~_varies(scores), np.nan, p)
    return Drift(m, difference, low, high, outside, p)


def _varies(values: np.ndarray) -> np.ndarray:
    """Whether each column (n, f) has two values, bool (f,); NaN is left out."""
    return np.fmax.reduce(values, initial=-np.inf) > np.fmin.reduce(values, initial=np.inf)


def _moments(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of each column (n, f), NaN left out."""
    present = np.isfinite(values)
    n = present.sum(axis=0)
    mean = np.where(present, values, 0.0).sum(axis=0) / n
    return mean, (np.where(present, values - mean, 0.0) ** 2).sum(axis=0) / (n - 1)


def _outside(known: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Share of the new values beyond the least or the largest known one; NaN without values."""
    low = np.where(np.isfinite(known), known, np.inf).min(axis=0, initial=np.inf)
    high = np.where(np.isfinite(known), known, -np.inf).max(axis=0, initial=-np.inf)
    present = np.isfinite(new)
    beyond = present & ((new < low) | (new > high))
    n = np.where((low <= high) & present.any(axis=0), present.sum(axis=0), np.nan)
    return beyond.sum(axis=0) / n


def _smirnov(one: np.ndarray, other: np.ndarray) -> float:
    """P of the two-sample test of Kolmogorov and Smirnov, by Stephens's approximation (1970); NaN is left out.

    With ties, as of counts, it is too large.
    """
    one, other = (np.sort(each[np.isfinite(each)]) for each in (one, other))
    if not len(one) or not len(other):
        return float("nan")
    both = np.concatenate([one, other])
    shares = (np.searchsorted(each, both, "right") / len(each) for each in (one, other))
    largest = np.abs(np.subtract(*shares)).max()
    size = np.sqrt(len(one) * len(other) / len(both))
    return float(special.kolmogorov((size + 0.12 + 0.11 / size) * largest))
