"""Features that say the same: greedy reduction by Spearman's rank correlation."""

from __future__ import annotations

import numpy as np


def spearman(values: np.ndarray) -> np.ndarray:
    """Spearman's rho between all columns of `values` (n, f), ties averaged; float64 (f, f), NaN for a constant column.

    Twice the rank is a whole number, so all sums are exact and do not depend on their order.
    """
    return cross_spearman(values, values)


def cross_spearman(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Spearman's rho between the columns of `left` (n, f) and of `right` (n, g); float64 (f, g)."""
    a, b = _centred_ranks(left), _centred_ranks(right)
    product = a.T @ b
    scale = np.sqrt(np.outer(np.sum(a * a, axis=0), np.sum(b * b, axis=0)))
    return np.divide(product, scale, out=np.full(product.shape, np.nan), where=scale > 0)


def _centred_ranks(values: np.ndarray) -> np.ndarray:
    from scipy.stats import rankdata

    return 2 * rankdata(values, axis=0) - (len(values) + 1)


def keep_apart(rho: np.ndarray, order: np.ndarray, threshold: float) -> np.ndarray:
    """Go through features in `order` and drop each whose |rho| with one kept before is above `threshold`.

    `rho` (f, f) is symmetric, `order` (f,) lists places from the most to the least wanted. Returns int64 (f,): -1 for
    a kept feature, else the place of the kept twin, the one it resembles most.
    """
    strength = np.abs(np.nan_to_num(rho))
    twin = np.full(len(order), -1, dtype=np.int64)
    kept: list[int] = []
    for place in order:
        like = strength[place, kept]
        if kept and like.max() > threshold:
            twin[place] = kept[int(like.argmax())]
        else:
            kept.append(int(place))
    return twin
