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
def _first_four(points):
    """Four points that do not lie in one plane (the last two are the same where all do)."""
    low, high = 0, 0
    for k in range(len(points)):
        for sign in (1, -1):
            best = low if sign == 1 else high
            axis = 0
            while axis < 2 and points[k, axis] == points[best, axis]:
                axis += 1
            if sign * (points[k, axis] - points[best, axis]) < 0:
                if sign == 1:
                    low = k
                else:
                    high = k
    third, farthest = low, 0.0
    for k in range(len(points)):
        z, y, x = _normal(points, low, high, k)
        size = float(z) ** 2 + float(y) ** 2 + float(x) ** 2
        if size > farthest:
            third, farthest = k, size
    z, y, x = _normal(points, low, high, third)
    fourth, most = third, 0
    for k in range(len(points)):
        away = z * (points[k, 0] - points[low, 0])
        away += y * (points[k, 1] - points[low, 1]) + x * (points[k, 2] - points[low, 2])
        if abs(away) > abs(most):
            fourth, most = k, away
    # The fourth lies behind the first three.
    return (low, third, high, fourth) if most > 0 else (low, high, third, fourth)


@njit(cache=True, nogil=True)
def convex_hull(points):
    """Triangles of the convex hull: int64 (n, 3) points, |coordinate| < 2**18 -> int64 (f, 3) twice.

    The triangles' corners, counter-clockwise from outside, and the triangles across the edges 0-1, 1-2 and 2-0; empty
    where all points lie in one plane. Quickhull (Barber, Dobkin and Huhdanpaa 1996): the farthest point before a
    triangle replaces all triangles that it sees, those in whose plane it lies among them, so that no triangle is
    without area and no corner lies within an edge or a face of the hull.
    """
    n = len(points)
    four = _first_four(points)
    room = 2 * n + 8
    corners, across = np.empty((room, 3), np.int64), np.empty((room, 3), np.int64)
    plane = np.empty((room, 4), np.int64)  # normal and offset
    first = np.full(room, -1)  # of the points before a triangle, a chain through `after`
    after = np.full(n, -1)
    state = np.zeros(room, np.uint8)  # 0 free, 1 in use, 2 seen by the point at hand
    free, n_free = np.arange(room), room
    waiting, n_waiting = np.empty(room, np.int64), 0
    seen, rim = np.empty(room, np.int64), np.empty((room, 2), np.int64)
    begins = np.empty(n, np.int64)  # the new triangle whose edge on the rim begins at a point
    made = np.empty(room, np.int64)
    if four[2] == four[3] or n < 4:
        return corners[:0], across[:0]
    for k in range(4):
        a, b, c = four[(k + 1) % 4], four[(k + 2) % 4], four[(k + 3) % 4]
        n_free -= 1
        f = free[n_free]
        corners[f, 0], corners[f, 1], corners[f, 2] = (a, b, c) if k % 2 else (a, c, b)
        made[k], state[f] = f, 1
    for i in range(4):
        for s in range(3):
            a, b = corners[made[i], s], corners[made[i], (s + 1) % 3]
            for j in range(4):
                for t in range(3):
                    if corners[made[j], t] == b and corners[made[j], (t + 1) % 3] == a:
                        across[made[i], s] = made[j]
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
    return _packed(corners, across, state)


@njit(cache=True, nogil=True)
def _height(plane, f, points, point):
    """How far a point lies before a triangle's plane, in units of the normal's length."""
    return (
        plane[f, 0] * points[point, 0] + plane[f, 1] * points[point, 1] + plane[f, 2] * points[point, 2] - plane[f, 3]
    )


@njit(cache=True, nogil=True)
def _packed(corners, across, state):
    """The triangles in use, numbered anew."""
    number, n = np.empty(len(state), np.int64), 0
    for f in range(len(state)):
        number[f] = n
        n += state[f] == 1
    kept, beside = np.empty((n, 3), np.int64), np.empty((n, 3), np.int64)
    for f in range(len(state)):
        if state[f] == 1:
            for s in range(3):
                kept[number[f], s] = corners[f, s]
                beside[number[f], s] = number[across[f, s]]
    return kept, beside
