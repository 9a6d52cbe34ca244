"""Order statistics of values that are not whole numbers, without sorting them all."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def order_statistics(values, low, high, ranks):
    """The values at `ranks` (0 = smallest), as if sorted: float64 (n,), int64 (r,) ascending -> float64 (r,).

    One pass counts values in 4,096 equal buckets of [low, high]; only buckets that hold a wanted rank are sorted.
    The bucket of a value never falls as the value grows, so rounding cannot reorder anything.
    """
    n_buckets = 4096
    found = np.empty(ranks.size)
    if not high > low:
        found[:] = low
        return found
    scale = n_buckets / (high - low)
    counts = np.zeros(n_buckets + 1, np.int64)
    for value in values:
        counts[min(int((value - low) * scale), n_buckets - 1) + 1] += 1
    start = np.cumsum(counts)
    slot = np.full(n_buckets, -1, np.int64)  # where the wanted bucket's values are kept
    kept = 0
    for rank in ranks:
        bucket = np.searchsorted(start, rank, side="right") - 1
        if slot[bucket] < 0:
            slot[bucket] = kept
            kept += counts[bucket + 1]
    store = np.empty(kept)
    fill = slot.copy()
    for value in values:
        bucket = min(int((value - low) * scale), n_buckets - 1)
        if slot[bucket] >= 0:
            store[fill[bucket]] = value
            fill[bucket] += 1
    previous = -1
    for k in range(ranks.size):
        bucket = np.searchsorted(start, ranks[k], side="right") - 1
        if bucket != previous:
            store[slot[bucket] : fill[bucket]].sort()
            previous = bucket
        found[k] = store[slot[bucket] + ranks[k] - start[bucket]]
    return found
