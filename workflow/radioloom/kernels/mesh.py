"""Counting the cubes between eight voxel centres: all that a marching-cubes surface needs (Lorensen and Cline 1987)."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def count_cubes(codes):
    """Cubes of each configuration and the sums of their places: uint8 (z, y, x) -> int64 (256, 4).

    Column 0 counts cubes, columns 1 to 3 add up their index (z, y, x). Cubes wholly inside (255) or outside (0) are
    left out: they hold no surface, and there are many.
    """
    table = np.zeros((256, 4), np.int64)
    depth, height, width = codes.shape
    for z in range(depth):
        for y in range(height):
            row = codes[z, y]
            for x in range(width):
                code = row[x]
                if 0 < code < 255:
                    table[code, 0] += 1
                    table[code, 1] += z
                    table[code, 2] += y
                    table[code, 3] += x
    return table
