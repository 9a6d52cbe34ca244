"""Grey levels of a region in one pass."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def bin_by_width(intensity, mask, first, width, levels):
    """Fill `levels` (uint16, same shape) with floor(x / width) - first + 1 in the mask, 0 outside."""
    flat, inside, out = intensity.ravel(), mask.ravel(), levels.ravel()
    for i in range(flat.size):
        out[i] = np.uint16(np.floor(flat[i] / width) - first + 1.0) if inside[i] else np.uint16(0)


@njit(cache=True, nogil=True)
def bin_from_edge(intensity, mask, edge, width, levels):
    """Fill `levels` with floor((x - edge) / width) + 1 in the mask, 0 outside."""
    flat, inside, out = intensity.ravel(), mask.ravel(), levels.ravel()
    for i in range(flat.size):
        out[i] = np.uint16(np.floor((flat[i] - edge) / width) + 1.0) if inside[i] else np.uint16(0)


@njit(cache=True, nogil=True)
def bin_by_number(intensity, mask, low, high, number, levels):
    """Fill `levels` with min(floor(number * (x - low) / (high - low)) + 1, number) in the mask, 0 outside."""
    flat, inside, out = intensity.ravel(), mask.ravel(), levels.ravel()
    for i in range(flat.size):
        if inside[i]:
            level = np.floor(number * (flat[i] - low) / (high - low)) + 1.0
            out[i] = np.uint16(min(level, float(number)))
        else:
            out[i] = np.uint16(0)
