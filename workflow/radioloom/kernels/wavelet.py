"""Separable passes of an undecimated wavelet of six taps: both bands of one axis from one reading.

The readable form of each: out[i] = sum of filter[k] * source[i + 5 - k] over k = 0..5. Written out, the six products
stay in registers: twice as fast as a loop over the taps.
"""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def split_slices(source, low, high, out_low, out_high):
    """Both bands along the first axis.

    source : float64 (n + 5, m); low, high : six floats; out_low, out_high : float64 (n, m)
    """
    l0, l1, l2, l3, l4, l5 = low
    h0, h1, h2, h3, h4, h5 = high
    for i in range(out_low.shape[0]):
        r0, r1, r2 = source[i + 5], source[i + 4], source[i + 3]
        r3, r4, r5 = source[i + 2], source[i + 1], source[i]
        to_low, to_high = out_low[i], out_high[i]
        for j in range(to_low.size):
            to_low[j] = l0 * r0[j] + l1 * r1[j] + l2 * r2[j] + l3 * r3[j] + l4 * r4[j] + l5 * r5[j]
            to_high[j] = h0 * r0[j] + h1 * r1[j] + h2 * r2[j] + h3 * r3[j] + h4 * r4[j] + h5 * r5[j]


@njit(cache=True, nogil=True)
def split_rows(source, along, low, high, out_low, out_high):
    """The middle axis filtered by `along`, then both bands along the last; one row between them, which stays in cache.

    source : float64 (a, m + 5, n + 5); along, low, high : six floats; out_low, out_high : float64 (a, m, n)
    """
    t0, t1, t2, t3, t4, t5 = along
    l0, l1, l2, l3, l4, l5 = low
    h0, h1, h2, h3, h4, h5 = high
    row = np.empty(source.shape[2])
    for a in range(out_low.shape[0]):
        for i in range(out_low.shape[1]):
            r0, r1, r2 = source[a, i + 5], source[a, i + 4], source[a, i + 3]
            r3, r4, r5 = source[a, i + 2], source[a, i + 1], source[a, i]
            for j in range(row.size):
                row[j] = t0 * r0[j] + t1 * r1[j] + t2 * r2[j] + t3 * r3[j] + t4 * r4[j] + t5 * r5[j]
            to_low, to_high = out_low[a, i], out_high[a, i]
            for j in range(to_low.size):
                x0, x1, x2, x3, x4, x5 = row[j + 5], row[j + 4], row[j + 3], row[j + 2], row[j + 1], row[j]
                to_low[j] = l0 * x0 + l1 * x1 + l2 * x2 + l3 * x3 + l4 * x4 + l5 * x5
                to_high[j] = h0 * x0 + h1 * x1 + h2 * x2 + h3 * x3 + h4 * x4 + h5 * x5
