"""Order statistics without sorting: values are counted in buckets, and only the buckets that matter are looked into."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def count_buckets(values, low, scale, n_buckets):
    """Values in each of equal buckets from `low` on: float64 (n,) -> int64 (n_buckets,).

    The bucket of a value never falls as the value grows, so rounding cannot reorder anything.
    """
    counts = np.zeros(n_buckets, np.int64)
    for value in values:
        counts[min(int((value - low) * scale), n_buckets - 1)] += 1
    return counts


@njit(cache=True, nogil=True)
def take_buckets(values, low, scale, wanted, taken):
    """Copy the values of the wanted buckets, in the order they have: bool (n_buckets,) -> fills float64 (m,)."""
    n_taken = 0
    for value in values:
        if wanted[min(int((value - low) * scale), wanted.size - 1)]:
            taken[n_taken] = value
            n_taken += 1
