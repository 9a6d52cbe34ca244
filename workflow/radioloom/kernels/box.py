"""The padded, flat copy of a region that all texture kernels walk."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def bounds(levels, shape):  # uint16 (z, y, x), bool (z, y, x) -> int64 (3, 2): first and last index + 1 of either
    """Smallest box that holds every level > 0 and every voxel of `shape`."""
    box = np.zeros((3, 2), np.int64)
    box[:, 0] = levels.shape
    for z in range(levels.shape[0]):
        for y in range(levels.shape[1]):
            first, last = levels.shape[2], -1
            for x in range(levels.shape[2]):
                if levels[z, y, x] > 0 or shape[z, y, x]:
                    first = min(first, x)
                    last = x
            if last >= 0:
                box[0, 0], box[0, 1] = min(box[0, 0], z), z + 1
                box[1, 0], box[1, 1] = min(box[1, 0], y), max(box[1, 1], y + 1)
                box[2, 0], box[2, 1] = min(box[2, 0], first), max(box[2, 1], last + 1)
    return box


@njit(cache=True, nogil=True)
def pack(levels, box, pad, margin):  # uint16 (z, y, x), int64 (3, 2) -> uint16 (n,), int64 (r, 3), int64 (65536,)
    """Levels with a border of zeros as one flat array, its rows that hold levels, and the count of every level.

    A row is (slice within the box, flat index of its first level, that of its last + 1). `margin` zeros stand before
    and after the volume, so that a step along any direction never leaves the array.
    """
    ny, nx = box[1, 1] - box[1, 0] + 2 * pad, box[2, 1] - box[2, 0] + 2 * pad
    nz = box[0, 1] - box[0, 0] + 2 * pad
    flat = np.zeros(nz * ny * nx + 2 * margin, np.uint16)
    spans = np.empty((max(0, nz * ny), 3), np.int64)
    counts = np.zeros(65536, np.int64)
    n = 0
    for z in range(box[0, 0], box[0, 1]):
        for y in range(box[1, 0], box[1, 1]):
            start = margin + ((z - box[0, 0] + pad) * ny + y - box[1, 0] + pad) * nx + pad - box[2, 0]
            first, last = -1, -1
            for x in range(box[2, 0], box[2, 1]):
                level = levels[z, y, x]
                flat[start + x] = level
                counts[level] += 1
                if level > 0:
                    if first < 0:
                        first = x
                    last = x
            if last >= 0:
                spans[n, 0], spans[n, 1], spans[n, 2] = z - box[0, 0], start + first, start + last + 1
                n += 1
    counts[0] = 0
    return flat, spans[:n].copy(), counts


@njit(cache=True, nogil=True)
def relabel(flat, index):  # uint16 (n,), uint16 (65536,) -> uint16 (n,)
    """Each level replaced by its index among the levels that occur."""
    out = np.empty_like(flat)
    for v in range(len(flat)):
        out[v] = index[flat[v]]
    return out
