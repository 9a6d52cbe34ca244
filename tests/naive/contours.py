"""The plain way from polygons to voxels and to area: one voxel, one edge at a time."""

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
