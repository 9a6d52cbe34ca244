"""The padded, flat copy of a region that all texture kernels walk."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def pack(levels, pad, margin, flat):  # uint16 (z, y, x), into uint16 (n,) -> int64 (r, 4), bool (65536,)
    """Into `flat`, all zeros: levels with a border as one flat array; the rows that hold levels, which levels occur.

    A row is (slice, flat index of its first level, that of its last + 1, number of its levels). `margin` zeros stand
    before and after the volume, so that a step along any direction never leaves the array.
    """
    nz, ny, nx = levels.shape
    row, plane = nx + 2 * pad, (nx + 2 * pad) * (ny + 2 * pad)
    spans, occurs = np.empty((nz * ny, 4), np.int64), np.zeros(65536, np.bool_)
    n = 0
    for z in range(nz):
        for y in range(ny):
            source, first, last = levels[z, y], np.uint64(0), np.uint64(nx)
            while first < last and source[first] == 0:
                first += np.uint64(1)
            while first < last and source[last - np.uint64(1)] == 0:
                last -= np.uint64(1)
            if first < last:
                start = np.uint64(margin + (z + pad) * plane + (y + pad) * row + pad)
                held = np.uint64(0)
                for x in range(first, last):
                    flat[start + x] = source[x]
                    held += np.uint64(source[x] > 0)
                for x in range(first, last):
                    occurs[np.uint64(source[x])] = True
                spans[n, 0], spans[n, 1], spans[n, 2], spans[n, 3] = z, start + first, start + last, held
                n += 1
    occurs[0] = False
    return spans[:n], occurs


@njit(cache=True, nogil=True)
def relabel(flat, index):  # uint16 (n,), uint16 (65536,) -> uint16 (n,)
    """Each level replaced by its index among the levels that occur."""
    out = np.empty_like(flat)
    for v in range(np.uint64(len(flat))):
        out[v] = index[np.uint64(flat[v])]
    return out


@njit(cache=True, nogil=True)
def _sweep(steps, here, beside, beyond, length):
    """Steps of the row from `here` on: from those of the rows from `beside` and `beyond` on, then along itself."""
    forth = beside < here
    for x in range(length):
        near = np.uint16(min(steps[beside + x], steps[beyond + x]) + np.uint16(1))
        steps[here + x] = min(steps[here + x], near)
    near = np.uint16(0)
    for x in range(length):
        v = here + x if forth else here + length - np.uint64(1) - x
        near = min(np.uint16(near + np.uint16(1)), steps[v])
        steps[v] = near


@njit(cache=True, nogil=True)
def edge_distance(shape, pad, margin, planar, steps):
    """City-block steps from each voxel of `shape` to the nearest voxel outside; beyond the array, all is outside.

    shape: bool (z, y, x); into `steps`, all zeros: uint16 (n,) in the layout of `pack`. With `planar`, steps stay
    within the slice. Two sweeps are exact: a shortest city-block path never turns back along an axis.
    """
    nz, ny, nx = shape.shape
    row, plane = nx + 2 * pad, (nx + 2 * pad) * (ny + 2 * pad)
    for z in range(nz):
        for y in range(ny):
            source, start = shape[z, y], np.uint64(margin + (z + pad) * plane + (y + pad) * row + pad)
            for x in range(np.uint64(nx)):
                steps[start + x] = np.uint16(65534) if source[x] else np.uint16(0)
    for sweep in range(2):
        side = 1 if sweep else -1
        for k in range(nz * ny):
            r = nz * ny - 1 - k if sweep else k
            here = margin + (r // ny + pad) * plane + (r % ny + pad) * row + pad
            beyond = here + side * (row if planar else plane)
            _sweep(steps, np.uint64(here), np.uint64(here + side * row), np.uint64(beyond), np.uint64(nx))
