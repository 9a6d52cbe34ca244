"""Sizes of many permuted statistics, counted as they come, without being kept."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def tally(products, step, counts, largest):
    """Add the size of each product to counts and to the largest of its permutation.

    products : float (genes, permutations, features), whole numbers
    step : sizes that count as one
    counts : int64 (sizes // step,), how often each was seen; largest : float64 (permutations,), both are changed
    """
    for g in range(products.shape[0]):
        for b in range(products.shape[1]):
            top = largest[b]
            for k in range(products.shape[2]):
                size = abs(products[g, b, k])
                counts[np.int64(size) // step] += 1
                top = max(top, size)
            largest[b] = top
