"""Agreement of two raters on an ordinal trait: Cohen's weighted kappa."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from radioloom.errors import StudyError
from radioloom.stats.normal import Z95

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
