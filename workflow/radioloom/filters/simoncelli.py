"""Simoncelli's non-separable wavelet (IBSI 2, section 3.6), undecimated band-pass maps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import numpy as np

from radioloom.filters.boundary import surroundings
from radioloom.filters.fourier import convolve, kernel, reach_of
from radioloom.filters.record import Box, Filter, Maps, Settings, Spacing


def bands(image: np.ndarray, box: Box, settings: Settings, spacing_mm: Spacing) -> Maps:
    """One band-pass map for each of `levels`: simoncelli-1-3D; level 1 is the finest.

    support : voxels along an edge of the filter. It has no end of its own and fades slowly, the more so the higher the
        level; cutting it off is the price of reading a part of the image only. With the image's own size and `wrap` the
        maps are those of a filter without end.
    """
    sizes = sizes_of(settings["support"], settings["dimensions"])
    around = surroundings(image, box, reach_of(sizes), settings["boundary"])
    kernels = (kernel(partial(band_pass, level=level), sizes, closed=True) for level in settings["levels"])
    yield from zip(maps(settings), convolve(around, kernels, sizes), strict=True)


def maps(settings: Settings) -> list[str]:
    """One name for each level."""
    return [f"simoncelli-{level}-{settings['dimensions']}D" for level in settings["levels"]]


def reach(settings: Settings, spacing_mm: Spacing) -> tuple[int, int, int]:
    """Half of the filter's edge."""
    return tuple(n // 2 for n in sizes_of(settings["support"], settings["dimensions"]))


def sizes_of(support: int, dimensions: int) -> tuple[int, int, int]:
    """Voxels (z, y, x) of a filter that is a cube, or a square within the slice."""
    return (support if dimensions == 3 else 1, support, support)


def band_pass(frequencies: Sequence[np.ndarray], level: int) -> np.ndarray:
    """cos(pi/2 log2(2 w / pi)) for pi/4 < w <= pi, else 0; w: the radial frequency, twice as large at each level."""
    w = 2.0 ** (level - 1) * np.sqrt(sum(each**2 for each in frequencies))
    inside = (w > math.pi / 4) & (w <= math.pi)
    return np.where(inside, np.cos(math.pi / 2 * np.log2(2 / math.pi * np.where(inside, w, 1.0))), 0.0)


FILTER = Filter("simoncelli", bands, reach, maps, directed=lambda settings: settings["dimensions"] == 2)
