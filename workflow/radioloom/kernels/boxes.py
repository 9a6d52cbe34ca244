"""The smallest box around a convex body that stands on one of its faces."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def outline(edges, sides, front, after, loop):
    """Corners around the shadow of a convex body, in order, into `loop`; how many.

    int64 (e, 2) edges a -> b with the face of `sides[:, 0]` on their left and that of `sides[:, 1]` on their right
    seen from outside; bool (f,) which faces look up; `after`, int64 (n,), is room for each corner's next one.
    """
    start = -1
    for k in range(len(edges)):
        left = front[sides[k, 0]]
        if left != front[sides[k, 1]]:
            a, b = edges[k, 0], edges[k, 1]
            if left:
                after[a], start = b, a
            else:
                after[b], start = a, b
    n, corner = 0, start
    while n < len(loop):
        loop[n] = corner
        n, corner = n + 1, after[corner]
        if corner == start:
            break
    return n


@njit(cache=True, nogil=True)
def smallest_rectangle(u, v, n):
    """Sides of the smallest rectangle around a convex polygon of n corners -> two floats.

    float64 (>= 2n + 1,) twice: the corners counter-clockwise, written down twice and the first once more. The rectangle
    has a side on a side of the polygon (Freeman and Shapira 1975): three callipers go round with each side in turn
    (Toussaint 1983). What rounding makes of points on one line (`tiny`) does not stop them.
    """
    best, length, width = np.inf, 0.0, 0.0
    right, top, left = 0, 0, 0  # places of the farthest points ahead, across and behind
    tiny = 0.0
    for k in range(n):
        tiny = max(tiny, abs(u[k]), abs(v[k]))
    tiny *= 1e-12
    for k in range(n):
        along, aside = u[k + 1] - u[k], v[k + 1] - v[k]
        size = np.sqrt(along * along + aside * aside)
        if size <= tiny:
            continue
        along, aside, end = along / size, aside / size, k + n
        right = max(right, k + 1)
        while right < end and (u[right + 1] - u[right]) * along + (v[right + 1] - v[right]) * aside >= -tiny:
            right += 1
        top = max(top, right)
        while top < end and (v[top + 1] - v[top]) * along - (u[top + 1] - u[top]) * aside >= -tiny:
            top += 1
        left = max(left, top)
        while left < end and (u[left + 1] - u[left]) * along + (v[left + 1] - v[left]) * aside <= tiny:
            left += 1
        ahead = (u[right] - u[left]) * along + (v[right] - v[left]) * aside
        across = (v[top] - v[k]) * along - (u[top] - u[k]) * aside
        if ahead * across < best:
            best, length, width = ahead * across, ahead, across
    return length, width


@njit(cache=True, nogil=True)
def heights_and_shadows(corners, normals, areas, directions):
    """Height (mm) and area of the shadow (mm²) of a convex body along unit directions (d, 3) -> float64 (2, d).

    float64 (n, 3) corners; unit normals (f, 3) of the faces and their areas (f,), float64: half of all areas seen
    aslant is the shadow (Cauchy).
    """
    sizes = np.empty((2, len(directions)))
    for d in range(len(directions)):
        z, y, x = directions[d, 0], directions[d, 1], directions[d, 2]
        low, high, shadow = np.inf, -np.inf, 0.0
        for k in range(len(corners)):
            height = corners[k, 0] * z + corners[k, 1] * y + corners[k, 2] * x
            low = height if height < low else low
            high = height if height > high else high
        for f in range(len(normals)):
            shadow += areas[f] * abs(normals[f, 0] * z + normals[f, 1] * y + normals[f, 2] * x)
        sizes[0, d], sizes[1, d] = high - low, shadow / 2
    return sizes


@njit(cache=True, nogil=True)
def smallest_box(corners, edges, sides, normals, directions, heights, bounds):
    """Sides of the smallest box with a side across one of the directions and another on an edge of the shadow.

    float64 (n, 3) corners of a convex body; its edges as in `outline`; unit normals (f, 3) of its faces; directions
    (d, 3) to stand it on with its heights (d,), in rising order of `bounds` (d,), the volume that no box of that
    direction is below. -> float64 (3,)
    """
    best, box = np.inf, np.zeros(3)
    front, after, loop = (
        np.zeros(len(normals), np.bool_),
        np.zeros(len(corners), np.int64),
        np.zeros(len(edges), np.int64),
    )
    u, v = np.empty(2 * len(edges) + 1), np.empty(2 * len(edges) + 1)
    for d in range(len(directions)):
        if bounds[d] >= best:
            break
        z, y, x = directions[d, 0], directions[d, 1], directions[d, 2]
        for f in range(len(normals)):  # an upright face looks down, whatever rounding says
            front[f] = normals[f, 0] * z + normals[f, 1] * y + normals[f, 2] * x > 1e-9
        n = outline(edges, sides, front, after, loop)
        a, b, c, e, f, g = _across(z, y, x)
        for k in range(2 * n + 1):
            if k >= n:
                u[k], v[k] = u[k - n], v[k - n]
                continue
            i = loop[k]
            u[k] = corners[i, 0] * a + corners[i, 1] * b + corners[i, 2] * c
            v[k] = corners[i, 0] * e + corners[i, 1] * f + corners[i, 2] * g
        length, width = smallest_rectangle(u, v, n)
        if heights[d] * length * width < best:
            best = heights[d] * length * width
            box[0], box[1], box[2] = heights[d], length, width
    return box


@njit(cache=True, nogil=True)
def _across(z, y, x):
    """Two unit vectors that with a unit vector make a right-handed frame: three floats each."""
    if abs(z) <= abs(y) and abs(z) <= abs(x):
        a, b, c = 0.0, x, -y
    elif abs(y) <= abs(x):
        a, b, c = -x, 0.0, z
    else:
        a, b, c = y, -z, 0.0
    size = np.sqrt(a * a + b * b + c * c)
    a, b, c = a / size, b / size, c / size
    return a, b, c, y * c - x * b, x * a - z * c, z * b - y * a
