"""Closed planar contours to voxels: even-odd rule, voxel centres, and the polygons' own volume.

A voxel belongs to the region where its centre lies inside an odd number of the contours of its slice, so holes,
keyholes and several parts come out right. Edges are half-open: a centre on a left or upper edge is inside, on a right
or lower one outside, so that two regions that share an edge share no voxel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from radioloom.errors import BadMask
from radioloom.segmentation.alike import distinct
from radioloom.segmentation.area import crossings, even_odd_area
from radioloom.segmentation.mask import Voxels, cut
from radioloom.segmentation.place import lone_slice, refuse_outside
from radioloom.volume import Grid

FLAT = 0.1  # slice spacings that a contour's points may be off one plane of the grid
SNAP = 6  # decimals of a voxel: below them coordinates are rounding, not anatomy
SAME_PLANE = 0.01  # slice spacings between points of contours that lie on one plane
HOLE = 0.1  # voxels of a slice that two contours have to enclose to be worth a note
ALIKE = (
    "almost the same as another of its plane (a thin rim, or drawn twice and not quite alike): "
    "what two of them enclose is left out"
)
CROSSED = 0.01  # of a contour's area, by which its area with a sign is another where it crosses itself
SKIPPED = 8.0  # slice spacings between contours up to which they are taken as drawn on every n-th slice


@dataclass(frozen=True, slots=True)
class Raster:
    """The voxels that contours enclose, and what they are in numbers."""

    array: np.ndarray  # bool, cut to its bounding box
    offset: Voxels
    contour_mm3: float  # area of the polygons (even-odd) times their distance
    notes: tuple[str, ...]
    beyond: int = 0  # planes of contours outside the image


@dataclass(frozen=True, slots=True)
class Planes:
    """Polygons by plane: positions on the slice axis in voxels, ascending; polygons (n, 2) in (y, x) voxels."""

    positions: np.ndarray
    polygons: tuple[tuple[np.ndarray, ...], ...]
    notes: tuple[str, ...]
    alike: int = 0  # contours that are almost another of their plane


def rasterise(contours: Sequence[np.ndarray], grid: Grid) -> Raster:
    """Voxels whose centres the contours enclose.

    contours : float (n, 3) each, in (z, y, x) LPS mm
    Raises BadMask where contours do not lie in slices of the grid, lie outside it, or enclose no voxel centre.
    """
    planes = sort_planes(contours, grid)
    step = _step(planes.positions)
    slices, polygons, beyond = _on_slices(planes, step, grid.shape[0])
    areas = [even_odd_area(p) for p in planes.polygons]
    alone = [
        [even_odd_area([p]) for p in group] if len(group) > 1 else [area]
        for group, area in zip(planes.polygons, areas, strict=True)
    ]
    volume = step * grid.voxel_mm3 * sum(areas)
    if not slices:
        low, high = (grid.spacing_mm[0] * planes.positions[[0, -1]]).round(1)
        reach = lone_slice(grid.shape) or f" reaches from 0 to {grid.spacing_mm[0] * (grid.shape[0] - 1):.1f} mm"
        raise BadMask(
            f"the mask misses the image: its contours lie {low} to {high} mm from the first slice, and the image{reach}"
        )
    array, offset, outside = _fill(slices, polygons, grid.shape)
    if outside and not array.any():
        raise BadMask("the mask misses the image: its contours lie beside the image's slices")
    if not array.any() and planes.alike:
        raise BadMask(
            f"the mask is empty: {planes.alike} contour(s) are drawn twice and not quite alike, so that what both "
            "enclose is left out as a hole is; delete one of each two, or export the structure set again"
        )
    if not array.any():
        raise BadMask(
            f"the mask is empty: the contours ({volume:.1f} mm3) enclose no voxel centre; the region is too small"
        )
    if outside or beyond:
        refuse_outside(1 - int(np.count_nonzero(array)) * grid.voxel_mm3 / volume, grid.shape)
    cropped, begin = cut(array, offset)
    counts = {
        "{} slice(s) lost: their contours enclose no voxel centre": sum(
            not array[index - offset[0]].any() for index in slices
        ),
        "{} plane(s) with contours inside one another: what two of them enclose is left out": sum(
            sum(each) - area > HOLE for each, area in zip(alone, areas, strict=True)
        ),
        "{} contour(s) cross themselves: what they enclose an odd number of times was taken": sum(
            _crossed(p, area)
            for group, each in zip(planes.polygons, alone, strict=True)
            for p, area in zip(group, each, strict=True)
        ),
        f"{{}} slice(s) without contours of their own took the nearest plane's (planes are {step:.3g} slices apart)": (
            len(slices) - len(set(map(id, polygons)))
        ),
        "{} slice(s) between contours have none": slices[-1] - slices[0] + 1 - len(slices),
        f"{{}} of {len(planes.positions)} planes of contours lie outside the image": beyond,
        "{} contour(s) reach out of the image": outside,
    }
    notes = [note.format(n) for note, n in counts.items() if n]
    notes += filter(None, [_off(planes.positions, slices, grid.spacing_mm[0])])
    return Raster(cropped, begin, volume, (*planes.notes, *notes), beyond)


def sort_planes(contours: Sequence[np.ndarray], grid: Grid) -> Planes:
    """Contours by plane, in voxels; those with fewer than three points or drawn twice are left out and noted.

    Raises BadMask where a contour is not flat in a slice of the grid, or where none is left.
    """
    places, flat, repeated, seen = [], [], 0, set()
    for contour in contours:
        if len(contour) < 3:
            continue
        index = np.round(grid.to_index(contour), SNAP)
        middle = float(np.median(index[:, 0]))
        if np.abs(index[:, 0] - middle).max() > FLAT:
            raise BadMask(
                f"contours do not lie in the image's slices (one is {_plane(contour)} and spans "
                f"{np.ptp(index[:, 0]) * grid.spacing_mm[0]:.1f} mm across them); contour the image's own slices"
            )
        key = np.column_stack([index[:, 1:], np.full(len(index), round(middle, 2))]).tobytes()
        if key in seen:
            repeated += 1
            continue
        seen.add(key)
        places.append(middle)
        flat.append(index[:, 1:])
    if not flat:
        raise BadMask(f"no closed contour: {len(contours)} contour(s), none with three points")
    notes = []
    if dropped := sum(len(contour) < 3 for contour in contours):
        notes.append(f"{dropped} contour(s) with fewer than three points left out")
    return _drawn_once(_grouped(np.array(places), flat, notes), repeated, grid)


def _drawn_once(planes: Planes, repeated: int, grid: Grid) -> Planes:
    """Planes without contours that repeat another of theirs in other words. repeated : copies left out before."""
    found = [distinct(polygons, grid.spacing_mm[1:]) for polygons in planes.polygons]
    once = [tuple(p[i] for i in each.kept) for p, each in zip(planes.polygons, found, strict=True)]
    notes, alike = [*planes.notes], sum(each.alike for each in found)
    if copies := repeated + sum(each.copies for each in found):
        notes.append(f"{copies} contour(s) drawn twice taken once")
    if alike:
        notes.append(f"{alike} contour(s) {ALIKE}")
    return Planes(planes.positions, tuple(once), tuple(notes), alike)


def _plane(contour: np.ndarray) -> str:
    """What an observer calls the plane of a contour, (n, 3) in (z, y, x) LPS mm."""
    thin = np.ptp(contour, axis=0) <= 0.01 * np.ptp(contour, axis=0).max()
    return next((name for name, flat in zip(("axial", "coronal", "sagittal"), thin, strict=True) if flat), "oblique")


def _crossed(polygon: np.ndarray, area: float) -> bool:
    """Whether a polygon (n, 2) crosses itself: what it runs around left and right, or twice, has another area."""
    y, x = (polygon - polygon[0]).T
    signed = abs(float(y @ np.roll(x, -1) - x @ np.roll(y, -1))) / 2
    return abs(signed - area) > max(CROSSED * area, HOLE)


def _fill(slices: list[int], polygons: list[tuple[np.ndarray, ...]], shape: Voxels) -> tuple[np.ndarray, Voxels, int]:
    """Voxels of some slices by parity: each crossing toggles all voxels of its row from there on."""
    corners = np.concatenate([p for group in polygons for p in group])
    low = np.clip(np.floor(corners.min(axis=0)), 0, shape[1:]).astype(int)
    high = np.clip(np.ceil(corners.max(axis=0)) + 1, 0, shape[1:]).astype(int)
    first, size = min(slices), (max(slices) - min(slices) + 1, *np.maximum(high - low, 0))
    outside = sum(((p < -0.5) | (p > np.array(shape[1:]) - 0.5)).any() for group in polygons for p in group)
    width = size[2] + 1  # a row's last place takes the toggles beyond it
    places = []
    for index, group in zip(slices, polygons, strict=True):
        row, x = crossings(group, np.arange(low[0], high[0], dtype=float))
        column = np.clip(np.ceil(np.round(x, SNAP)) - low[1], 0, size[2]).astype(np.int64)
        places.append(((index - first) * size[1] + row) * width + column)
    toggles = np.bincount(np.concatenate(places), minlength=size[0] * size[1] * width).astype(np.uint8)
    parity = np.bitwise_xor.accumulate(toggles.reshape(size[0], size[1], width) & 1, axis=2)
    return parity[:, :, :-1].astype(bool), (first, int(low[0]), int(low[1])), int(outside)


def _grouped(places: np.ndarray, flat: list[np.ndarray], notes: list[str]) -> Planes:
    order = np.argsort(places, kind="stable")
    breaks = np.flatnonzero(np.diff(places[order]) > SAME_PLANE) + 1
    groups = np.split(order, breaks)
    positions = np.array([float(np.mean(places[group])) for group in groups])
    return Planes(positions, tuple(tuple(flat[i] for i in group) for group in groups), tuple(notes))


def _step(positions: np.ndarray) -> float:
    """Distance in slices between planes: what most neighbours keep; 1 where planes are too few to tell or far apart."""
    if len(positions) < 3:
        return 1.0
    gaps = np.diff(positions)
    step = float(np.median(gaps))
    regular = np.mean(np.abs(gaps - step) < 0.1 * step) > 0.5
    return step if regular and step <= SKIPPED else 1.0


def _on_slices(planes: Planes, step: float, n: int) -> tuple[list[int], list[tuple[np.ndarray, ...]], int]:
    """Which polygons each slice takes: those of the nearest plane, within half a step or half a slice of it.

    Last, the number of planes that lie more than that outside the image.
    """
    positions, reach = planes.positions, max(step, 1.0) / 2
    apart = np.concatenate([[np.inf], np.diff(positions), [np.inf]]) > 1.5 * step  # no neighbour on that side
    taken = _nearest(positions, np.round(np.where(apart, step, max(step, 1.0)) / 2, SNAP), n)
    for part in np.split(np.arange(len(positions)), np.flatnonzero(apart[1:-1]) + 1) if step < 1 else ():
        if taken.keys().isdisjoint(part):
            plane = int(part[np.argmin(np.abs(positions[part] - np.rint(positions[part])))])
            taken[plane] = [int(np.rint(positions[plane]))]
    beyond = np.count_nonzero((positions < -reach) | (positions >= n - 1 + reach))
    of = {index: plane for plane, slices in reversed(taken.items()) for index in slices if 0 <= index < n}
    return sorted(of), [planes.polygons[of[index]] for index in sorted(of)], int(beyond)


def _nearest(positions: np.ndarray, reach: np.ndarray, n: int) -> dict[int, list[int]]:
    """Slices that each plane is the nearest of, and which lie within its reach.

    reach : in slices, (n + 1,): of each plane below itself, then of the last above. Where planes lie closer than slices
        a part of a region ends half a step beyond its last plane, half-open: with half a slice there it would have half
        a slice more than its contours. A part so thin that no slice is left keeps the nearest.
    """
    low, high = int(np.floor(positions[0] - reach[0])), int(np.ceil(positions[-1] + reach[-1]))
    taken: dict[int, list[int]] = {}
    for index in range(max(low, 0), min(high + 1, n)):
        plane = int(np.argmin(np.abs(positions - index)))
        if -reach[plane + 1] <= round(positions[plane] - index, SNAP) < reach[plane]:
            taken.setdefault(plane, []).append(index)
    return taken


def _off(positions: np.ndarray, slices: Sequence[int], spacing: float) -> str:
    """What to note where planes lie between slices, "" where they lie on them.

    Slices that lie nearer to another plane's slice (contours on every third) say nothing of it.
    """
    away = np.abs(positions - np.array(slices)[:, None]).min(axis=1)
    away = away[np.round(away, SNAP) <= 0.5]
    if not away.size or away.max() <= FLAT:
        return ""
    constant = np.ptp(away) <= FLAT / 2
    return f"contours lie {'' if constant else 'up to '}{away.max() * spacing:.1f} mm off the slices that take them"
