"""Undecimated separable wavelet, one level: the eight sub-bands of Aerts 2014 and of pyradiomics."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from radioloom.filters.record import Box, Filter
from radioloom.kernels.wavelet import split_columns, split_rows

Taps = tuple[float, ...]

# Decomposition low-pass filters, as tabulated by Daubechies (Ten Lectures on Wavelets, table 8.1) and by PyWavelets.
LOW_PASS = {
    "coif1": (
        -0.015655728135791993,
        -0.07273261951252645,
        0.3848648468648578,
        0.8525720202116004,
        0.3378976624574818,
        -0.07273261951252645,
    )
}


def sub_bands(image: np.ndarray, box: Box, settings: dict[str, Any]) -> Iterator[tuple[str, np.ndarray]]:
    """The eight sub-bands, wavelet-LLL to wavelet-HHH, on the box: (name, float64 (z, y, x)).

    The letters stand for the axes x, y, z in this order (as in IBSI 2 and in pyradiomics): HLL is high-pass along x.
    Gain is that of the stationary transform without normalisation: `pywt.swtn(image, "coif1", level=1)`. The three
    axes share one tree: 7 passes, each giving the low and the high band of one axis, instead of 24.

    image : (z, y, x); settings : `family`, and `boundary` for what lies beyond the image: `mirror` (c b a | a b c),
        `nearest`, or `periodic` (after repeating the first plane of an odd axis at its end, as pyradiomics does).
    """
    low = LOW_PASS[settings["family"]]
    high = tuple(tap if k % 2 else -tap for k, tap in enumerate(low[::-1]))
    around = _surroundings(image, box, settings["boundary"], len(low))
    for z, along_z in _split(around, 0, low, high):
        for y, along_y in _split(along_z, 1, low, high):
            for x, along_x in _split(along_y, 2, low, high):
                yield f"wavelet-{x}{y}{z}", along_x


def reach(settings: dict[str, Any]) -> int:
    """How far the filter reads beyond a voxel: half its taps."""
    return len(LOW_PASS[settings["family"]]) // 2


def _split(source: np.ndarray, axis: int, low: Taps, high: Taps) -> tuple[tuple[str, np.ndarray], ...]:
    """Low and high band of one axis; that axis becomes shorter by the filter's reach."""
    shape = list(source.shape)
    shape[axis] -= len(low) - 1
    bands = np.empty(shape), np.empty(shape)
    if axis == 2:
        split_columns(source, low, high, *bands)
    else:
        before, after = math.prod(shape[:axis]), math.prod(shape[axis + 1 :])
        split_rows(source.reshape(before, -1, after), low, high, *(band.reshape(before, -1, after) for band in bands))
    return ("L", bands[0]), ("H", bands[1])


def _surroundings(image: np.ndarray, box: Box, boundary: str, taps: int) -> np.ndarray:
    """The box and all that the filter reads beyond it, voxels beyond the image made by the boundary rule."""
    places = []
    for n, side in zip(image.shape, box, strict=True):
        wanted = np.arange(side.start - (taps // 2 - 1), side.stop + taps // 2)
        places.append(BOUNDARY[boundary](wanted, n))
    return np.ascontiguousarray(image[np.ix_(*places)], dtype=np.float64)


def _mirror(place: np.ndarray, n: int) -> np.ndarray:
    folded = place % (2 * n)
    return np.where(folded < n, folded, 2 * n - 1 - folded)


def _nearest(place: np.ndarray, n: int) -> np.ndarray:
    return np.clip(place, 0, n - 1)


def _periodic(place: np.ndarray, n: int) -> np.ndarray:
    return place % (n + n % 2) % n


BOUNDARY = {"mirror": _mirror, "nearest": _nearest, "periodic": _periodic}
FILTER = Filter("wavelet", sub_bands, reach)
