"""The convex hull of points on a lattice, in whole numbers: no tolerance, no merging, no rounding."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def _normal(points, a, b, c):
    """Normal (not of unit length) of the triangle a, b, c, outwards where it is counter-clockwise from outside."""
    z1, y1, x1 = points[b, 0] - points[a, 0], points[b, 1] - points[a, 1], points[b, 2] - points[a, 2]
    z2, y2, x2 = points[c, 0] - points[a, 0], points[c, 1] - points[a, 1], points[c, 2] - points[a, 2]
    return y1 * x2 - x1 * y2, x1 * z2 - z1 * x2, z1 * y2 - y1 * z2


@njit(cache=True, nogil=True)
def convex_hull(points, four):
    """Triangles of the convex hull: int64 (n, 3) points, |coordinate| < 2**18 -> int64 (r, 3) twice, uint8 (r,).

    The triangles' corners, counter-clockwise from outside, the triangles across the edges 0-1, 1-2 and 2-0, and 1 where
    a row is a triangle (others are room that was needed on the way). four: int64 (4,), points that do not lie in one
    plane, the last behind the triangle of the others. Quickhull (Barber, Dobkin and Huhdanpaa 1996): the farthest point
    before a triangle replaces all triangles that it sees, those in whose plane it lies among them, so that no triangle
    is without area and no corner lies within an edge or a face of the hull.
    """
    n = len(points)
    room = 2 * n + 8
    corners, across = np.empty((room, 3), np.int64), np.empty((room, 3), np.int64)
    plane = np.empty((room, 4), np.int64)  # normal and offset
    first = np.full(room, -1)  # of the points before a triangle, a chain through `after`
    after = np.full(n, -1)
    state = np.zeros(room, np.uint8)  # 0 free, 1 in use, 2 seen by the point at hand
    free, n_free = np.arange(4, room + 4), room - 4  # the first n_free are free
    waiting, n_waiting = np.empty(room, np.int64), 0
    seen, rim = np.empty(room, np.int64), np.empty((room, 2), np.int64)
    begins = np.empty(n, np.int64)  # the new triangle whose edge on the rim begins at a point
    made = np.empty(room, np.int64)
    for k in range(4):  # the triangle without corner k; across an edge is the one without the corner that faces it
        i, j, m = (k + 1) % 4, (k + 2 + (k + 1) % 2) % 4, (k + 2 + k % 2) % 4
        corners[k, 0], corners[k, 1], corners[k, 2] = four[i], four[j], four[m]
        across[k, 0], across[k, 1], across[k, 2] = m, i, j
        made[k], state[k] = k, 1
    n_made, chain = 4, -1
    for k in range(n):
        after[k], chain = chain, k
    while True:
        # Planes of the new triangles, and each point in the chain goes to the first of them that it lies before.
        for i in range(n_made):
            f = made[i]
            z, y, x = _normal(points, corners[f, 0], corners[f, 1], corners[f, 2])
            a = corners[f, 0]
            plane[f, 0], plane[f, 1], plane[f, 2] = z, y, x
            plane[f, 3] = z * points[a, 0] + y * points[a, 1] + x * points[a, 2]
            first[f] = -1
        while chain >= 0:
            point, chain = chain, after[chain]
            for i in range(n_made):
                f = made[i]
                if _height(plane, f, points, point) > 0:
                    after[point], first[f] = first[f], point
                    break
        for i in range(n_made):
            if first[made[i]] >= 0:
                waiting[n_waiting] = made[i]
                n_waiting += 1
        while n_waiting > 0 and (state[waiting[n_waiting - 1]] != 1 or first[waiting[n_waiting - 1]] < 0):
            n_waiting -= 1
        if n_waiting == 0:
            break
        n_waiting -= 1
        start = waiting[n_waiting]
        eye, most, point = -1, 0, first[start]
        while point >= 0:
            height = _height(plane, start, points, point)
            if height > most:
                eye, most = point, height
            point = after[point]
        # All triangles that the point sees, and the rim around them.
        seen[0], n_seen, done, n_rim = start, 1, 0, 0
        state[start] = 2
        while done < n_seen:
            f = seen[done]
            done += 1
            for s in range(3):
                g = across[f, s]
                if state[g] == 2:
                    continue
                if _height(plane, g, points, eye) >= 0:
                    state[g] = 2
                    seen[n_seen] = g
                    n_seen += 1
                else:
                    rim[n_rim, 0], rim[n_rim, 1] = f, s
                    n_rim += 1
        for i in range(n_rim):
            f, s = rim[i, 0], rim[i, 1]
            rim[i, 0], rim[i, 1] = corners[f, s], across[f, s]
            made[i] = corners[f, (s + 1) % 3]
        for i in range(n_seen):
            f = seen[i]
            point = first[f]
            while point >= 0:
                follows = after[point]
                if point != eye:
                    after[point], chain = chain, point
                point = follows
            state[f], first[f] = 0, -1
            free[n_free] = f
            n_free += 1
        for i in range(n_rim):
            n_free -= 1
            f = free[n_free]
            a, b, outer = rim[i, 0], made[i], rim[i, 1]
            corners[f, 0], corners[f, 1], corners[f, 2] = a, b, eye
            across[f, 0] = outer
            for t in range(3):
                if corners[outer, t] == b and corners[outer, (t + 1) % 3] == a:
                    across[outer, t] = f
            begins[a], made[i], state[f] = f, f, 1
        for i in range(n_rim):
            f = made[i]
            g = begins[corners[f, 1]]
            across[f, 1] = g
            across[g, 2] = f
        n_made = n_rim
    return corners, across, state


@njit(cache=True, nogil=True)
def _height(plane, f, points, point):
    """How far a point lies before a triangle's plane, in units of the normal's length."""
    return (
        plane[f, 0] * points[point, 0] + plane[f, 1] * points[point, 1] + plane[f, 2] * points[point, 2] - plane[f, 3]
    )
