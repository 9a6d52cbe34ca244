"""A voxel and all its neighbours: IBSI neighbourhood grey tone difference (IPET) and grey level dependence (REK0)."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def _largest(index):  # uint16 (n,) -> int64; NumPy's max would import Numba's linear algebra with this kernel
    most = np.uint16(0)
    for v in range(len(index)):
        most = max(most, index[v])
    return np.int64(most)


@njit(cache=True, nogil=True)
def tone_differences(values, index, spans, rows, reach):
    """For each level and number of neighbours: how many voxels, and by how much they differ from their mean neighbour.

    values, index: uint16 (n,), grey level and its index, 0 outside; rows: int64 (r,), offsets from a voxel's row to the
    rows of its neighbourhood (its own too), each read from -reach to +reach. Returns int64 (size, neighbours + 1, 2):
    voxels, and sums of |c i - sum of neighbours| for c neighbours: exact integers, so their order does not matter.
    """
    size, one, most = _largest(index) + 1, np.uint64(1), 2048
    for r in range(len(spans)):
        most = max(most, spans[r, 2] - spans[r, 1])
    out = np.zeros((size, len(rows) * (2 * reach + 1), 2), np.int64)
    total, valid = np.zeros(most + 2 * reach, np.uint32), np.zeros(most + 2 * reach, np.uint32)
    gap, near = np.zeros(most, np.uint32), np.zeros(most, np.uint32)
    s = 0
    while s < len(spans):  # rows of one slice, as many as stay in cache
        e = s + 1
        while e < len(spans) and spans[e, 0] == spans[s, 0] and spans[e, 2] - spans[s, 1] < 2048:
            e += 1
        first, n = np.uint64(spans[s, 1]), np.uint64(spans[e - 1, 2] - spans[s, 1])
        wide, across = n + np.uint64(2 * reach), np.uint64(2 * reach)
        for x in range(wide):
            total[x] = valid[x] = 0
        for r in range(len(rows)):
            row = np.uint64(spans[s, 1] + rows[r] - reach)
            for x in range(wide):
                total[x] += np.uint32(values[row + x])
                valid[x] += np.uint32(values[row + x] != 0)
        for x in range(n):
            gap[x] = near[x] = 0
        for k in range(across + one):
            for x in range(n):
                gap[x] += total[x + k]
                near[x] += valid[x + k]
        for x in range(n):  # the voxel itself is in both sums: |c i - (sum - i)|
            expected, around = near[x] * np.uint32(values[first + x]), gap[x]
            gap[x] = max(expected, around) - min(expected, around)
        for r in range(s, e):
            for x in range(np.uint64(spans[r, 1]) - first, np.uint64(spans[r, 2]) - first):
                if values[first + x] > 0:
                    level, c = np.uint64(index[first + x]), np.uint64(near[x]) - one
                    out[level, c, 0] += 1
                    out[level, c, 1] += gap[x]
        s = e
    return out


@njit(cache=True, nogil=True)
def dependences(values, index, spans, offsets, coarseness):
    """How many voxels of each level have how many neighbours within `coarseness` of it, themselves included.

    values, index, spans as above; offsets: int64 (d,), to all neighbours. Returns int64 (1, size, d + 2).
    """
    out = np.zeros((1, _largest(index) + 1, len(offsets) + 2), np.int64)
    most, reach = 2048, np.uint16(coarseness)
    for r in range(len(spans)):
        most = max(most, spans[r, 2] - spans[r, 1])
    alike = np.zeros(most, np.uint16)
    s = 0
    while s < len(spans):
        e = s + 1
        while e < len(spans) and spans[e, 0] == spans[s, 0] and spans[e, 2] - spans[s, 1] < 2048:
            e += 1
        first = np.uint64(spans[s, 1])
        n = np.uint64(spans[e - 1, 2] - spans[s, 1])
        for x in range(n):
            alike[x] = 1
        for d in range(len(offsets)):
            there = np.uint64(spans[s, 1] + offsets[d])
            for x in range(n):
                low, high = min(values[first + x], values[there + x]), max(values[first + x], values[there + x])
                alike[x] += np.uint16((np.uint16(high - low) <= reach) & (low != 0))
        for r in range(s, e):
            for v in range(np.uint64(spans[r, 1]), np.uint64(spans[r, 2])):
                out[0, np.uint64(index[v]), np.uint64(alike[v - first])] += 1
        s = e
    return out


@njit(cache=True, nogil=True)
def tone_sums(grey, share, difference):
    """Sums over pairs of levels that occur: float64 (n,) each -> those of busyness, complexity and strength.

    grey: level i; share: p_i > 0; difference: s_i. Sum of |i p_i - j p_j|; of |i - j| (p_i s_i + p_j s_j) /
    (p_i + p_j); of (p_i + p_j) (i - j)^2; each over all ordered pairs.
    """
    busy = complexity = strength = 0.0
    for a in range(len(grey)):
        for b in range(a):
            gap, both = grey[a] - grey[b], share[a] + share[b]
            busy += abs(grey[a] * share[a] - grey[b] * share[b])
            complexity += abs(gap) * (share[a] * difference[a] + share[b] * difference[b]) / both
            strength += both * gap * gap
    return 2 * busy, 2 * complexity, 2 * strength
