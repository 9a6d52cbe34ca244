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
def largest_distance(points, reach):
    """Squared largest distance between two surface points: float64 (n, 3) voxel centres in mm, float64 (3,) -> float.

    The surface passes half a voxel (`reach`, mm) beyond each extreme voxel along each axis. For a pair at distance d
    the best two such steps go outwards along axes i and j: |d|² + g_i + g_j with g = 2·|d|·reach + reach², or both
    along one axis: |d|² + 2·g_i + 2·reach_i².
    """
    best = 0.0
    for a in range(len(points)):
        for b in range(a, len(points)):
            square, first, second, same = 0.0, 0.0, 0.0, 0.0
            for axis in range(3):
                d = abs(points[a, axis] - points[b, axis])
                square += d * d
                gain = 2 * d * reach[axis] + reach[axis] ** 2
                same = max(same, 2 * gain + 2 * reach[axis] ** 2)
                if gain > first:
                    first, second = gain, first
                elif gain > second:
                    second = gain
            best = max(best, square + max(same, first + second))
    return best


@njit(cache=True, nogil=True)
def largest_planar_distance(points, spacing, reach):
    """Squared largest distance of two surface points within one plane: int64 (n, 3), float64 (2,) mm twice -> float.

    Column 0 of the points is the plane, by which they are sorted; the surface passes `reach` beyond each point along
    both of the plane's axes, as in `largest_distance`.
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
                same = 2 * max(along_u + reach[0] ** 2, along_v + reach[1] ** 2)
                best = max(best, u * u + v * v + max(same, along_u + along_v))
        start = stop
    return best
