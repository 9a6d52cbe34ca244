"""Runs of one level along a direction: IBSI grey level run length matrices (TP0I) before normalisation."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def count_runs(
    flat, spans, offsets, size, longest
):  # uint16 (n,), int64 (r, 3), int64 (d,) -> int64 (d, size, longest + 1)
    """How many runs of each length each level has along each offset."""
    tables = np.zeros((len(offsets), size, longest + 1), np.int64)
    for d in range(len(offsets)):
        offset = offsets[d]
        for s in range(len(spans)):
            for v in range(spans[s, 1], spans[s, 2]):
                level = flat[v]
                if level > 0 and flat[v - offset] != level:
                    length = 1
                    while flat[v + length * offset] == level:
                        length += 1
                    tables[d, level, length] += 1
    return tables
