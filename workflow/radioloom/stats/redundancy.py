"""Features that say the same: greedy reduction by Spearman's rank correlation."""

from __future__ import annotations

import numpy as np


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


def keep_apart(rho: np.ndarray, order: np.ndarray, threshold: float) -> np.ndarray:
    """Go through features in `order` and drop each whose |rho| with one kept before is above `threshold`.

    `rho` (f, f) is symmetric, `order` (m,) lists places from the most to the least wanted; others take no part. Returns
    int64 (f,): -1 for a kept feature (and one that takes no part), else the place of the kept twin, the one it
    resembles most.
    """
    dropped = np.zeros(len(rho), dtype=bool)
    outside = np.ones(len(rho), dtype=bool)
    outside[order] = False
    kept = []
    for place in order:  # each kept feature drops all that resemble it; those before it in the order are decided
        if not dropped[place]:
            kept.append(place)
            dropped |= np.abs(rho[place]) > threshold
            dropped[place] = False
    return _twins(rho, order, np.array(kept, dtype=np.int64), np.flatnonzero(dropped & ~outside))


def _twins(rho: np.ndarray, order: np.ndarray, kept: np.ndarray, dropped: np.ndarray) -> np.ndarray:
    """Of each dropped place the kept one, earlier in the order, that it resembles most (the earliest if several)."""
    twin = np.full(len(rho), -1, dtype=np.int64)
    if not len(dropped):
        return twin
    turn = np.empty(len(rho), dtype=np.int64)
    turn[order] = np.arange(len(order))
    strength = np.abs(np.nan_to_num(rho[np.ix_(dropped, kept)]))
    strength[turn[kept][None, :] > turn[dropped][:, None]] = -1.0
    twin[dropped] = kept[strength.argmax(axis=1)]
    return twin
