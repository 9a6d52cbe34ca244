"""Statistics of ranks: Spearman's correlation, Friedman's test over readers, stability rank of Aerts et al. 2014."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special


def spearman(values: np.ndarray) -> np.ndarray:
    """Spearman's rho between all columns of `values` (n, f), ties averaged; float64 (f, f), NaN for a constant column.

    Twice the rank is a whole number, so all sums are exact and do not depend on their order.
    """
    ranks = (twice_ranks(values) - (len(values) + 1)).astype(np.float64)
    product = ranks.T @ ranks
    square = np.diag(product)
    scale = np.sqrt(square[:, None] * square[None, :])
    return np.divide(product, scale, out=np.full(product.shape, np.nan), where=scale > 0)


def twice_ranks(values: np.ndarray) -> np.ndarray:
    """Twice the rank of each value in its column, ties averaged; int64 (n, f), from 2 to 2n.

    As `scipy.stats.rankdata`, which is slow to load.
    """
    columns = np.ascontiguousarray(values.T)
    order = np.argsort(columns, axis=1, kind="stable")
    ordered = np.take_along_axis(columns, order, axis=1)
    place = np.broadcast_to(np.arange(columns.shape[1]), columns.shape)
    begins = np.ones(columns.shape, dtype=bool)  # a run of equal values
    begins[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    ends = np.roll(begins, -1, axis=1)
    first = np.maximum.accumulate(np.where(begins, place, 0), axis=1)
    last = np.minimum.accumulate(np.where(ends, place, columns.shape[1])[:, ::-1], axis=1)[:, ::-1]
    ranks = np.empty(columns.shape, dtype=np.int64)
    np.put_along_axis(ranks, order, first + last + 2, axis=1)
    return ranks.T


def normal_scores(values: np.ndarray) -> np.ndarray:
    """Normal scores of each value in its column (n, f), ties averaged: the quantile of (rank - 3/8) / (n + 1/4).

    Blom 1958. NaN stays NaN and is not counted.
    """
    present = np.isfinite(values)
    ranks = twice_ranks(np.where(present, values, np.inf)) / 2  # what is missing comes last
    return np.where(present, special.ndtri((ranks - 0.375) / (present.sum(axis=0) + 0.25)), np.nan)


@dataclass(frozen=True, slots=True)
class Friedman:
    """Friedman's test of each feature, float64 (f,); NaN where it is undefined (fewer than 2 subjects, all tied)."""

    statistic: np.ndarray  # chi squared with k - 1 degrees of freedom, corrected for ties; large: readers differ
    p: np.ndarray
    w: np.ndarray  # Kendall's W of the same table, 0 to 1: share of the largest possible difference between readers
    n: np.ndarray  # int64 (f,): subjects with all replicates


def friedman(values: np.ndarray) -> Friedman:
    """Friedman's test whether replicates (readers) differ systematically, of `values` (features, subjects, replicates).

    Each subject ranks its replicates, ties averaged; a subject with a NaN in a feature is left out of that feature. A
    feature that no subject's readers tell apart has statistic 0: perfect agreement, not an undefined one.
    """
    complete = np.isfinite(values).all(axis=2)
    n, k = complete.sum(axis=1), values.shape[2]
    x = np.where(complete[:, :, None], values, 0.0)
    rank = twice_ranks(x.reshape(-1, k).T).T.reshape(x.shape) / 2
    rank = np.where(complete[:, :, None], rank, 0.0)
    spread = np.sum((rank.sum(axis=1) - (n * (k + 1) / 2)[:, None]) ** 2, axis=1)
    # Tied ranks lose (t^3 - t) / 12 of the sum of squares k (k + 1) (2k + 1) / 6 that whole ranks have.
    ties = 12 * (n * k * (k + 1) * (2 * k + 1) / 6 - np.sum(rank**2, axis=(1, 2)))
    most = n * k * (k + 1) - ties / (k - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = np.where(most > 1e-9, 12 * spread / most, 0.0)
        w = statistic / (n * (k - 1))
    sound = n > 1
    p = special.chdtrc(k - 1, statistic)
    statistic, p, w = (np.where(sound, each, np.nan) for each in (statistic, p, w))
    return Friedman(statistic, p, w, n)


def stability_rank(values: np.ndarray, high_is_stable: bool) -> np.ndarray:
    """Rank of each value, float64 (f,): 1 the most stable, ties averaged, NaN shares the last places."""
    sign = -1.0 if high_is_stable else 1.0
    key = np.where(np.isfinite(values), sign * values, np.inf)
    ordered = np.sort(key)
    return (np.searchsorted(ordered, key, "left") + np.searchsorted(ordered, key, "right") + 1) / 2
