"""The smallest ellipsoid around points (minimum volume enclosing ellipsoid)."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def second_moment(points, shares):
    """Weighted second moment of (point, 1): float64 (n, 3), float64 (n,) -> float64 (4, 4)."""
    moment = np.zeros((4, 4))
    lifted = np.ones(4)
    for k in range(len(points)):
        if shares[k] > 0:
            for i in range(3):
                lifted[i] = points[k, i]
            for i in range(4):
                for j in range(4):
                    moment[i, j] += shares[k] * lifted[i] * lifted[j]
    return moment


@njit(cache=True, nogil=True)
def invert(matrix):
    """Inverse in place of a positive definite matrix, float64 (4, 4): Gauss-Jordan, no pivot of it vanishes."""
    for i in range(4):
        pivot = 1 / matrix[i, i]
        matrix[i, i] = 1.0
        for j in range(4):
            matrix[i, j] *= pivot
        for row in range(4):
            if row != i:
                factor = matrix[row, i]
                matrix[row, i] = 0.0
                for j in range(4):
                    matrix[row, j] -= factor * matrix[i, j]


@njit(cache=True, nogil=True)
def extreme_points(points, shares, matrix):
    """The point farthest out by (point, 1)' matrix (point, 1), the nearest of those with a share, and both values."""
    far, near = -1, -1
    most, least = -np.inf, np.inf
    for k in range(len(points)):
        z, y, x = points[k, 0], points[k, 1], points[k, 2]
        value = (
            matrix[3, 3]
            + z * (matrix[0, 0] * z + 2 * (matrix[0, 1] * y + matrix[0, 2] * x + matrix[0, 3]))
            + y * (matrix[1, 1] * y + 2 * (matrix[1, 2] * x + matrix[1, 3]))
            + x * (matrix[2, 2] * x + 2 * matrix[2, 3])
        )
        if value > most:
            far, most = k, value
        if shares[k] > 0 and value < least:
            near, least = k, value
    return far, near, most, least


@njit(cache=True, nogil=True)
def lifted_product(a, matrix, b):
    """(a, 1)' matrix (b, 1): float64 (3,), (4, 4) symmetric, (3,) -> float."""
    total = matrix[3, 3]
    for i in range(3):
        total += matrix[i, 3] * (a[i] + b[i])
        for j in range(3):
            total += a[i] * matrix[i, j] * b[j]
    return total


@njit(cache=True, nogil=True)
def enclosing_shares(points, shares, tolerance):
    """Turn shares of points into those whose mean and covariance give the smallest ellipsoid around all points.

    The point farthest out takes share from the one farthest in (vertex exchange; Böhning 1986): the ellipsoid with
    matrix covariance^-1 / 3 encloses all points when blown up by less than 1 + `tolerance`. float64 (n, 3) points that
    span three dimensions; float64 (n,) shares, not negative and adding to 1, some points with one spanning space too.
    """
    for _ in range(100_000):
        matrix = second_moment(points, shares)
        invert(matrix)
        far, near, most, least = extreme_points(points, shares, matrix)
        if most / 4 - 1 <= tolerance and 1 - least / 4 <= tolerance:
            break
        cross = lifted_product(points[far], matrix, points[near])
        step = min(shares[near], (most - least) / (2 * (most * least - cross * cross)))
        shares[far] += step
        shares[near] -= step
