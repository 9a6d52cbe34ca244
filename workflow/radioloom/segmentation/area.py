"""Area inside an odd number of closed polygons, and where their edges cross rows of voxels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def even_odd_area(polygons: Sequence[np.ndarray]) -> float:
    """Area inside an odd number of polygons (n, 2) in (y, x): exact where their edges do not cross each other.

    Between two neighbouring corner heights the inside length is linear in height, so its value half way is its mean.
    """
    heights = np.unique(np.concatenate([p[:, 0] for p in polygons]))
    if len(heights) < 2:
        return 0.0
    middles = (heights[1:] + heights[:-1]) / 2
    row, x = crossings(polygons, middles)
    order = np.lexsort((x, row))
    ends = x[order].reshape(-1, 2)  # a closed line crosses each height an even number of times
    return float(np.sum((ends[:, 1] - ends[:, 0]) * np.diff(heights)[row[order][::2]]))


def crossings(polygons: Sequence[np.ndarray], heights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where edges cross heights: index of the height and x of each. An edge holds its lower end, not its upper."""
    starts = np.concatenate(polygons)
    ends = np.concatenate([np.roll(p, -1, axis=0) for p in polygons])
    up = starts[:, 0] <= ends[:, 0]
    low, high = np.where(up[:, None], starts, ends), np.where(up[:, None], ends, starts)
    first, stop = np.searchsorted(heights, low[:, 0], "left"), np.searchsorted(heights, high[:, 0], "left")
    n = stop - first
    edge = np.repeat(np.arange(len(n)), n)
    row = np.arange(len(edge)) - np.repeat(np.cumsum(n) - n, n) + first[edge]
    share = (heights[row] - low[edge, 0]) / (high[edge, 0] - low[edge, 0])
    return row, low[edge, 1] + share * (high[edge, 1] - low[edge, 1])
