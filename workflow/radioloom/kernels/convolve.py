"""One pass of a separable filter along one axis: weighted and running sums.

The readable form of the weighted sums: out[i] = sum of taps[k] * source[i + offsets[k]]. Four taps at a time stay in
registers, and a stretch of 1,024 voxels stays in the nearest cache while all taps are added to it. The innermost loops
stand twice: as a kernel of their own, called for each stretch, they take 1.6 to 2.2 times as long on images of 96^3.
"""

from numba import njit


@njit(cache=True, nogil=True)
def weigh_rows(source, offsets, taps, add, out):
    """Weighted sums along the middle axis, put into `out` or added to it.

    source : float64 (a, m, b); offsets : int64 (k,), k a multiple of four; taps : float64 (k,); out : float64 (a, n, b)
    """
    for a in range(out.shape[0]):
        for i in range(out.shape[1]):
            for start in range(0, out.shape[2], 1024):
                stop = min(start + 1024, out.shape[2])
                to = out[a, i, start:stop]
                for k in range(0, taps.size, 4):
                    t0, t1, t2, t3 = taps[k], taps[k + 1], taps[k + 2], taps[k + 3]
                    r0 = source[a, i + offsets[k], start:stop]
                    r1 = source[a, i + offsets[k + 1], start:stop]
                    r2 = source[a, i + offsets[k + 2], start:stop]
                    r3 = source[a, i + offsets[k + 3], start:stop]
                    if k == 0 and not add:
                        for j in range(to.size):
                            to[j] = t0 * r0[j] + t1 * r1[j] + t2 * r2[j] + t3 * r3[j]
                    else:
                        for j in range(to.size):
                            to[j] += t0 * r0[j] + t1 * r1[j] + t2 * r2[j] + t3 * r3[j]


@njit(cache=True, nogil=True)
def weigh_columns(source, offsets, taps, add, out):
    """Weighted sums along the last axis, put into `out` or added to it.

    source : float64 (a, m); offsets : int64 (k,), k a multiple of four; taps : float64 (k,); out : float64 (a, n)
    """
    for a in range(out.shape[0]):
        row, to = source[a], out[a]
        for k in range(0, taps.size, 4):
            t0, t1, t2, t3 = taps[k], taps[k + 1], taps[k + 2], taps[k + 3]
            r0, r1, r2, r3 = row[offsets[k] :], row[offsets[k + 1] :], row[offsets[k + 2] :], row[offsets[k + 3] :]
            if k == 0 and not add:
                for j in range(to.size):
                    to[j] = t0 * r0[j] + t1 * r1[j] + t2 * r2[j] + t3 * r3[j]
            else:
                for j in range(to.size):
                    to[j] += t0 * r0[j] + t1 * r1[j] + t2 * r2[j] + t3 * r3[j]


@njit(cache=True, nogil=True)
def run_rows(source, out):
    """Sums of m - n + 1 neighbours along the middle axis. source : float64 (a, m, b); out : float64 (a, n, b)."""
    width = source.shape[1] - out.shape[1] + 1
    for a in range(out.shape[0]):
        for start in range(0, out.shape[2], 1024):
            stop = min(start + 1024, out.shape[2])
            to = out[a, 0, start:stop]
            to[:] = 0.0
            for k in range(width):
                row = source[a, k, start:stop]
                for j in range(to.size):
                    to[j] += row[j]
            for i in range(1, out.shape[1]):
                before, to = out[a, i - 1, start:stop], out[a, i, start:stop]
                enters, leaves = source[a, i + width - 1, start:stop], source[a, i - 1, start:stop]
                for j in range(to.size):
                    to[j] = before[j] + (enters[j] - leaves[j])


@njit(cache=True, nogil=True)
def run_columns(source, scale, out):
    """Sums of m - n + 1 neighbours along the last axis, times `scale`. source : float64 (a, m); out : (a, n)."""
    width = source.shape[1] - out.shape[1] + 1
    for a in range(out.shape[0]):
        total = 0.0
        for k in range(width):
            total += source[a, k]
        out[a, 0] = total * scale
        for i in range(1, out.shape[1]):
            total += source[a, i + width - 1] - source[a, i - 1]
            out[a, i] = total * scale
