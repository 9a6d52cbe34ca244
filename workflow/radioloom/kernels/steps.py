"""Counts of grey levels of neighbours along a direction: co-occurrence (IBSI LFYI) and run lengths (IBSI TP0I) at once.

Indices are unsigned throughout: a signed one costs a comparison for each access.
"""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def _link(flat, columns, start, row, back, size):
    """Into `columns`: the column of a table that a step back from each voxel counts in, as `count_steps` has them.

    start: where the slice begins in flat, in columns, and in the columns of the slice a step back; row: first voxel of
    the row, counted from there, and the one after its last; back: the step; size: levels, that of the outside too.
    """
    here, mine, theirs = start
    most = np.uint16(size - np.uint64(1))  # of a level's own column; beyond it, those of runs
    if back == 1:  # each voxel waits for the one before: kept in a register
        column = np.uint16(0)
        for x in range(row[0], row[1]):
            v = here + x
            longer = np.uint16(max(column, most) + np.uint16(1))
            column = longer if (flat[v] == flat[v - back]) & (flat[v] != 0) else flat[v - back]
            columns[mine + x] = column
    else:  # many at a time
        for x in range(row[0], row[1]):
            v = here + x
            longer = np.uint16(max(columns[theirs + x], most) + np.uint16(1))
            columns[mine + x] = longer if (flat[v] == flat[v - back]) & (flat[v] != 0) else flat[v - back]


@njit(cache=True, nogil=True)
def count_steps(flat, spans, offsets, layout):
    """What stands one offset back from each voxel: another level, or the same level for the m-th time in line.

    flat: uint16 (n,), levels 0..size-1; spans: int64 (r, 4); offsets: int64 (d,) > 0; layout: int64 (5,): size, voxels
    along the longest side, voxels from slice to slice, index of slice 0, slices that an offset reaches back at most.
    Returns uint32 ((d + 1) * size * (size + longest),): d tables, then their sum. Entry (i, j) of a table counts steps
    from level i back to j; entry (i, size + m - 1) those that make a run of i at least m + 1 long; the diagonal (i, i)
    the sum of the latter. Row 0 means nothing; column 0 counts steps that leave the region.
    """
    size, longest, plane, origin = (
        np.uint64(layout[0]),
        np.uint64(layout[1]),
        np.uint64(layout[2]),
        np.uint64(layout[3]),
    )
    n, width, slots = np.uint64(len(offsets)), size + longest, np.uint64(layout[4] + 1)
    whole, one = size * width, np.uint64(1)
    tables = np.zeros(np.int64((n + one) * whole), np.uint32)
    columns = np.zeros(np.int64(plane * (slots + np.uint64(2))), np.uint16)  # of the last slices, between two margins
    for d in range(n):
        table, back = d * whole, np.uint64(offsets[d])
        up = (back + plane // np.uint64(2)) // plane  # slices that the offset reaches back
        s = 0
        while s < len(spans):
            e = s + 1
            while e < len(spans) and spans[e, 0] == spans[s, 0]:
                e += 1
            z = np.uint64(spans[s, 0])
            here, mine = origin + z * plane, plane + (z % slots) * plane
            start = (here, mine, plane + ((z + slots - up) % slots) * plane + up * plane - back)
            if up > 0:
                row = (np.uint64(spans[s, 1]) - here, np.uint64(spans[e - 1, 2]) - here)
                _link(flat, columns, start, row, back, size)
            for r in range(s, e):
                first, last = np.uint64(spans[r, 1]) - here, np.uint64(spans[r, 2]) - here
                if up == 0:
                    _link(flat, columns, start, (first, last), back, size)
                for x in range(first, last):
                    column = np.uint64(columns[mine + x])
                    tables[table + np.uint64(flat[here + x]) * width + column] += np.uint32(1)
            s = e
    for d in range(n):
        for i in range(one, size):
            row, linked = d * whole + i * width, np.uint32(0)
            for column in range(size, width):
                linked += tables[row + column]
            tables[row + i] = linked
        for cell in range(whole):
            tables[n * whole + cell] += tables[d * whole + cell]
    return tables


@njit(cache=True, nogil=True)
def list_steps(flat, spans, offset, size):
    """The steps of one direction one by one: for so many levels that tables would not fit into memory, or stay empty.

    Returns int64 (p,): i * size + j of each step from level i back to j; int64 (r, 2): level and length of each run.
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
