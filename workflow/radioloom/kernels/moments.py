"""Sums over a region: intensities gathered once, their moments, and the moments of the region's voxel indices."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def gather(intensity, mask, values):
    """Copy the intensities under a mask, and look at them once: (low, high, whole numbers only).

    float64 (n,) intensity, bool (n,) mask, float64 (count of mask,) values to be filled -> two floats and a bool.
    """
    low, high, whole = np.inf, -np.inf, True
    found = 0
    for k in range(mask.size):
        if mask[k]:
            value = intensity[k]
            values[found] = value
            found += 1
            low = min(low, value)
            high = max(high, value)
            whole = whole and value == np.floor(value)
    return low, high, whole


@njit(cache=True, nogil=True)
def count_values(values, low, n):
    """How often each whole number from `low` on occurs: float64 (m,) -> int64 (n,)."""
    counts = np.zeros(n, np.int64)
    for value in values:
        counts[int(value - low)] += 1
    return counts


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
def add_up_central(values, centre, lanes):
    """Add |d|, d², d³, d⁴ with d = value - centre to the rows of `lanes`: float64 (n,), float, float64 (4, 8)."""
    for k in range(values.size):
        d = values[k] - centre
        square = d * d
        lane = k % 8
        lanes[0, lane] += abs(d)
        lanes[1, lane] += square
        lanes[2, lane] += square * d
        lanes[3, lane] += square * square


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
                if mask[z, y, x]:
                    added += intensity[z, y, x]
                    first += intensity[z, y, x] * x
            sums[0] += added
            sums[1] += added * z
            sums[2] += added * y
            sums[3] += first
    return sums


@njit(cache=True, nogil=True)
def count_levels(levels, n_levels):
    """Voxels at each level: uint16 (n,) with 0 outside -> int64 (n_levels + 1,), place 0 those outside.

    Two tables in turn, because a counter that was just written makes the next write to it wait.
    """
    even, odd = np.zeros(n_levels + 1, np.int64), np.zeros(n_levels + 1, np.int64)
    for k in range(0, levels.size - 1, 2):
        even[levels[k]] += 1
        odd[levels[k + 1]] += 1
    if levels.size % 2:
        even[levels[-1]] += 1
    return even + odd
