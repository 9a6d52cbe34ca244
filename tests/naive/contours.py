"""The plain way from polygons to voxels and to area: one voxel, one edge at a time."""

import math
from itertools import pairwise

import numpy as np


def inside(y, x, polygon):
    """Whether a point lies in a polygon: does a ray to the left cross its edges an odd number of times?"""
    odd = False
    n = len(polygon)
    for i in range(n):
        (y0, x0), (y1, x1) = polygon[i], polygon[(i + 1) % n]
        if (y0 <= y) != (y1 <= y):
            if y0 > y1:
                (y0, x0), (y1, x1) = (y1, x1), (y0, x0)
            cross = x0 + (y - y0) / (y1 - y0) * (x1 - x0)
            if round(cross, 6) <= x:
                odd = not odd
    return odd


def fill(polygons, shape):
    """Voxels whose centres lie in an odd number of polygons."""
    mask = np.zeros(shape, bool)
    for y in range(shape[0]):
        for x in range(shape[1]):
            mask[y, x] = sum(inside(float(y), float(x), p) for p in polygons) % 2
    return mask


def shoelace(polygon):
    """Area of a polygon whose edges do not cross."""
    y, x = np.asarray(polygon).T
    return abs(float(np.dot(y, np.roll(x, -1)) - np.dot(x, np.roll(y, -1)))) / 2


def nearest(planes, step, n):
    """Plane of each of n slices by the declared rule, None for none: the nearer of the neighbours, half way the lower.

    planes : exact places on the slice axis, ascending, those of one part `step` apart
    """
    taken = []
    for z in range(n):
        best = min(range(len(planes)), key=lambda k: (abs(planes[k] - z), k))
        away = z - planes[best]
        beside = best + (1 if away > 0 else -1)
        joined = 0 <= beside < len(planes) and abs(planes[beside] - planes[best]) <= step * 3 / 2
        taken.append(best if joined or -step / 2 < away <= step / 2 else None)
    return taken


def area(polygons):
    """Area inside an odd number of polygons, height by height, all edges of each."""
    heights = sorted({y for p in polygons for y, _ in p})
    total = []
    for below, above in pairwise(heights):
        y, xs = (below + above) / 2, []
        for p in polygons:
            for (y0, x0), (y1, x1) in zip(p, [*p[1:], p[0]], strict=True):
                if (y0 <= y) != (y1 <= y):
                    xs.append(x0 + (y - y0) / (y1 - y0) * (x1 - x0))
        xs.sort()
        total += [(b - a) * (above - below) for a, b in zip(xs[::2], xs[1::2], strict=True)]
    return math.fsum(total)
