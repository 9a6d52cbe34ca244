"""Means over a sphere around every voxel of a region."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def running_sums(image, reach):
    """Sums of each row up to every voxel, in a border that repeats its ends: float64 (z, y, x) -> (Z, Y, X + 1).

    `reach` int64 (3,) is the border's width in voxels; rows in the border along z and y are zero. The sum over voxels
    x - w .. x + w of a row (those that exist) is then out[x + reach + w + 1] - out[x + reach - w].
    """
    depth, height, width = image.shape
    sums = np.zeros((depth + 2 * reach[0], height + 2 * reach[1], width + 2 * reach[2] + 1))
    for z in range(depth):
        for y in range(height):
            row = sums[z + reach[0], y + reach[1]]
            for x in range(width):
                row[x + reach[2] + 1] = row[x + reach[2]] + image[z, y, x]
            row[width + reach[2] + 1 :] = row[width + reach[2]]
    return sums


@njit(cache=True, nogil=True)
def sphere_peaks(intensity, mask, sums, counts, rows):
    """Highest mean over a sphere: around the brightest voxel(s) of a region, and around any -> two floats.

    float64 (z, y, x); bool (z, y, x); `sums` and `counts`, the `running_sums` of the image and of ones; `rows` int64
    (r, 3): the sphere's rows along x as steps along z and y and half a width, each step at most the border's width.
    """
    depth, height, width = mask.shape
    reach = (sums.shape[0] - depth) // 2, (sums.shape[1] - height) // 2, (sums.shape[2] - 1 - width) // 2
    top, local, highest = -np.inf, -np.inf, -np.inf
    added, number = np.empty(width), np.empty(width)
    for z in range(depth):
        for y in range(height):
            first = 0
            while first < width and not mask[z, y, first]:
                first += 1
            if first == width:
                continue
            stop = width
            while not mask[z, y, stop - 1]:
                stop -= 1
            added[first:stop] = 0
            number[first:stop] = 0
            for r in range(len(rows)):
                values = sums[z + reach[0] + rows[r, 0], y + reach[1] + rows[r, 1]]
                ones = counts[z + reach[0] + rows[r, 0], y + reach[1] + rows[r, 1]]
                low, high = reach[2] - rows[r, 2], reach[2] + rows[r, 2] + 1
                for x in range(first, stop):
                    added[x] += values[x + high] - values[x + low]
                for x in range(first, stop):
                    number[x] += ones[x + high] - ones[x + low]
            for x in range(first, stop):
                if mask[z, y, x]:
                    mean = added[x] / number[x]
                    highest = max(highest, mean)
                    value = intensity[z, y, x]
                    if value > top:
                        top, local = value, mean
                    elif value == top:
                        local = max(local, mean)
    return local, highest
