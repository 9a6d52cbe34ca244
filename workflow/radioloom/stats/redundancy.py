"""Features that say the same: greedy reduction by Spearman's rank correlation."""

from __future__ import annotations

import numpy as np


def spearman(values: np.ndarray) -> np.ndarray:
    """Spearman's rho between all columns of `values` (n, f), ties averaged; float64 (f, f), NaN for a constant column.

    Twice the rank is a whole number, so all sums are exact and do not depend on their order.
    """
    from scipy.stats import rankdata

    ranks = 2 * rankdata(values, axis=0) - (len(values) + 1)
    product = ranks.T @ ranks
    square = np.diag(product)
    scale = np.sqrt(square[:, None] * square[None, :])
    return np.divide(product, scale, out=np.full(product.shape, np.nan), where=scale > 0)


def keep_apart(rho: np.ndarray, order: np.ndarray, threshold: float) -> np.ndarray:
    """Go through features in `order` and drop each whose |rho| with one kept before is above `threshold`.

    `rho` (f, f) is symmetric, `order` (f,) lists places from the most to the least wanted. Returns int64 (f,): -1 for
    a kept feature, else the place of the kept twin, the one it resembles most.
    """
    strength = np.abs(np.nan_to_num(rho))
    alike = strength > threshold
    dropped = np.zeros(len(order), dtype=bool)
    kept = []
    for place in order:  # each kept feature drops all that resemble it: those before it in the order it cannot reach
        if not dropped[place]:
            kept.append(place)
            dropped |= alike[place]
            dropped[place] = False
    return _twins(strength, order, np.array(kept, dtype=np.int64), np.flatnonzero(dropped))


def _twins(strength: np.ndarray, order: np.ndarray, kept: np.ndarray, dropped: np.ndarray) -> np.ndarray:
    """Of each dropped place the kept one, earlier in the order, that it resembles most (the earliest if several)."""
    twin = np.full(len(order), -1, dtype=np.int64)
    turn = np.empty(len(order), dtype=np.int64)
    turn[order] = np.arange(len(order))
    likeness = np.where(turn[kept][None, :] < turn[dropped][:, None], strength[np.ix_(dropped, kept)], -1.0)
    if len(dropped):
        twin[dropped] = kept[likeness.argmax(axis=1)]
    return twin
