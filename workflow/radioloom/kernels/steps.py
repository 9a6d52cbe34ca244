"""One step along a direction, counted once for two matrices: co-occurrence (IBSI LFYI) and run lengths (IBSI TP0I)."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def count_steps(flat, spans, offsets, size, longest):
    """What stands one offset back from each voxel: another level, or the same level for the m-th time in line.

    flat: uint16 (n,), levels 0..size-1; spans: int64 (r, 3); offsets: int64 (d,), ascending in the array; longest: voxels
    along the longest side. Returns uint32 ((d + 1) * size * (size + longest),), tables one after the other, the last the
    sum of the others: entry (i, j) counts steps from level i back to j; entry (i, size + m - 1) those that make a run of i at least m + 1 long.
    The diagonal (i, i) holds the sum of the latter. Row 0 means nothing; column 0 counts steps that leave the region.

    Indices are unsigned (a signed one costs a comparison each), and each slice is done in stretches that fit into cache:
    counting the runs' lengths and the cell of each step are loops that processors do many at a time.
    """
    n, width, plenty = len(offsets), np.uint32(size + longest), np.uint64(2048)
    tables = np.zeros((n + 1) * size * (size + longest), np.uint32)
    whole = np.uint64(size * (size + longest))
    links, cell = np.zeros(len(flat), np.uint16), np.zeros(2048 + longest, np.uint32)
    one, none, base = np.uint16(1), np.uint16(0), np.uint16(size - 1)
    for d in range(n):
        table, back = np.uint64(d) * whole, np.uint64(offsets[d])
        s = 0
        while s < len(spans):
            first, e = np.uint64(spans[s, 1]), s + 1
            while e < len(spans) and spans[e, 0] == spans[s, 0] and np.uint64(spans[e, 2]) - first < plenty:
                e += 1
            last = np.uint64(spans[e - 1, 2])
            for r in range(s, s + 1 if back >= last - first else e):  # apart, so that no step stays within a stretch
                low, high = (first, last) if back >= last - first else (np.uint64(spans[r, 1]), np.uint64(spans[r, 2]))
                for v in range(low, high):
                    same = np.uint16((flat[v] == flat[v - back]) & (flat[v] != 0))
                    links[v] = np.uint16(links[v - back] + one) * same
            for x in range(last - first):
                m = links[first + x]
                column = np.uint16(base + m) if m > none else flat[first + x - back]
                cell[x] = np.uint32(flat[first + x]) * width + np.uint32(column)
            for r in range(s, e):
                for x in range(np.uint64(spans[r, 1]) - first, np.uint64(spans[r, 2]) - first):
                    tables[table + np.uint64(cell[x])] += np.uint32(1)
            s = e
    for d in range(n):
        table = np.uint64(d) * whole
        for i in range(np.uint64(1), np.uint64(size)):
            for m in range(np.uint64(longest)):
                row = table + i * np.uint64(width)
                tables[row + i] += tables[row + np.uint64(size) + m]
        for x in range(whole):
            tables[np.uint64(n) * whole + x] += tables[table + x]
    return tables


@njit(cache=True, nogil=True)
def list_steps(flat, spans, offset, size):
    """The steps of one direction one by one: for so many levels that tables would not fit into memory, or stay empty.

    Returns int64 (p,): i * size + j of each step from level i back to j, and int64 (r, 2): level and length of each run.
    """
    n = 0
    for s in range(len(spans)):
        n += spans[s, 2] - spans[s, 1]
    pairs, runs = np.empty(n, np.int64), np.empty((n, 2), np.int64)
    n_pairs = n_runs = 0
    for s in range(len(spans)):
        for v in range(spans[s, 1], spans[s, 2]):
            level = np.int64(flat[v])
            if level > 0 and flat[v - offset] > 0:
                pairs[n_pairs] = level * size + flat[v - offset]
                n_pairs += 1
            if level > 0 and flat[v + offset] != level:
                length = 1
                while flat[v - length * offset] == level:
                    length += 1
                runs[n_runs, 0], runs[n_runs, 1] = level, length
                n_runs += 1
    return pairs[:n_pairs], runs[:n_runs]
