"""Extreme voxels of a region: the few that a convex hull, or a largest distance, can rest on. All in whole numbers."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def row_ends(mask):
    """First and last voxel (or twice the only one) of every row along x: uint8 (z, y, x) -> int64 (n, 3), sorted."""
    depth, height, width = mask.shape
    ends = np.empty((2 * depth * height, 3), np.int64)
    n = 0
    for z in range(depth):
        for y in range(height):
            row = mask[z, y]
            first = 0
            while first < width and row[first] == 0:
                first += 1
            if first == width:
                continue
            last = width - 1
            while row[last] == 0:
                last -= 1
            ends[n, 0], ends[n, 1], ends[n, 2] = z, y, first
            ends[n + 1, 0], ends[n + 1, 1], ends[n + 1, 2] = z, y, last
            n += 2
    return ends[:n]


@njit(cache=True, nogil=True)
def column_ends(mask):
    """First and last voxel (or twice the only one) of every column along y -> int64 (n, 3), sorted by z, x, y."""
    depth, height, width = mask.shape
    ends = np.empty((2 * depth * width, 3), np.int64)
    n = 0
    first, last = np.empty(width, np.int64), np.empty(width, np.int64)
    for z in range(depth):
        for x in range(width):
            first[x], last[x] = height, -1
        for y in range(height):
            row = mask[z, y]
            for x in range(width):
                if row[x]:
                    first[x] = min(first[x], y)
                    last[x] = y
        for x in range(width):
            if last[x] >= 0:
                ends[n, 0], ends[n, 1], ends[n, 2] = z, first[x], x
                ends[n + 1, 0], ends[n + 1, 1], ends[n + 1, 2] = z, last[x], x
                n += 2
    return ends[:n]


@njit(cache=True, nogil=True)
def in_planes(points, axis):
    """Points sorted by one column, ties in the order they have, and that column moved to the front: int64 (n, 3)."""
    n = len(points)
    low, high = points[0, axis], points[0, axis]
    for k in range(n):
        low, high = min(low, points[k, axis]), max(high, points[k, axis])
    place = np.empty(high - low + 2, np.int64)  # where the next point of each plane goes; a counting sort
    place[:] = 0
    for k in range(n):
        place[points[k, axis] - low + 1] += 1
    for plane in range(1, len(place)):
        place[plane] += place[plane - 1]
    ordered = np.empty((n, 3), np.int64)
    second, third = (1 if axis == 0 else 0), (1 if axis == 2 else 2)
    for k in range(n):
        at = place[points[k, axis] - low]
        place[points[k, axis] - low] += 1
        ordered[at, 0], ordered[at, 1], ordered[at, 2] = points[k, axis], points[k, second], points[k, third]
    return ordered


@njit(cache=True, nogil=True)
def planar_corners(points):
    """Which points are corners of the convex hull of their own plane: int64 (n, 3) -> bool (n,).

    Column 0 is the plane; the points are sorted by columns 0, 1, 2. Andrew's monotone chain.
    """
    n = len(points)
    keep = np.zeros(n, np.bool_)
    chain = np.empty(n, np.int64)
    start = 0
    while start < n:
        stop = start
        while stop < n and points[stop, 0] == points[start, 0]:
            stop += 1
        for turn in (1, -1):  # the lower, then the upper side of the hull
            length = 0
            for k in range(start, stop):
                while length > 1:
                    a, b = chain[length - 2], chain[length - 1]
                    u, v = points[b, 1] - points[a, 1], points[b, 2] - points[a, 2]
                    if turn * (u * (points[k, 2] - points[a, 2]) - v * (points[k, 1] - points[a, 1])) > 0:
                        break
                    length -= 1
                chain[length] = k
                length += 1
            for k in range(length):
                keep[chain[k]] = True
        start = stop
    return keep


@njit(cache=True, nogil=True)
def stretched(dz, dy, dx, reach):
    """Squared largest distance of two surface points near voxel centres that are (dz, dy, dx) >= 0 mm apart.

    The surface passes half a voxel (`reach`, float64 (3,) mm) beyond an extreme voxel along each axis. The best two
    such steps go outwards along one axis, |d|² + 2·g_i + 2·reach_i² with g = 2·d·reach + reach²: never less than steps
    along two axes, |d|² + g_i + g_j.
    """
    z, y, x = (2 * dz + reach[0]) * reach[0], (2 * dy + reach[1]) * reach[1], (2 * dx + reach[2]) * reach[2]
    return dz * dz + dy * dy + dx * dx + 2 * max(z + reach[0] ** 2, y + reach[1] ** 2, x + reach[2] ** 2)


@njit(cache=True, nogil=True)
def largest_distance(points, starts, low, high, reach, best):
    """Squared largest distance between two surface points -> float.

    float64 (n, 3) voxel centres in mm, sorted into groups that begin at `starts`, int64 (g + 1,); float64 (g, 3) lowest
    and highest coordinates of each group; `reach` as in `stretched`; `best` is not above the result. Two groups are
    passed over where even the far corners of their boxes are no farther apart than the best pair so far.
    """
    for a in range(len(low)):
        for b in range(a, -1, -1):
            dz = max(high[a, 0] - low[b, 0], high[b, 0] - low[a, 0])
            dy = max(high[a, 1] - low[b, 1], high[b, 1] - low[a, 1])
            dx = max(high[a, 2] - low[b, 2], high[b, 2] - low[a, 2])
            if stretched(dz, dy, dx, reach) <= best:
                continue
            for i in range(starts[a], starts[a + 1]):
                for j in range(starts[b], starts[b + 1]):
                    dz = abs(points[i, 0] - points[j, 0])
                    dy = abs(points[i, 1] - points[j, 1])
                    dx = abs(points[i, 2] - points[j, 2])
                    best = max(best, stretched(dz, dy, dx, reach))
    return best


@njit(cache=True, nogil=True)
def largest_planar_distance(points, spacing, reach):
    """Squared largest distance of two surface points within one plane: int64 (n, 3), float64 (2,) mm twice -> float.

    Column 0 of the points is the plane, by which they are sorted; the surface passes `reach` beyond each point along
    both of the plane's axes, as in `stretched`.
    """
    best = 0.0
    start = 0
    while start < len(points):
        stop = start
        while stop < len(points) and points[stop, 0] == points[start, 0]:
            stop += 1
        for a in range(start, stop):
            for b in range(a, stop):
                u = abs(points[a, 1] - points[b, 1]) * spacing[0]
                v = abs(points[a, 2] - points[b, 2]) * spacing[1]
                along_u, along_v = (2 * u + reach[0]) * reach[0], (2 * v + reach[1]) * reach[1]
                best = max(best, u * u + v * v + 2 * max(along_u + reach[0] ** 2, along_v + reach[1] ** 2))
        start = stop
    return best
