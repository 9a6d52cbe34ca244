"""Square, square root, logarithm and exponential of intensities, as pyradiomics defines them.

Each is scaled by the largest absolute intensity m, so that responses span about as much as the image. pyradiomics takes
m of the image that it was given, so its values follow how much of the scan lies around the region. Here m is that of
the region's box, or a number that the profile says.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from radioloom.errors import BadRoi
from radioloom.filters.record import Box, Filter, Maps, Settings, Spacing

Curve = Callable[[np.ndarray, float], np.ndarray]  # (intensities, which may be written over; m) -> responses


def _square(x: np.ndarray, m: float) -> np.ndarray:
    np.multiply(x, x, out=x)
    return np.multiply(x, 1 / m, out=x)


def _square_root(x: np.ndarray, m: float) -> np.ndarray:
    return np.copysign(np.sqrt(m * np.abs(x)), x)


def _logarithm(x: np.ndarray, m: float) -> np.ndarray:
    return np.copysign(np.log1p(np.abs(x)) * (m / math.log1p(m)), x)


def _exponential(x: np.ndarray, m: float) -> np.ndarray:
    return np.exp(np.multiply(x, math.log(m) / m, out=x), out=x)


def _filter(name: str, label: str, curve: Curve) -> Filter:
    def apply(image: np.ndarray, box: Box, settings: Settings, spacing_mm: Spacing) -> Maps:
        x = np.array(image[box], dtype=np.float64, order="C")
        m = float(max(x.max(), -x.min())) if settings["largest"] == "box" else float(settings["largest"])
        if not 0 < m < math.inf:
            raise BadRoi(f"{name}: the largest absolute intensity around the region is {m}, which scales nothing")
        with np.errstate(over="ignore"):
            response = curve(x, m)
        if settings["largest"] != "box" and not math.isfinite(response.max()):
            raise BadRoi(f"{name}: responses overflow; `largest: {m:g}` is far below the intensities of the image")
        yield label, response

    return Filter(
        name, apply, lambda settings, spacing_mm: (0, 0, 0), lambda settings: [label], directed=lambda settings: False
    )


SQUARE = _filter("square", "square", _square)
SQUARE_ROOT = _filter("square_root", "squareroot", _square_root)
LOGARITHM = _filter("logarithm", "logarithm", _logarithm)
EXPONENTIAL = _filter("exponential", "exponential", _exponential)
