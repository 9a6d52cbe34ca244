"""Redundant features: of two with a high correlation only the more wanted one is kept."""

from __future__ import annotations

import numpy as np


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
