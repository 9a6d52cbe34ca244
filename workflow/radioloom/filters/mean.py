"""Mean filter (IBSI 2, section 3.1): the average of a cube, or of a square within the slice."""

from __future__ import annotations

import numpy as np

from radioloom.filters.boundary import even, surroundings
from radioloom.filters.record import Box, Filter, Maps, Settings, Spacing
from radioloom.filters.separable import running_mean


def means(image: np.ndarray, box: Box, settings: Settings, spacing_mm: Spacing) -> Maps:
    """One map for each of `supports`, the odd number of voxels M along an edge: mean-15-3D."""
    for support in settings["supports"]:
        half = _half(support, settings["dimensions"])
        around = surroundings(image, box, even(half), settings["boundary"])
        yield _name(support, settings), running_mean(around, half)


def _name(support: int, settings: Settings) -> str:
    return f"mean-{support}-{settings['dimensions']}D"


def maps(settings: Settings) -> list[str]:
    """One name for each support."""
    return [_name(support, settings) for support in settings["supports"]]


def reach(settings: Settings, spacing_mm: Spacing) -> tuple[int, int, int]:
    """Half of the largest support."""
    return _half(max(settings["supports"]), settings["dimensions"])


def _half(support: int, dimensions: int) -> tuple[int, int, int]:
    return (support // 2 if dimensions == 3 else 0, support // 2, support // 2)


FILTER = Filter("mean", means, reach, maps, directed=lambda settings: settings["dimensions"] == 2)
