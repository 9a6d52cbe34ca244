"""Sums over a region: moments of its intensities, counts of its values and levels, moments of its voxel indices."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def count_values(values, low, counts):
    """Add how often each whole number from `low` on occurs to the sum of two tables: float64 (m,), int64 (2, n).

    They take turns, because a counter that was just written makes the next write to it wait.
    """
    for k in range(values.size):
        counts[k & 1, int(values[k] - low)] += 1


@njit(cache=True, nogil=True)
def add_up(values, lanes):
    """Add float64 (n,) to `lanes`, float64 (8,), in turn: quicker than one after another, and their sum is closer."""
    even = values.size - values.size % 8
    for k in range(0, even, 8):
        for lane in range(8):
            lanes[lane] += values[k + lane]
    for k in range(even, values.size):
        lanes[k - even] += values[k]


@njit(cache=True, nogil=True)
def central_sums(values, centre):
    """Sums of |d|, d², d³, d⁴ with d = value - centre: float64 (n,), float -> four floats.

    Even and odd places are added apart, so that no addition waits for the one before.
    """
    a1, a2, a3, a4, b1, b2, b3, b4 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for k in range(0, values.size - 1, 2):
        d, e = values[k] - centre, values[k + 1] - centre
        d2, e2 = d * d, e * e
        a1 += abs(d)
        b1 += abs(e)
        a2 += d2
        b2 += e2
        a3 += d2 * d
        b3 += e2 * e
        a4 += d2 * d2
        b4 += e2 * e2
    if values.size % 2:
        d = values[-1] - centre
        d2 = d * d
        a1, a2, a3, a4 = a1 + abs(d), a2 + d2, a3 + d2 * d, a4 + d2 * d2
    return a1 + b1, a2 + b2, a3 + b3, a4 + b4


@njit(cache=True, nogil=True)
def sum_between(values, low, high):
    """Count and sum of the values in [low, high]: float64 (n,) -> (int, float)."""
    count, added = 0, 0.0
    for value in values:
        if low <= value <= high:
            count += 1
            added += value
    return count, added


@njit(cache=True, nogil=True)
def deviation_between(values, low, high, centre):
    """Sum of |value - centre| over the values in [low, high]: float64 (n,) -> float."""
    added = 0.0
    for value in values:
        if low <= value <= high:
            added += abs(value - centre)
    return added


@njit(cache=True, nogil=True)
def index_sums(mask):
    """Count, sums and sums of products of the indices of a region: uint8 (z, y, x), 0 or 1 -> int64 (10,).

    Order: n, z, y, x, zz, yy, xx, zy, zx, yx.
    """
    sums = np.zeros(10, np.int64)
    depth, height, width = mask.shape
    for z in range(depth):
        for y in range(height):
            n, first, second = 0, 0, 0
            row = mask[z, y]
            for x in range(width):
                inside = np.int64(row[x])
                n += inside
                first += inside * x
                second += inside * x * x
            sums[0] += n
            sums[1] += n * z
            sums[2] += n * y
            sums[3] += first
            sums[4] += n * z * z
            sums[5] += n * y * y
            sums[6] += second
            sums[7] += n * z * y
            sums[8] += first * z
            sums[9] += first * y
    return sums


@njit(cache=True, nogil=True)
def weighted_index_sums(intensity, mask):
    """Sum of the intensities in a region, and of each index times intensity: (z, y, x) twice -> float64 (4,)."""
    sums = np.zeros(4)
    depth, height, width = mask.shape
    for z in range(depth):
        for y in range(height):
            added, first = 0.0, 0.0
            for x in range(width):
                value = intensity[z, y, x] if mask[z, y, x] else 0.0
                added += value
                first += value * x
            sums[0] += added
            sums[1] += added * z
            sums[2] += added * y
            sums[3] += first
    return sums


@njit(cache=True, nogil=True)
def count_levels(levels, counts):
    """Add the voxels at each level to the sum of two tables: uint16 (m,) with 0 outside, int64 (2, n_levels + 1)."""
    for k in range(levels.size):
        counts[k & 1, levels[k]] += 1
