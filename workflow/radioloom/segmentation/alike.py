"""Contours of one plane that are drawn twice: the same closed line within a tolerance, or almost the same."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from radioloom.segmentation.area import even_odd_area

SAME_MM = 0.01  # between two closed lines that are one: exports round coordinates to 0.01 or 0.001 mm
ALIKE = 0.2  # of the larger area, that only one of two contours encloses: up to here they are almost the same
BOXES = 0.5  # of the union of two boxes that both share, below which their contours cannot be alike
MOST_POINTS = 1000  # of a line that are held against another
BLOCK = 2**20  # distances at a time


class Distinct(NamedTuple):
    """Which contours of a plane are drawn once."""

    kept: list[int]  # places, ascending
    copies: int  # left out: the same line as one that is kept
    alike: int  # kept, and almost the same as another: by the even-odd rule they cancel each other


def distinct(polygons: Sequence[np.ndarray], spacing_mm: tuple[float, float]) -> Distinct:
    """Contours without those that repeat another, whatever point they begin at and whichever way they run.

    polygons : (n, 2) each, in (y, x) voxels; spacing_mm : of these
    """
    if len(polygons) < 2:
        return Distinct(list(range(len(polygons))), 0, 0)
    lines = [_once(np.asarray(polygon) * spacing_mm) for polygon in polygons]
    low = np.array([line.min(axis=0) for line in lines]) - SAME_MM
    high = np.array([line.max(axis=0) for line in lines]) + SAME_MM
    order = np.argsort(low[:, 0], kind="stable")
    kept: list[int] = []  # in this order
    tops: list[float] = []  # theirs
    copies = alike = 0
    for place in order.tolist():
        top = low[place, 0]
        near = np.array(kept[bisect_left(tops, 2 * top - high[place, 0]) :], int)  # none lies a height further up
        near = near[_share(low[near], high[near], low[place], high[place]) >= BOXES]
        if any(_same(lines[place], lines[other]) for other in near):
            copies += 1
            continue
        alike += any(_almost(lines[place], lines[other]) for other in near)
        kept.append(place)
        tops.append(top)
    return Distinct(sorted(kept), copies, alike)


def _once(line: np.ndarray) -> np.ndarray:
    """A closed line (n, 2) without points that repeat the one before, or at its end the first."""
    moves = (line != np.roll(line, 1, axis=0)).any(axis=1)
    return line[moves] if moves.any() else line[:1]


def _share(low: np.ndarray, high: np.ndarray, its_low: np.ndarray, its_high: np.ndarray) -> np.ndarray:
    """Of each of some boxes (n, 2) and one: what both hold, of what either holds."""
    both = np.clip(np.minimum(high, its_high) - np.maximum(low, its_low), 0, None).prod(axis=1)
    return both / ((high - low).prod(axis=1) + (its_high - its_low).prod() - both)


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two closed lines are one: no point of either is off the other, and none of what one encloses is not."""
    if max(_off(one, other), _off(other, one)) > SAME_MM:
        return False
    around = np.linalg.norm(one - np.roll(one, 1, axis=0), axis=1).sum()
    return _either(one, other) <= 2 * SAME_MM * (around + SAME_MM)


def _almost(one: np.ndarray, other: np.ndarray) -> bool:
    return _either(one, other) <= ALIKE * max(even_odd_area([one]), even_odd_area([other]))


def _off(one: np.ndarray, other: np.ndarray) -> float:
    """How far corners and middles of the edges of a line (n, 2) are off another, at most."""
    points = np.concatenate([one, (one + np.roll(one, 1, axis=0)) / 2])
    points = points[:: -(-len(points) // MOST_POINTS)]
    ends = np.roll(other, -1, axis=0)
    edges, step = ends - other, max(BLOCK // len(other), 1)
    squares = np.maximum((edges**2).sum(axis=1), 1e-30)
    farthest = 0.0
    for begin in range(0, len(points), step):
        away = points[begin : begin + step, None] - other
        share = np.clip((away * edges).sum(axis=2) / squares, 0, 1)
        farthest = max(farthest, float(np.linalg.norm(away - share[..., None] * edges, axis=2).min(axis=1).max()))
    return farthest


def _either(one: np.ndarray, other: np.ndarray) -> float:
    """Area in mm2 that one of two closed lines encloses, and the other does not."""
    return even_odd_area([one, other])
