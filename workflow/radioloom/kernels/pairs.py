"""Co-occurring levels: IBSI grey level co-occurrence matrices (LFYI) before normalisation."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def count_pairs(flat, spans, offsets, size):  # uint16 (n,), int64 (r, 3), int64 (d,) -> int64 (d, size, size)
    """How often level j stands one offset after level i; row and column 0 catch the pairs that leave the region."""
    tables = np.zeros((len(offsets), size * size), np.int64)
    for d in range(len(offsets)):
        table, offset = tables[d], offsets[d]
        for s in range(len(spans)):
            for v in range(spans[s, 1], spans[s, 2]):
                table[flat[v] * size + flat[v + offset]] += 1
    return tables.reshape(len(offsets), size, size)


@njit(cache=True, nogil=True)
def list_pairs(flat, spans, offset, size):  # uint16 (n,), int64 (r, 3) -> int64 (p,): i * size + j of each pair
    """The pairs of one direction one by one: for so many levels that a table of them would not fit into memory."""
    n = 0
    for s in range(len(spans)):
        n += spans[s, 2] - spans[s, 1]
    codes = np.empty(n, np.int64)
    n = 0
    for s in range(len(spans)):
        for v in range(spans[s, 1], spans[s, 2]):
            if flat[v] > 0 and flat[v + offset] > 0:
                codes[n] = np.int64(flat[v]) * size + flat[v + offset]
                n += 1
    return codes[:n]
