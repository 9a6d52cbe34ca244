"""Connected voxels of one level: what IBSI's size zone (9SAK) and distance zone (VMDZ) matrices count."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def _match(flat, start, stop, offsets, alike):
    """Into `alike`, uint16: bit d where the voxel one offset d (of at most 16) back has the same level."""
    n = np.uint64(stop - start)
    for k in range(n):
        alike[k] = 0
    for d in range(len(offsets)):
        here, bit = np.uint64(start), np.uint16(1 << d)
        there = here - np.uint64(offsets[d])
        for k in range(n):
            alike[k] |= bit if flat[here + k] == flat[there + k] else np.uint16(0)


@njit(cache=True, nogil=True)
def _root(parent, label):
    root = np.uint64(label)
    while np.uint64(parent[root]) != root:
        root = np.uint64(parent[root])
    return root


@njit(cache=True, nogil=True)
def find_zones(flat, spans, offsets, groups, steps):
    """Slice of its first voxel, level, number of voxels and smallest `steps` of each zone: int32 (4, z).

    flat: uint16 (n,); spans: int64 (r, 4), its rows; offsets: int64 (d,), steps back to the neighbours; groups: uint8
    (2^d, g), for each set of equal neighbours their number of groups that touch, then one neighbour of each: all others
    share the label of one of these, so most voxels take a label without a union; steps: uint16 (n,). Union-find with
    memory linear in the region: a zone keeps its first label.
    """
    most, ring, longest = 1, 1, 0
    for s in range(len(spans)):
        most += spans[s, 2] - spans[s, 1]
        longest = max(longest, spans[s, 2] - spans[s, 1])
    for d in range(len(offsets)):
        while ring <= offsets[d]:
            ring *= 2
    label, inside = np.empty(ring, np.int32), np.uint64(ring - 1)  # of as many voxels as neighbours lie back
    alike = np.empty(longest, np.uint16)
    parent, voxels, nearest = np.empty(most, np.int32), np.empty(most, np.int32), np.empty(most, np.uint16)
    first, n = np.empty(most, np.uint32), np.uint64(0)
    for s in range(len(spans)):
        row = np.uint64(spans[s, 1])
        _match(flat, spans[s, 1], spans[s, 2], offsets, alike)
        for v in range(row, np.uint64(spans[s, 2])):
            if flat[v] == 0:
                continue
            group = np.uint64(alike[v - row])
            many = groups[group, 0]
            if many == 0:
                mine = n
                parent[n], voxels[n], nearest[n], first[n] = n, 0, steps[v], v
                n += np.uint64(1)
            else:
                mine = np.uint64(label[(v - np.uint64(offsets[np.uint64(groups[group, 1])])) & inside])
                for k in range(np.uint64(2), np.uint64(many) + np.uint64(1)):
                    other = np.uint64(label[(v - np.uint64(offsets[np.uint64(groups[group, k])])) & inside])
                    if mine != other:
                        a, b = _root(parent, mine), _root(parent, other)
                        mine = min(a, b)
                        parent[max(a, b)] = mine
            label[v & inside] = mine
            voxels[mine] += 1
            nearest[mine] = min(nearest[mine], steps[v])
    return _gather(flat, spans, n, (parent, voxels, nearest, first))


@njit(cache=True, nogil=True)
def _gather(flat, spans, n, labels):
    """Labels of one zone put together."""
    parent, voxels, nearest, first = labels
    kept = np.uint64(0)
    for m in range(n):
        if parent[m] == m:
            parent[m], voxels[kept], nearest[kept], first[kept] = kept, voxels[m], nearest[m], first[m]
            kept += np.uint64(1)
        else:  # a parent is smaller than its child, so it has been placed already
            into = np.uint64(parent[parent[m]])
            parent[m] = into
            voxels[into] += voxels[m]
            nearest[into] = min(nearest[into], nearest[m])
    zones, s = np.empty((4, np.int64(kept)), np.int32), 0
    for m in range(kept):
        v = np.uint64(first[m])
        while np.uint64(spans[s, 2]) <= v:
            s += 1
        zones[0, m], zones[1, m], zones[2, m], zones[3, m] = spans[s, 0], flat[v], voxels[m], nearest[m]
    return zones


@njit(cache=True, nogil=True)
def tally(rows, values, place, size):  # int32 (z,), int32 (z,), int32 (v,), int64 (2,) -> int64 (1, r, c)
    """How many entries have row r and column place[value]."""
    table = np.zeros((1, size[0], size[1]), np.int64)
    for m in range(np.uint64(len(rows))):
        table[0, np.uint64(rows[m]), np.uint64(place[np.uint64(values[m])])] += 1
    return table
