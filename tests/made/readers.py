"""Pairs of masks as two readers draw them: blobs moved and cut, scattered voxels, a part that one of them missed."""

import numpy as np

PAIRS = 12
SPACINGS = {"cube": (1.0, 1.0, 1.0), "slab": (3.0, 0.98, 0.7)}  # (z, y, x) in mm


def pair(seed):
    """Two bool arrays (12, 20, 24); every third pair is scattered voxels, which have all 256 kinds of surface."""
    rng = np.random.default_rng([20210710, seed])
    z, y, x = np.indices((12, 20, 24))
    if seed % 3 == 0:
        return tuple(rng.random((2, *z.shape)) < 0.4 + 0.05 * seed / 3)
    centre, radii = rng.uniform((4, 7, 9), (7, 12, 14)), rng.uniform(2, 6, (2, 3))
    moved = centre + rng.normal(0, 1, 3)
    one, other = (
        ((z - c[0]) / r[0]) ** 2 + ((y - c[1]) / r[1]) ** 2 + ((x - c[2]) / r[2]) ** 2 <= 1
        for c, r in zip((centre, moved), radii, strict=True)
    )
    if seed % 3 == 1:
        other[10, 2:5, 20:23] = True
    return one, other
