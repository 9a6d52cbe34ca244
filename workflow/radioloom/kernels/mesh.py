"""Counting the cubes between eight voxel centres: all that a marching-cubes surface needs (Lorensen and Cline 1987)."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def count_cubes(mask):
    """Cubes of each configuration and the sums of their places: uint8 (z, y, x), 0 or 1 -> int64 (256, 4).

    Bit 4·z + 2·y + x of a configuration says whether that corner of the cube is inside. Column 0 counts cubes,
    columns 1 to 3 add up their lowest corner's index (z, y, x). Cubes wholly inside or outside are not counted.
    """
    table = np.zeros((256, 4), np.int64)
    depth, height, width = mask.shape
    for z in range(depth - 1):
        for y in range(height - 1):
            near, right = mask[z, y], mask[z, y + 1]
            above, across = mask[z + 1, y], mask[z + 1, y + 1]
            left = near[0] | right[0] << 2 | above[0] << 4 | across[0] << 6
            for x in range(1, width):
                here = near[x] | right[x] << 2 | above[x] << 4 | across[x] << 6
                code = left | here << 1
                left = here
                if 0 < code < 255:
                    table[code, 0] += 1
                    table[code, 1] += z
                    table[code, 2] += y
                    table[code, 3] += x - 1
    return table
