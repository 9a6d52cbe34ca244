"""The smallest rectangle around points of a plane."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def hull_chain(u, v, order):
    """Corners of the convex hull, counter-clockwise: float64 (n,) twice, int64 (n,) their order by u, then v -> (m,).

    Andrew's monotone chain: along the lower side, then back along the upper.
    """
    n = len(order)
    chain = np.empty(2 * n + 1, np.int64)
    length = 0
    for upper in range(2):
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
    return chain[:length]


@njit(cache=True, nogil=True)
def smallest_rectangle(u, v, chain):
    """Sides of the smallest rectangle around a convex polygon: float64 (n,) twice, int64 (m,) corners -> two floats.

    It has a side on a side of the polygon (Freeman and Shapira 1975).
    """
    best, length, width = np.inf, 0.0, 0.0
    for corner in range(len(chain)):
        a, b = chain[corner], chain[(corner + 1) % len(chain)]
        along, aside = u[b] - u[a], v[b] - v[a]
        size = np.sqrt(along * along + aside * aside)
        if size == 0:
            continue
        along, aside = along / size, aside / size
        low, high, near, far = np.inf, -np.inf, 0.0, 0.0  # `near` is 0 but where rounding made two corners of one
        for other in chain:
            du, dv = u[other] - u[a], v[other] - v[a]
            place = du * along + dv * aside
            low, high = min(low, place), max(high, place)
            height = dv * along - du * aside
            near, far = min(near, height), max(far, height)
        if (high - low) * (far - near) < best:
            best, length, width = (high - low) * (far - near), high - low, far - near
    return length, width
