"""Riesz transforms (IBSI 2, section 3.7) of the Laplacian of Gaussian and of Simoncelli's wavelet.

R(w) = (-i)^L sqrt(L! / (l1! l2! l3!)) w1^l1 w2^l2 w3^l3 / |w|^L, with L = l1 + l2 + l3 and axes in the order x, y, z.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from radioloom.errors import StudyError
from radioloom.filters.boundary import surroundings
from radioloom.filters.fourier import Transfer, convolve, kernel, reach_of
from radioloom.filters.record import Box, Filter, Maps, Settings, Spacing
from radioloom.filters.simoncelli import band_pass, sizes_of


def of_laplacian(image: np.ndarray, box: Box, settings: Settings, spacing_mm: Spacing) -> Maps:
    """One map for each of `sigma_mm` and each of `orders`: riesz-100-log-sigma-3-mm-3D ...

    orders : [l1, l2, l3] of the axes x, y, z, or [l1, l2] for slice by slice
    support : voxels along an edge of the filter, which has no end of its own
    """
    for sigma in settings["sigma_mm"]:
        base = _laplacian([sigma / step for step in spacing_mm])
        yield from _maps(image, box, settings, _Base(base, f"log-sigma-{sigma:g}-mm", closed=False))


def of_simoncelli(image: np.ndarray, box: Box, settings: Settings, spacing_mm: Spacing) -> Maps:
    """One map for each of `levels` and each of `orders`: riesz-020-simoncelli-1-3D ...; otherwise as `of_laplacian`."""
    for level in settings["levels"]:
        base = _Base(partial(band_pass, level=level), f"simoncelli-{level}", closed=True)
        yield from _maps(image, box, settings, base)


def reach(settings: Settings, spacing_mm: Spacing) -> tuple[int, int, int]:
    """Half of the filter's edge."""
    return tuple(n // 2 for n in sizes_of(settings["support"], max(map(len, settings["orders"]))))


@dataclass(frozen=True, slots=True)
class _Base:
    """The filter that is transformed."""

    transfer: Transfer
    label: str
    closed: bool  # frequencies as the reference maps of Simoncelli's wavelet have them


def _maps(image: np.ndarray, box: Box, settings: Settings, base: _Base) -> Maps:
    for order in settings["orders"]:
        sizes = sizes_of(settings["support"], len(order))
        around = surroundings(image, box, reach_of(sizes), settings["boundary"])
        transfer = kernel(_times(base.transfer, riesz(order)), sizes, base.closed)
        (response,) = convolve(around, [transfer], sizes)
        yield f"riesz-{''.join(map(str, order))}-{base.label}-{len(order)}D", response


def _times(first: Transfer, second: Transfer) -> Transfer:
    return lambda frequencies: first(frequencies) * second(frequencies)


def riesz(order: Sequence[int]) -> Transfer:
    """The transform of one order as a function of the frequencies (z, y, x); 0 at frequency 0."""
    total = sum(order)
    if total == 0:
        raise StudyError("orders: an order of noughts transforms nothing; take it out")
    scale = (-1j) ** total * math.sqrt(math.factorial(total) / math.prod(map(math.factorial, order)))

    def transfer(frequencies: Sequence[np.ndarray]) -> np.ndarray:
        norm = np.sqrt(sum(each**2 for each in frequencies))
        norm = np.where(norm > 0, norm, 1.0)  # the powers are 0 there
        powers = math.prod(each**exponent for each, exponent in zip(frequencies[::-1], order, strict=False))
        return scale * powers / norm**total

    return transfer


def _laplacian(sigma: Sequence[float]) -> Transfer:
    """-|w|^2 exp(-|sigma w|^2 / 2), sigma (z, y, x) in voxels."""

    def transfer(frequencies: Sequence[np.ndarray]) -> np.ndarray:
        decay = sum((s * w) ** 2 for s, w in zip(sigma, frequencies, strict=True))
        return -sum(w**2 for w in frequencies) * np.exp(-decay / 2)

    return transfer


OF_LAPLACIAN = Filter("riesz_log", of_laplacian, reach)
OF_SIMONCELLI = Filter("riesz_simoncelli", of_simoncelli, reach)
