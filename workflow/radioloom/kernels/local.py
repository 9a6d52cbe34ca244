"""What a voxel's next neighbours say: steepness, and local binary patterns."""

import math

from numba import njit


@njit(cache=True, nogil=True)
def steepness(around, factors, deep, out):
    """Euclidean norm of the differences of both neighbours along each axis times `factors`.

    around : float64 (z + 2 deep, y + 2, x + 2); factors : float64 (3,); deep : whether z counts; out : float64
    """
    fz, fy, fx = factors
    d = 1 if deep else 0
    for z in range(out.shape[0]):
        for y in range(out.shape[1]):
            here = around[z + d, y + 1]
            up, down = around[z + d, y], around[z + d, y + 2]
            front, back = around[z, y + 1], around[z + 2 * d, y + 1]
            to = out[z, y]
            for x in range(to.size):
                a = fx * (here[x + 2] - here[x])
                b = fy * (down[x + 1] - up[x + 1])
                c = fz * (back[x + 1] - front[x + 1])
                to[x] = math.sqrt(a * a + b * b + c * c)


@njit(cache=True, nogil=True)
def uniform_patterns(around, half, corners, weights, out):
    """Number of points of a circle that are at least as bright as its middle, or points + 1 where they form two arcs.

    around : float64 (z, y + 2 half, x + 2 half); corners : int64 (points, 4, 2), row and column of the voxels that a
    point is interpolated from; weights : float64 (points, 4); out : float64 (z, y, x)
    Differences from the middle are interpolated, so that a flat neighbourhood is a tie exactly.
    """
    points = weights.shape[0]
    for z in range(out.shape[0]):
        for y in range(out.shape[1]):
            for x in range(out.shape[2]):
                middle = around[z, y + half, x + half]
                count, turns, first, before = 0, 0, 0, 0
                for k in range(points):
                    above = 0.0
                    for c in range(4):
                        row, column = corners[k, c]
                        above += weights[k, c] * (around[z, y + half + row, x + half + column] - middle)
                    bit = 1 if above >= 0.0 else 0
                    count += bit
                    if k == 0:
                        first = bit
                    else:
                        turns += bit != before
                    before = bit
                turns += before != first
                out[z, y, x] = count if turns <= 2 else points + 1
