"""The smallest box around a convex body that lies flat on one of its faces."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def smallest_box(points, frames, areas):
    """Side lengths of the smallest box with a side on a face and an adjacent side on an edge of the body's shadow.

    float64 (n, 3) corners of a convex hull; float64 (f, 3, 3) of each face its unit normal and two directions across
    it, each at right angles to the others; float64 (f,) areas of the faces -> float64 (3,). A face is passed over where
    height times area of the shadow, which no box of that direction undercuts, is not below the best so far.
    """
    n = len(points)
    best = np.inf
    sides = np.zeros(3)
    flat = np.empty((3, n))
    chain = np.empty(2 * n + 1, np.int64)
    for face in range(len(frames)):
        normal = frames[face, 0]
        shadow = 0.0
        for other in range(len(frames)):
            across = frames[other, 0]
            shadow += areas[other] * abs(across[0] * normal[0] + across[1] * normal[1] + across[2] * normal[2]) / 2
        for axis in range(3):
            turn = frames[face, axis]
            for k in range(n):
                flat[axis, k] = points[k, 0] * turn[0] + points[k, 1] * turn[1] + points[k, 2] * turn[2]
        rise = flat[0].max() - flat[0].min()
        if rise * shadow >= best:
            continue
        order = np.argsort(flat[1])
        u, v = flat[1], flat[2]
        length = 0
        for upper in range(2):  # the lower side of the shadow, then back along the upper (Andrew's monotone chain)
            bottom = length
            for place in range(n):
                k = order[n - 1 - place] if upper else order[place]
                while length > bottom + 1:
                    a, b = chain[length - 2], chain[length - 1]
                    if (u[b] - u[a]) * (v[k] - v[a]) - (v[b] - v[a]) * (u[k] - u[a]) > 0:
                        break
                    length -= 1
                chain[length] = k
                length += 1
            length -= 1
        for corner in range(length):
            a, b = chain[corner], chain[(corner + 1) % length]
            along, aside = u[b] - u[a], v[b] - v[a]
            size = np.sqrt(along * along + aside * aside)
            if size == 0:
                continue
            along, aside = along / size, aside / size
            low, high, far = np.inf, -np.inf, 0.0
            for other in range(length):
                du, dv = u[chain[other]] - u[a], v[chain[other]] - v[a]
                place_along = du * along + dv * aside
                low, high = min(low, place_along), max(high, place_along)
                far = max(far, abs(dv * along - du * aside))
            if rise * (high - low) * far < best:
                best = rise * (high - low) * far
                sides[:] = rise, high - low, far
    return sides
