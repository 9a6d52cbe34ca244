"""Moran's I and Geary's C of a region, exactly, with weights of inverse distance.

Both are sums over all pairs of voxels. A weight depends on the displacement alone, so the sums are a convolution with
1/distance; for all but small or scattered regions they are taken as products of Fourier transforms, zero-padded so that
nothing wraps around (Parseval's theorem: no transform back; rows of zeros are not transformed).
"""

from __future__ import annotations

import numpy as np

from radioloom.kernels.autocorrelation import pair_sums, spectrum_sums

PAIR_COST, TRANSFORM_COST = 7.0, 60.0  # ns per pair, and per point of the padded box
BLOCK = 1 << 17  # complex numbers transformed at a time along the last axis: what a cache holds


def moran_geary(intensity: np.ndarray, mask: np.ndarray, spacing_mm: np.ndarray) -> tuple[float, float]:
    """Moran's I and Geary's C of the intensities under a mask: float64 and bool (z, y, x), float64 (3,) mm.

    NaN for both where their denominators vanish: one voxel, or one intensity throughout.
    """
    values = intensity[mask]
    n = values.size
    if n < 2 or values.min() == values.max():
        return np.nan, np.nan
    deviations = values - values.mean()
    spread = float(deviations @ deviations)
    indices = np.argwhere(mask)
    low, high = indices.min(axis=0), indices.max(axis=0) + 1
    if PAIR_COST * n * (n - 1) / 2 < TRANSFORM_COST * float(np.prod(2.0 * (high - low))):
        weights, products, squares = pair_sums(np.ascontiguousarray(indices * spacing_mm), deviations)
    else:
        box = tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
        filled = np.zeros(high - low)
        filled[mask[box]] = deviations
        weights, products, squares = padded_sums(filled, mask[box], spacing_mm)
    return n * products / (weights * spread), (n - 1) * squares / (2 * weights * spread)


def inverse_distances(shape: np.ndarray, spacing_mm: np.ndarray) -> np.ndarray:
    """1/distance in mm of every displacement from (0, 0, 0), itself 0: float64 of `shape`."""
    sides = [(np.arange(n) * step) ** 2 for n, step in zip(shape, spacing_mm, strict=True)]
    square = sides[0][:, None, None] + sides[1][:, None] + sides[2]
    square[0, 0, 0] = np.inf
    return 1 / np.sqrt(square)


def padded_sums(values: np.ndarray, mask: np.ndarray, spacing_mm: np.ndarray) -> tuple[float, float, float]:
    """The three sums of `pair_sums` by Fourier transforms: float64 (z, y, x), zero outside the mask; bool; mm."""
    from scipy import fft

    depth, height, width = (2 * fft.next_fast_len(n, real=True) for n in mask.shape)
    # The weights are even, so a cosine transform of one octant is their whole spectrum.
    kernel = fft.dctn(inverse_distances(np.array([depth, height, width]) // 2 + 1, spacing_mm), type=1)
    planes = np.stack([mask, values, values**2])
    planes = fft.fft(fft.rfft(planes, width, axis=3), height, axis=2)
    sums = np.zeros(3)
    step = max(1, BLOCK // (depth * planes.shape[3]))
    for first in range(0, height, step):
        spectra = fft.fft(planes[:, :, first : first + step], depth, axis=1)
        spectrum_sums(kernel, spectra, first, height, sums)
    weights, products, squares = sums / (depth * height * width)
    # Ordered pairs so far: each pair stands twice, and Σ w (a - b)² = 2 Σ w a² - 2 Σ w a b.
    return weights / 2, products / 2, squares - products
