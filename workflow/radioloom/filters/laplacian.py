"""Laplacian of Gaussian (IBSI 2, section 3.2), as a sum of separable products.

LoG(k) = (sum over the axes of (k_d^2 / sigma_d^2 - 1) / sigma_d^2) * product of Gaussians, sampled and cut off at
`truncate` times sigma. With g the Gaussian and h its factor of the sum, in 3D: hgg + ghg + ggh = (hg + gh) g + (gg) h.
"""

from __future__ import annotations

import math

import numpy as np

from radioloom.errors import BadImage
from radioloom.filters.boundary import even, surroundings
from radioloom.filters.record import Box, Filter, Maps, Settings, Spacing
from radioloom.filters.separable import Taps, along


def laplacians(image: np.ndarray, box: Box, settings: Settings, spacing_mm: Spacing) -> Maps:
    """One map for each of `sigma_mm`: log-sigma-3-mm-3D, or -2D for slice by slice.

    Sigma is one in mm, so a number of voxels that differs where spacings differ; derivatives are per voxel, as IBSI has
    them. The sum of the sampled filter is not nought exactly, as IBSI leaves it.
    """
    for sigma in settings["sigma_mm"]:
        half = _half(sigma, settings, spacing_mm)
        if 0 in half[-settings["dimensions"] :]:
            raise BadImage(f"log: sigma of {sigma:g} mm is too small for voxels of {spacing_mm} mm (z, y, x); widen it")
        around = surroundings(image, box, even(half), settings["boundary"])
        taps = [_taps(sigma / step, h) for step, h in zip(spacing_mm, half, strict=True)]
        shape = tuple(side.stop - side.start for side in box)
        yield _name(sigma, settings), _response(around, taps, shape, half)


def _name(sigma_mm: float, settings: Settings) -> str:
    return f"log-sigma-{sigma_mm:g}-mm-{settings['dimensions']}D"


def maps(settings: Settings) -> list[str]:
    """One name for each sigma."""
    return [_name(sigma, settings) for sigma in settings["sigma_mm"]]


def reach(settings: Settings, spacing_mm: Spacing) -> tuple[int, int, int]:
    """Where the largest Gaussian is cut off."""
    return _half(max(settings["sigma_mm"]), settings, spacing_mm)


def _half(sigma_mm: float, settings: Settings, spacing_mm: Spacing) -> tuple[int, int, int]:
    z, y, x = (math.floor(settings["truncate"] * sigma_mm / step + 0.5) for step in spacing_mm)
    return (z if settings["dimensions"] == 3 else 0, y, x)


def _taps(sigma: float, half: int) -> tuple[Taps, Taps]:
    """The Gaussian of one axis and its factor of the Laplacian, sigma in voxels."""
    k = np.arange(-half, half + 1)
    gauss = np.exp(-(k**2) / (2 * sigma**2)) / (math.sqrt(2 * math.pi) * sigma)
    second = gauss * (k**2 / sigma**2 - 1) / sigma**2
    offsets = tuple(k.tolist())
    return Taps(offsets, tuple(gauss.tolist())), Taps(offsets, tuple(second.tolist()))


def _response(
    around: np.ndarray, taps: list[tuple[Taps, Taps]], shape: tuple[int, ...], half: tuple[int, ...]
) -> np.ndarray:
    (gz, hz), (gy, hy), (gx, hx) = taps
    if half[0] == 0:  # within slices: hg + gh
        out = along(along(around, gy, 1, shape[1], half[1]), hx, 2, shape[2], half[2])
        return along(along(around, hy, 1, shape[1], half[1]), gx, 2, shape[2], half[2], out)
    smooth = along(around, gz, 0, shape[0], half[0])
    both = along(smooth, hy, 1, shape[1], half[1])
    along(along(around, hz, 0, shape[0], half[0]), gy, 1, shape[1], half[1], both)
    out = along(along(smooth, gy, 1, shape[1], half[1]), hx, 2, shape[2], half[2])
    return along(both, gx, 2, shape[2], half[2], out)


FILTER = Filter("log", laplacians, reach, maps, directed=lambda settings: settings["dimensions"] == 2)
