"""Interpolation along one axis: cubic B-spline coefficients, and weighted sums of few voxels."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def prefilter(data):
    """Cubic B-spline coefficients along the middle axis, in place; data: float64 (a, n, b), mirrored at both ends.

    Unser, Splines: a perfect fit for signal and image processing (1999), box 2: one pole, sqrt(3) - 2, gain 6. The
    first coefficient is the sum over the mirrored line, of which z**40 = 1e-23 is the part left out.
    """
    n_outer, n, n_inner = data.shape
    if n < 2:
        return
    z = 3.0**0.5 - 2.0
    powers = np.empty(41)
    for k in range(41):
        powers[k] = z ** float(k)
    for a in range(n_outer):
        rows = data[a]
        for j in range(n_inner):
            rows[0, j] = 6.0 * _first(rows[:, j], powers)
        for i in range(1, n):
            for j in range(n_inner):
                rows[i, j] = 6.0 * rows[i, j] + z * rows[i - 1, j]
        for j in range(n_inner):
            rows[n - 1, j] = (z * rows[n - 2, j] + rows[n - 1, j]) * z / (z * z - 1.0)
        for i in range(n - 2, -1, -1):
            for j in range(n_inner):
                rows[i, j] = z * (rows[i + 1, j] - rows[i, j])


@njit(cache=True, nogil=True)
def _first(line, powers):
    """The first coefficient of a line but for the gain: sum of powers[k] * line[k], the line mirrored at its ends."""
    period = 2 * line.size - 2
    total = 0.0
    for k in range(powers.size):
        fold = k % period
        total += powers[k] * line[min(fold, period - fold)]
    return total


@njit(cache=True, nogil=True)
def weigh(source, place, weight, out):
    """out[a, i, b] = sum_t weight[i, t] * source[a, place[i, t], b].

    source : float64 (a, n, b); place : int64 (m, t); weight : float64 (m, t); out : float64 (a, m, b)
    """
    n_outer, n_out, n_inner = out.shape
    taps = place.shape[1]
    for a in range(n_outer):
        for i in range(n_out):
            target = out[a, i]
            for j in range(n_inner):
                target[j] = 0.0
            for t in range(taps):
                row, w = source[a, place[i, t]], weight[i, t]
                for j in range(n_inner):
                    target[j] += w * row[j]
