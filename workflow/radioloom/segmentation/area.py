"""Area inside an odd number of closed polygons, and where their edges cross rows of voxels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from radioloom.errors import BadMask

BLOCK = 2**20  # crossings at a time: 100 MB
LONG_ROW = 512  # crossings of a height from which heights are worked on one after another
MOST_CROSSINGS = 100_000_000  # of a region's edges and the heights of corners in their planes: 10 s

Edges = tuple[np.ndarray, np.ndarray]  # lower and upper ends (n, 2) in (y, x)


def even_odd_area(polygons: Sequence[np.ndarray]) -> float:
    """Area inside an odd number of polygons (n, 2) in (y, x): exact where their edges do not cross each other.

    Between two neighbouring corner heights the inside length is linear in height, so its value half way is its mean.
    Memory grows with the points, not with their square.
    """
    heights = np.unique(np.concatenate([p[:, 0] for p in polygons]))
    return _area(_edges(polygons), (heights[1:] + heights[:-1]) / 2, np.diff(heights)) if len(heights) > 1 else 0.0


def refuse_tangled(planes: Sequence[Sequence[np.ndarray]]) -> None:
    """BadMask where edges pass so many heights of their plane's corners that areas would take minutes."""
    passed = 0
    for polygons in planes:
        first, stop = _passed(_edges(polygons), np.unique(np.concatenate([p[:, 0] for p in polygons])))
        passed += int((stop - first).sum())
    if passed > MOST_CROSSINGS:
        raise BadMask(
            f"contours of {sum(len(p) for polygons in planes for p in polygons)} points whose edges pass the heights "
            f"of others {passed:.1e} times, and {MOST_CROSSINGS:.0e} are the most: they run to and fro; draw or "
            "export the region again, or simplify its contours"
        )


def crossings(polygons: Sequence[np.ndarray], heights: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Where edges cross heights, ascending: index of the height and x of each, by blocks of heights.

    An edge holds its lower end, not its upper.
    """
    edges = _edges(polygons)
    first, stop = _passed(edges, heights)
    step = max(BLOCK // max(np.count_nonzero(stop > first), 1), 1)
    for begin in range(0, len(heights), step):
        row, x = _crossings(edges, heights[begin : begin + step])
        yield row + begin, x


def _edges(polygons: Sequence[np.ndarray]) -> Edges:
    starts = np.concatenate(polygons)
    ends = np.concatenate([np.roll(p, -1, axis=0) for p in polygons])
    up = (starts[:, 0] <= ends[:, 0])[:, None]
    return np.where(up, starts, ends), np.where(up, ends, starts)


def _passed(edges: Edges, heights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First height that each edge crosses, and the one behind the last."""
    low, high = (np.searchsorted(heights, ends[:, 0], "left") for ends in edges)
    return low, high


def _crossings(edges: Edges, heights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    (low, high), (first, stop) = edges, _passed(edges, heights)
    n = stop - first
    edge = np.repeat(np.arange(len(n)), n)
    row = np.arange(len(edge)) - np.repeat(np.cumsum(n) - n, n) + first[edge]
    share = (heights[row] - low[edge, 0]) / (high[edge, 0] - low[edge, 0])
    return row, low[edge, 1] + share * (high[edge, 1] - low[edge, 1])


def _area(edges: Edges, heights: np.ndarray, thick: np.ndarray) -> float:
    """Sum of inside length times thickness; a closed line crosses each height an even number of times."""
    first, stop = _passed(edges, heights)
    n = int((stop - first).sum())
    if n > BLOCK and len(heights) > 1:
        half = len(heights) // 2
        parts = (first < half, slice(half)), (stop > half, slice(half, None))
        return sum(_area((edges[0][of], edges[1][of]), heights[at], thick[at]) for of, at in parts)
    if n > LONG_ROW * len(heights):
        return _area_by_rows(edges, heights, thick)
    row, x = _crossings(edges, heights)
    order = np.lexsort((x, row))
    ends = x[order].reshape(-1, 2)
    return float(np.sum((ends[:, 1] - ends[:, 0]) * thick[row[order][::2]]))


def _area_by_rows(edges: Edges, heights: np.ndarray, thick: np.ndarray) -> float:
    (low, start), (high, end) = (np.ascontiguousarray(ends.T) for ends in edges)
    total = 0.0
    for height, each in zip(heights, thick, strict=True):
        at = np.flatnonzero((low <= height) & (height < high))
        x = np.sort(start[at] + (height - low[at]) / (high[at] - low[at]) * (end[at] - start[at]))
        total += float((x[1::2] - x[::2]).sum() * each)
    return total
