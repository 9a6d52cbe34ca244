"""Connected voxels of one level: what IBSI's size zone (9SAK) and distance zone (VMDZ) matrices count."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def match(flat, spans, offsets):  # uint16 (n,), int64 (r, 3), int64 (d <= 16,) -> uint16 (n,)
    """Bit d of a voxel is set where the voxel one offset d back has the same level, and that is not 0."""
    alike = np.zeros(len(flat), np.uint16)
    first, last = np.uint64(spans[0, 1]), np.uint64(spans[-1, 2])
    for d in range(len(offsets)):
        back, bit = np.uint64(offsets[d]), np.uint16(1 << d)
        for v in range(first, last):
            alike[v] |= bit if flat[v] == flat[v - back] else np.uint16(0)
    for v in range(first, last):
        alike[v] = alike[v] if flat[v] > 0 else np.uint16(0)
    return alike


@njit(cache=True, nogil=True)
def _root(parent, label):
    while parent[label] != label:
        label = parent[label]
    return label


@njit(cache=True, nogil=True)
def find_zones(flat, alike, spans, offsets, fewest, steps):
    """Slice of its first voxel, level, number of voxels and smallest `steps` of each zone: int64 (z, 4).

    alike: of `match`; fewest: uint16 (2^d,), for each set of equal neighbours one of each group that already is one
    zone, so that most voxels take a label without a union; steps: uint16 (n,). Union-find with memory linear in the
    region; labels ascend in array order, and a zone keeps its smallest.
    """
    first = np.uint64(spans[0, 1])
    most = 1
    for s in range(len(spans)):
        most += spans[s, 2] - spans[s, 1]
    label = np.empty(np.uint64(spans[-1, 2]) - first, np.int32)
    parent, zones = np.empty(most, np.int32), np.empty((most, 4), np.int64)
    n = 0
    for s in range(len(spans)):
        for v in range(np.uint64(spans[s, 1]), np.uint64(spans[s, 2])):
            if flat[v] == 0:
                continue
            groups = fewest[np.uint64(alike[v])]
            mine = -1
            d = np.uint64(0)
            while groups:
                if groups & np.uint16(1):
                    other = label[v - np.uint64(offsets[d]) - first]
                    if mine < 0:
                        mine = other
                    elif mine != other:
                        a, b = _root(parent, mine), _root(parent, other)
                        parent[max(a, b)] = mine = min(a, b)
                groups >>= np.uint16(1)
                d += np.uint64(1)
            if mine < 0:
                mine = n
                parent[n] = n
                zones[n, 0], zones[n, 1], zones[n, 2], zones[n, 3] = spans[s, 0], flat[v], 0, steps[v]
                n += 1
            label[v - first] = mine
            zones[mine, 2] += 1
            zones[mine, 3] = min(zones[mine, 3], np.int64(steps[v]))
    kept = 0
    for m in range(n):
        if parent[m] == m:
            zones[kept] = zones[m]
            parent[m] = -kept - 1  # from here on: where the zone went
            kept += 1
        else:  # a parent is smaller than its child, so it has been placed already
            parent[m] = parent[parent[m]]
            into = -parent[m] - 1
            zones[into, 2] += zones[m, 2]
            zones[into, 3] = min(zones[into, 3], zones[m, 3])
    return zones[:kept].copy()
