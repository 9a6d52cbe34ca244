"""Made-up MR: one head of three tissues in air, as scanners with another gain, offset and contrast see it."""

import numpy as np

HEADS = 6
SHAPE = (10, 16, 18)
VOXELS = (0, 777, 1234, 2001, 2879)  # of which mapped values are kept


def head(seed):
    """Float64 (z, y, x), above 0 everywhere; no two voxels are alike."""
    rng = np.random.default_rng([19991201, seed])
    z, y, x = np.meshgrid(*(np.linspace(-1, 1, n) for n in SHAPE), indexing="ij")
    size = rng.uniform(0.6, 0.9)
    tissue = np.where(y > rng.uniform(-0.2, 0.2), 0.8, np.where(x > 0, 0.5, 0.35))
    clean = np.where(z**2 + y**2 + x**2 < size, tissue ** rng.uniform(0.7, 1.4), 0.05) + rng.normal(0, 0.01, SHAPE)
    return rng.uniform(100, 3000) * (np.abs(clean) + rng.uniform(0, 0.3)) + 1e-3
