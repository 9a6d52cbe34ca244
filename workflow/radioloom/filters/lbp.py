"""Local binary patterns within slices (Ojala 2002, doi:10.1109/TPAMI.2002.1017623), uniform and rotation invariant."""

from __future__ import annotations

import math

import numpy as np

from radioloom.filters.boundary import even, surroundings
from radioloom.filters.record import Box, Filter, Maps, Settings, Spacing
from radioloom.kernels.local import uniform_patterns


def patterns(image: np.ndarray, box: Box, settings: Settings, spacing_mm: Spacing) -> Maps:
    """One map: lbp-2D-radius-1-samples-9, whole numbers from 0 to samples + 1.

    Of `samples` points on a circle of `radius` voxels around a voxel, interpolated linearly, those at least as bright
    as the voxel count one. Where they form at most one arc the response is their number, elsewhere samples + 1.
    skimage.feature.local_binary_pattern(..., method="uniform") is the same with `boundary: zero`, but for ties.
    """
    around = surroundings(image, box, even(reach(settings, spacing_mm)), settings["boundary"])
    out = np.empty(tuple(side.stop - side.start for side in box))
    corners, weights = _circle(settings["radius"], settings["samples"])
    uniform_patterns(around, math.ceil(settings["radius"]), corners, weights, out)
    yield from zip(maps(settings), [out], strict=True)


def maps(settings: Settings) -> list[str]:
    """The name of the one map."""
    return [f"lbp-2D-radius-{settings['radius']:g}-samples-{settings['samples']}"]


def reach(settings: Settings, spacing_mm: Spacing) -> tuple[int, int, int]:
    """The circle."""
    n = math.ceil(settings["radius"])
    return (0, n, n)


def _circle(radius: float, samples: int) -> tuple[np.ndarray, np.ndarray]:
    """The four voxels (row, column) around each point of the circle, int64 (n, 4, 2), and their weights (n, 4).

    Positions are rounded to 1e-5 of a voxel, so that points on the axes are voxels.
    """
    angle = 2 * np.pi * np.arange(samples) / samples
    points = np.round(np.stack([-radius * np.sin(angle), radius * np.cos(angle)], 1), 5)
    low = np.floor(points)
    part = points - low
    ends = np.array([(0, 0), (0, 1), (1, 0), (1, 1)])
    weights = np.prod(np.where(ends[None] == 1, part[:, None], 1 - part[:, None]), axis=2)
    corners = (low[:, None] + ends[None]).astype(np.int64)
    corners[weights == 0] = 0  # a voxel that does not count may lie beyond what is read
    return corners, weights


FILTER = Filter("lbp", patterns, reach, maps)
