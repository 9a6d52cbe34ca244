"""Sums over all pairs of a region's voxels, each pair weighted by the inverse of its distance."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def pair_sums(places, values):
    """Sums over pairs of different voxels, each taken once: w, w·a·b, w·(a - b)² -> float64 (3,).

    float64 (n, 3) places in mm, float64 (n,) values; w is the inverse of the distance.
    """
    total, products, squares = 0.0, 0.0, 0.0
    for i in range(len(values)):
        own, product, square = 0.0, 0.0, 0.0
        for j in range(i):
            dz = places[i, 0] - places[j, 0]
            dy = places[i, 1] - places[j, 1]
            dx = places[i, 2] - places[j, 2]
            weight = 1 / np.sqrt(dz * dz + dy * dy + dx * dx)
            gap = values[i] - values[j]
            own += weight
            product += weight * values[j]
            square += weight * gap * gap
        total += own
        products += product * values[i]
        squares += square
    return np.array([total, products, squares])


@njit(cache=True, nogil=True)
def spectrum_sums(kernel, spectra, first, height, sums):
    """Add kernel · (|A|², |B|², Re(A C*)) of three half spectra to `sums`, float64 (3,).

    `spectra` complex128 (3, z, y, x): rows first, first + 1 .. of `height` along y, the half x = 0 .. X/2 of an even
    length X; `kernel` float64 (z/2 + 1, height/2 + 1, X/2 + 1), real and even in every frequency.
    """
    depth, rows, half = spectra.shape[1:]
    for z in range(depth):
        for row in range(rows):
            y = first + row
            factor = kernel[min(z, depth - z), min(y, height - y)]
            a, b, c = spectra[0, z, row], spectra[1, z, row], spectra[2, z, row]
            seen, measured, crossed = 0.0, 0.0, 0.0
            for x in range(half):
                twice = factor[x] if x == 0 or x == half - 1 else 2 * factor[x]
                seen += twice * (a[x].real * a[x].real + a[x].imag * a[x].imag)
                measured += twice * (b[x].real * b[x].real + b[x].imag * b[x].imag)
                crossed += twice * (a[x].real * c[x].real + a[x].imag * c[x].imag)
            sums[0] += seen
            sums[1] += measured
            sums[2] += crossed
