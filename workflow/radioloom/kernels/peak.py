"""Means over a sphere around every voxel of a region."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def running_sums(image, reach):
    """Sums of each row up to every voxel, in a border that repeats its ends: float64 (z, y, x) -> (Z, Y, X + 1).

    `reach` int64 (3,) is the border's width in voxels; rows in the border along z and y are zero. The sum over voxels
    x - w .. x + w of a row (those that exist) is then out[x + reach + w + 1] - out[x + reach - w], w at most reach.
    """
    depth, height, width = image.shape
    sums = np.zeros((depth + 2 * reach[0], height + 2 * reach[1], width + 2 * reach[2] + 1))
    for z in range(depth):
        for y in range(height):
            row = sums[z + reach[0], y + reach[1]]
            for x in range(width):
                row[x + reach[2] + 1] = row[x + reach[2]] + image[z, y, x]
            for x in range(width + reach[2] + 1, len(row)):
                row[x] = row[width + reach[2]]
    return sums


@njit(cache=True, nogil=True)
def row_extent(inside):
    """Index of the first voxel inside and of the one after the last; twice the same where none is: bool (n,)."""
    first, stop = 0, len(inside)
    while first < stop and not inside[first]:
        first += 1
    while stop > first and not inside[stop - 1]:
        stop -= 1
    return first, stop


@njit(cache=True, nogil=True)
def add_sphere(sums, rows, place, added):
    """Sums over the sphere around consecutive voxels of one row of the image -> float64 (n,), filled.

    float64 (Z, Y, X + 1) `running_sums`; `rows` int64 (r, 3), the sphere's rows along x as steps along z and y and half
    a width; `place` int64 (3,), the first voxel, with the border.
    """
    for x in range(added.size):
        added[x] = 0.0
    for r in range(len(rows)):
        row = sums[place[0] + rows[r, 0], place[1] + rows[r, 1]]
        low, high = row[place[2] - rows[r, 2] :], row[place[2] + rows[r, 2] + 1 :]
        for x in range(added.size):
            added[x] += high[x] - low[x]


@njit(cache=True, nogil=True)
def sphere_peaks(intensity, mask, sums, counts, rows, reach):
    """Highest mean over a sphere: around the brightest voxel(s) of a region, and around any -> two floats.

    float64 (z, y, x); bool (z, y, x); `sums` and `counts`, the `running_sums` of the image and of ones with a border of
    `reach`, where `counts` of no size says that no sphere leaves the image; `rows` as in `add_sphere`, each step at
    most the border's width.
    """
    depth, height, width = mask.shape
    top, local, highest, whole = -np.inf, -np.inf, -np.inf, 0.0
    added, number = np.empty(width), np.empty(width)
    place = np.zeros(3, np.int64)
    for row in range(len(rows)):
        whole += 2 * rows[row, 2] + 1
    for x in range(width):
        number[x] = whole
    for z in range(depth):
        for y in range(height):
            first, stop = row_extent(mask[z, y])
            if first == stop:
                continue
            place[0], place[1], place[2] = z + reach[0], y + reach[1], first + reach[2]
            add_sphere(sums, rows, place, added[first:stop])
            if counts.size > 0:
                add_sphere(counts, rows, place, number[first:stop])
            for x in range(first, stop):
                if mask[z, y, x]:
                    mean = added[x] / number[x]
                    highest = max(highest, mean)
                    if intensity[z, y, x] > top:
                        top, local = intensity[z, y, x], mean
                    elif intensity[z, y, x] == top:
                        local = max(local, mean)
    return local, highest
