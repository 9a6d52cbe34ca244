"""The smallest ellipsoid around points (minimum volume enclosing ellipsoid)."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def enclosing_shares(points, tolerance):
    """Weights whose mean and covariance are centre and shape of the smallest ellipsoid: float64 (n, 3) -> float64 (n,).

    Khachiyan's algorithm with the away steps of Todd and Yildirim (2007): the ellipsoid with matrix
    covariance^-1 / 3 encloses all points when blown up by less than 1 + `tolerance`. Points span three dimensions.
    """
    n = len(points)
    shares = np.full(n, 1.0 / n)
    lifted = np.ones(4)
    half = np.empty((4, 8))  # the moment matrix beside the unit matrix, which turns into the inverse
    for _ in range(100_000):
        half[:] = 0
        for k in range(n):
            if shares[k] > 0:
                lifted[:3] = points[k]
                for i in range(4):
                    for j in range(4):
                        half[i, j] += shares[k] * lifted[i] * lifted[j]
        for i in range(4):
            half[i, 4 + i] = 1
        for i in range(4):  # Gauss-Jordan; a moment matrix is positive, so no pivot vanishes
            half[i] /= half[i, i]
            for j in range(4):
                if j != i:
                    half[j] -= half[j, i] * half[i]
        far, near = -1, -1
        most, least = -np.inf, np.inf
        for k in range(n):
            lifted[:3] = points[k]
            value = 0.0
            for i in range(4):
                for j in range(4):
                    value += lifted[i] * half[i, 4 + j] * lifted[j]
            if value > most:
                far, most = k, value
            if shares[k] > 0 and value < least:
                near, least = k, value
        if most / 4 - 1 <= tolerance and 1 - least / 4 <= tolerance:
            break
        pick, value = (far, most) if most / 4 - 1 >= 1 - least / 4 else (near, least)
        all_of_it = -shares[pick] / (1 - shares[pick])
        step = (value / 4 - 1) / (value - 1) if value > 1 else all_of_it
        step = max(step, all_of_it)
        shares *= 1 - step
        shares[pick] = max(shares[pick] + step, 0.0)
    return shares
