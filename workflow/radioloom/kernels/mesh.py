"""The surface of a region by marching cubes (Lorensen and Cline 1987): how many cubes of each configuration it has."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def count_cubes(mask):
    """Cubes of each configuration and the sums of their places: uint8 (z, y, x), 0 or 1 -> int64 (256, 4).

    Bit 4·z + 2·y + x of a configuration says whether that corner of the cube is inside. Column 0 counts cubes, columns
    1 to 3 add up their lowest corner's index (z, y, x). Cubes wholly inside (255) or outside (0) are left out: they
    hold no surface, and there are many.
    """
    table = np.zeros((256, 4), np.int64)
    depth, height, width = mask.shape
    column = np.empty(width, np.uint8)  # the four corners of one x
    for z in range(depth - 1):
        for y in range(height - 1):
            a, b, c, d = mask[z, y], mask[z, y + 1], mask[z + 1, y], mask[z + 1, y + 1]
            for x in range(width):
                column[x] = a[x] | b[x] << 2 | c[x] << 4 | d[x] << 6
            for x in range(width - 1):
                code = column[x] | column[x + 1] << 1
                if 0 < code < 255:
                    table[code, 0] += 1
                    table[code, 1] += z
                    table[code, 2] += y
                    table[code, 3] += x
    return table
