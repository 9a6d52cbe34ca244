"""Steps of k-means by squared distances among patients alone."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def lloyd(squared, labels, k, most):
    """Move each patient to the nearest centre until none moves, at most so many times; the sum of squared distances.

    float64 (m, m) squared, symmetric; int64 (m,) labels from 0 to k - 1, written. The squared distance of i to the
    centre of c is mean(D[i, c]) - mean(D[c, c]) / 2; a centre that nobody is of is never the nearest.
    """
    m = len(squared)
    total = np.zeros((m, k))  # distances of each to the members of each cluster
    size = np.zeros(k)
    for j in range(m):
        size[labels[j]] += 1
        for i in range(m):
            total[i, labels[j]] += squared[j, i]
    away = np.empty(m)
    nearest = np.empty(m, np.int64)
    for step in range(most + 1):
        within = np.zeros(k)
        for i in range(m):
            within[labels[i]] += total[i, labels[i]]
        for c in range(k):
            within[c] = within[c] / (2 * size[c] ** 2) if size[c] else np.inf
        for i in range(m):
            away[i] = np.inf
            for c in range(k):
                if size[c]:
                    here = total[i, c] / size[c] - within[c]
                    if here < away[i]:
                        away[i], nearest[i] = here, c
        moved = False
        for j in range(m):
            if nearest[j] != labels[j] and step < most:
                moved = True
                size[labels[j]] -= 1
                size[nearest[j]] += 1
                for i in range(m):
                    total[i, labels[j]] -= squared[j, i]
                    total[i, nearest[j]] += squared[j, i]
                labels[j] = nearest[j]
        if not moved:
            break
    return away.sum()
