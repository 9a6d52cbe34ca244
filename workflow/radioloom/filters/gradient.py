"""Magnitude of the gradient by central differences, as SimpleITK and pyradiomics have it."""

from __future__ import annotations

import numpy as np

from radioloom.filters.boundary import even, surroundings
from radioloom.filters.record import Box, Filter, Maps, Settings, Spacing
from radioloom.kernels.local import steepness


def gradient(image: np.ndarray, box: Box, settings: Settings, spacing_mm: Spacing) -> Maps:
    """One map: `gradient`, or `gradient-2D` for slice by slice.

    unit : `mm`, or `voxel` (pyradiomics' gradientUseSpacing: false); boundary : `nearest` is SimpleITK's
    """
    deep = settings["dimensions"] == 3
    around = surroundings(image, box, even((int(deep), 1, 1)), settings["boundary"])
    steps = np.array(spacing_mm if settings["unit"] == "mm" else (1.0, 1.0, 1.0))
    out = np.empty(tuple(side.stop - side.start for side in box))
    steepness(around, 1 / (2 * steps), deep, out)
    yield from zip(maps(settings), [out], strict=True)


def maps(settings: Settings) -> list[str]:
    """The name of the one map."""
    return ["gradient" if settings["dimensions"] == 3 else "gradient-2D"]


def reach(settings: Settings, spacing_mm: Spacing) -> tuple[int, int, int]:
    """The next voxel."""
    return (int(settings["dimensions"] == 3), 1, 1)


FILTER = Filter("gradient", gradient, reach, maps, directed=lambda settings: settings["dimensions"] == 2)
