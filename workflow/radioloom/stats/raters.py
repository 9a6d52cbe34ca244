"""Two raters: weighted kappa of ordinal traits, concordance correlation of measurements."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from radioloom.errors import StudyError

Z95 = 1.959963984540054
WEIGHTS = {"unweighted": 0, "linear": 1, "quadratic": 2}  # exponent of the distance between two categories


@dataclass(frozen=True, slots=True)
class Kappa:
    """Weighted kappa with its large-sample 95 % interval; NaN where both raters used one category alone."""

    estimate: float
    low: float
    high: float
    n: int  # subjects that both rated


def weighted_kappa(first: np.ndarray, second: np.ndarray, n_categories: int, weights: str = "quadratic") -> Kappa:
    """Cohen's kappa (1968) of two raters' ordinal codes 0 to n_categories - 1, float64 (n,), NaN where not rated.

    weights : `unweighted`, `linear` or `quadratic` disagreement. The standard error is that of Fleiss, Cohen and
        Everitt (1969). Raises StudyError for an unknown weight or a code that is no category.
    """
    if weights not in WEIGHTS:
        raise StudyError(f"weights is {weights!r}; it must be one of {', '.join(WEIGHTS)}")
    both = np.isfinite(first) & np.isfinite(second)
    codes = np.stack([np.asarray(first)[both], np.asarray(second)[both]])
    wrong = codes[(codes != np.rint(codes)) | (codes < 0) | (codes >= n_categories)]
    if len(wrong):
        raise StudyError(f"{wrong[0]:g} is no code of {n_categories} ordinal categories; code them 0, 1, 2 ...")
    n = codes.shape[1]
    a, b = codes.astype(np.int64)
    table = np.bincount(a * n_categories + b, minlength=n_categories**2).reshape(n_categories, n_categories) / max(n, 1)
    return _kappa(table, _agreement_weights(n_categories, WEIGHTS[weights]), n)


def _agreement_weights(n_categories: int, power: int) -> np.ndarray:
    """1 on the diagonal, 0 at the largest distance."""
    distance = np.abs(np.subtract.outer(np.arange(n_categories), np.arange(n_categories))).astype(float)
    return 1 - ((distance > 0) if power == 0 else (distance / max(n_categories - 1, 1)) ** power)


def _kappa(table: np.ndarray, weight: np.ndarray, n: int) -> Kappa:
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    seen, chance = np.sum(weight * table), np.sum(weight * np.outer(rows, columns))
    if n == 0 or chance == 1:
        return Kappa(math.nan, math.nan, math.nan, n)
    estimate = (seen - chance) / (1 - chance)
    # Fleiss, Cohen and Everitt 1969, equation 8
    of_pair = (weight @ columns)[:, None] + (rows @ weight)[None, :]
    spread = np.sum(table * (weight - of_pair * (1 - estimate)) ** 2) - (estimate - chance * (1 - estimate)) ** 2
    error = math.sqrt(max(spread, 0.0) / n) / (1 - chance)
    return Kappa(float(estimate), max(-1.0, float(estimate - Z95 * error)), min(1.0, float(estimate + Z95 * error)), n)


@dataclass(frozen=True, slots=True)
class Concordance:
    """Lin's concordance correlation of each feature with its 95 % interval, float64 (f,)."""

    estimate: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n: np.ndarray  # int64 (f,): subjects with both


def concordance_correlation(values: np.ndarray) -> Concordance:
    """Lin's concordance correlation coefficient (1989) of `values`, float64 (features, subjects, 2).

    2 s12 / (s1^2 + s2^2 + (m1 - m2)^2) with moments of divisor n, interval by Fisher's z with Lin's variance (n - 2).
    NaN where fewer than 3 subjects have both, or nothing varies.
    """
    both = np.isfinite(values).all(axis=2)
    n = both.sum(axis=1)
    many = np.maximum(n, 1)
    x = np.where(both[:, :, None], values, 0.0)
    mean = x.sum(axis=1) / many[:, None]
    x = np.where(both[:, :, None], x - mean[:, None, :], 0.0)
    covariance = np.einsum("fni,fnj->fij", x, x) / many[:, None, None]
    s1, s2, s12 = covariance[:, 0, 0], covariance[:, 1, 1], covariance[:, 0, 1]
    shift = mean[:, 0] - mean[:, 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = 2 * s12 / (s1 + s2 + shift**2)
        r, u2 = s12 / np.sqrt(s1 * s2), shift**2 / np.sqrt(s1 * s2)
        c2, r2 = estimate**2, r**2
        # Lin 1989 as corrected in 2000: variance of the z transform
        part = (1 - r2) * c2 / ((1 - c2) * r2) + 2 * estimate**3 * (1 - estimate) * u2 / (r * (1 - c2) ** 2)
        part = part - estimate**4 * u2**2 / (2 * r2 * (1 - c2) ** 2)
        width = Z95 * np.sqrt(np.maximum(part, 0.0) / (n - 2))
        z = np.arctanh(estimate)
        low, high = np.tanh(z - width), np.tanh(z + width)
    perfect = (s1 > 0) & (estimate == 1)
    low, high = np.where(perfect, 1.0, low), np.where(perfect, 1.0, high)
    sound = (n > 2) & np.isfinite(estimate)
    return Concordance(*(np.where(sound, each, np.nan) for each in (estimate, low, high)), n)
