"""The padded, flat copy of a region that all texture kernels walk."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def bounds(levels, shape):  # uint16 (z, y, x), bool (z, y, x) -> int64 (3, 2): first and last index + 1 of either
    """The smallest box that holds every level > 0 and every voxel of `shape`."""
    box = np.zeros((3, 2), np.int64)
    box[0, 0], box[1, 0], box[2, 0] = levels.shape[0], levels.shape[1], levels.shape[2]
    for z in range(levels.shape[0]):
        for y in range(levels.shape[1]):
            here = np.uint16(0)
            for x in range(levels.shape[2]):
                here |= levels[z, y, x] | np.uint16(shape[z, y, x])
            if here > 0:
                first, last = 0, levels.shape[2] - 1
                while levels[z, y, first] == 0 and not shape[z, y, first]:
                    first += 1
                while levels[z, y, last] == 0 and not shape[z, y, last]:
                    last -= 1
                box[0, 0], box[0, 1] = min(box[0, 0], z), z + 1
                box[1, 0], box[1, 1] = min(box[1, 0], y), max(box[1, 1], y + 1)
                box[2, 0], box[2, 1] = min(box[2, 0], first), max(box[2, 1], last + 1)
    return box


@njit(cache=True, nogil=True)
def pack(levels, box, pad, margin):  # uint16 (z, y, x), int64 (3, 2) -> uint16 (n,), int64 (r, 3), bool (65536,)
    """Levels with a border of zeros as one flat array, the rows that hold levels, and which levels occur.

    A row is (slice within the box, flat index of its first level, that of its last + 1). `margin` zeros stand before
    and after the volume, so that a step along any direction never leaves the array.
    """
    nz, ny, nx = box[0, 1] - box[0, 0] + 2 * pad, box[1, 1] - box[1, 0] + 2 * pad, box[2, 1] - box[2, 0] + 2 * pad
    flat = np.zeros(nz * ny * nx + 2 * margin, np.uint16)
    spans = np.empty(((nz - 2 * pad) * (ny - 2 * pad), 3), np.int64)
    occurs = np.zeros(65536, np.bool_)
    n = 0
    for z in range(nz - 2 * pad):
        for y in range(ny - 2 * pad):
            start = margin + ((z + pad) * ny + y + pad) * nx + pad
            first, last = np.uint64(start), np.uint64(start + nx - 2 * pad)
            for x in range(nx - 2 * pad):
                flat[start + x] = levels[box[0, 0] + z, box[1, 0] + y, box[2, 0] + x]
            while first < last and flat[first] == 0:
                first += np.uint64(1)
            while first < last and flat[last - np.uint64(1)] == 0:
                last -= np.uint64(1)
            for v in range(first, last):
                occurs[np.uint64(flat[v])] = True
            if first < last:
                spans[n, 0], spans[n, 1], spans[n, 2] = z, first, last
                n += 1
    occurs[0] = False
    return flat, spans[:n], occurs


@njit(cache=True, nogil=True)
def relabel(flat, index):  # uint16 (n,), uint16 (65536,) -> uint16 (n,)
    """Each level replaced by its index among the levels that occur."""
    out = np.empty_like(flat)
    for v in range(np.uint64(len(flat))):
        out[v] = index[np.uint64(flat[v])]
    return out


@njit(cache=True, nogil=True)
def edge_distance(shape, box, pad, margin, planar):
    """City-block steps from each voxel of `shape` to the nearest voxel outside it; what lies beyond the array is outside.

    shape: bool (z, y, x); box: int64 (3, 2); returns uint16 (n,) in the layout of `pack`. With `planar`, steps stay
    within the slice. Two sweeps are exact: a shortest city-block path never turns back along an axis.
    """
    nz, ny, nx = box[0, 1] - box[0, 0] + 2 * pad, box[1, 1] - box[1, 0] + 2 * pad, box[2, 1] - box[2, 0] + 2 * pad
    row, plane = np.uint64(nx), np.uint64(ny * nx)
    steps = np.zeros(nz * ny * nx + 2 * margin, np.uint16)
    one, most = np.uint16(1), np.uint16(65534)
    for sweep in range(2):
        for a in range((nz - 2 * pad) * (ny - 2 * pad)):
            r = (nz - 2 * pad) * (ny - 2 * pad) - 1 - a if sweep else a
            z, y = r // (ny - 2 * pad), r % (ny - 2 * pad)
            first = np.uint64(margin + ((z + pad) * ny + y + pad) * nx + pad)
            last = first + np.uint64(nx - 2 * pad)
            if sweep == 0:
                for v in range(first, last):
                    near = steps[v - row] if planar else min(steps[v - row], steps[v - plane])
                    inside = np.uint16(shape[box[0, 0] + z, box[1, 0] + y, box[2, 0] + np.int64(v - first)])
                    steps[v] = np.uint16(min(near, most) + one) * inside
                for v in range(first, last):
                    steps[v] = min(steps[v], np.uint16(steps[v - np.uint64(1)] + one))
            else:
                for v in range(first, last):
                    near = steps[v + row] if planar else min(steps[v + row], steps[v + plane])
                    steps[v] = min(steps[v], np.uint16(near + one))
                for v in range(first, last):
                    w = first + last - np.uint64(1) - v
                    steps[w] = min(steps[w], np.uint16(steps[w + np.uint64(1)] + one))
    return steps
