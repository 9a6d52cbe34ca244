"""Laws' filters (IBSI 2, section 3.3): products of level, edge, spot, wave and ripple, and their texture energy."""

from __future__ import annotations

import math

import numpy as np

from radioloom.filters.boundary import even, gather, needed, places
from radioloom.filters.record import Box, Filter, Maps, Settings, Spacing
from radioloom.filters.separable import Product, centred, of_axes, pooled, reach_of, rotations, running_mean, wide

# IBSI 2, table 6; each is divided by its Euclidean norm.
KERNELS = {
    "L3": (1, 2, 1),
    "L5": (1, 4, 6, 4, 1),
    "E3": (-1, 0, 1),
    "E5": (-1, -2, 0, 2, 1),
    "S3": (-1, 2, -1),
    "S5": (-1, 0, 2, 0, -1),
    "W5": (-1, 2, 0, -2, 1),
    "R5": (1, -4, 6, -4, 1),
}


def laws(image: np.ndarray, box: Box, settings: Settings, spacing_mm: Spacing) -> Maps:
    """One map for each of `kernels`: laws-E5L5S5, laws-E5L5S5-max-energy-7 ...

    kernels : letters of the axes x, y, z (E5L5S5), or of x and y (L5S5) for slice by slice
    rotation : how responses of all right-angled rotations become one: `max`, `mean`, `min`; `none`: no rotation
    energy_distance : Chebyshev distance of the neighbourhood over which the absolute response is averaged; null: none
    """
    rotation, distance = settings["rotation"], settings["energy_distance"]
    for name in settings["kernels"]:
        products = _products(name, rotation)
        pool = "max" if rotation == "none" else rotation
        if distance is None:
            yield _name(name, settings), pooled(image, box, products, pool, settings["boundary"])
            continue
        half = _energy(name, distance)
        beyond, inside = needed(places(image.shape, box, even(half), settings["boundary"]))
        response = pooled(image, beyond, products, pool, settings["boundary"])
        yield _name(name, settings), running_mean(gather(np.abs(response, out=response), inside), half)


def _name(kernel: str, settings: Settings) -> str:
    turned = "" if settings["rotation"] == "none" else f"-{settings['rotation']}"
    energy = "" if settings["energy_distance"] is None else f"-energy-{settings['energy_distance']}"
    return f"laws-{kernel}{turned}{energy}"


def maps(settings: Settings) -> list[str]:
    """One name for each kernel."""
    return [_name(kernel, settings) for kernel in settings["kernels"]]


def reach(settings: Settings, spacing_mm: Spacing) -> tuple[int, int, int]:
    """Half of the largest filter, and the neighbourhood of the energy."""
    most = (0, 0, 0)
    for name in settings["kernels"]:
        cells = wide(reach_of(_products(name, settings["rotation"])))
        around = _energy(name, settings["energy_distance"] or 0)
        most = tuple(max(f, a + b) for f, a, b in zip(most, cells, around, strict=True))
    return most


def _products(name: str, rotation: str) -> list[Product]:
    factors = []
    for start in range(0, len(name), 2):
        weights = KERNELS[name[start : start + 2]]
        norm = math.sqrt(sum(w * w for w in weights))
        factors.append(centred([w / norm for w in weights]))
    return [of_axes(factors)] if rotation == "none" else rotations(factors)


def _energy(name: str, distance: int) -> tuple[int, int, int]:
    return (distance if len(name) == 6 else 0, distance, distance)


def _directed(settings: Settings) -> bool:
    return settings["rotation"] == "none" or any(len(kernel) < 6 for kernel in settings["kernels"])


FILTER = Filter("laws", laws, reach, maps, directed=_directed)
