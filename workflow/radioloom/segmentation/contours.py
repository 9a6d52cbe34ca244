"""Closed planar contours to voxels: even-odd rule, voxel centres, and the polygons' own volume.

A voxel belongs to the region where its centre lies inside an odd number of the contours of its slice, so holes,
keyholes and several parts come out right. Edges are half-open: a centre on a left or upper edge is inside, on a right
or lower one outside, so that two regions that share an edge share no voxel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from radioloom.errors import BadMask
from radioloom.segmentation.alike import distinct
from radioloom.segmentation.area import crossings, even_odd_area, refuse_tangled
from radioloom.segmentation.mask import Voxels, cut
from radioloom.segmentation.place import lone_slice, refuse_outside
from radioloom.volume import Grid

FLAT = 0.1  # slice spacings that a contour's points may be off one plane of the grid
SNAP = 6  # decimals of a voxel: below them coordinates are rounding, not anatomy
SAME_PLANE = 0.01  # slice spacings between contours that lie on one plane whatever lies beside them
NOISE = 2 * FLAT  # slice spacings that contours of one plane may be apart, each of them FLAT off it
BESIDE = 4  # times as far as the contours of a plane lie apart, at least, are the planes beside it
TIED = 0.01  # slice spacings off half way that are rounding of coordinates: half way
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
    taken, outer = _on_slices(planes.positions, step, grid.shape[0])
    slices, beyond = np.flatnonzero(taken >= 0).tolist(), int(np.count_nonzero(outer))
    polygons = [planes.polygons[k] for k in taken[slices]]
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
        **_not_taken(planes, taken, outer, step),
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
    planes = _grouped(np.array(places), flat, notes)
    refuse_tangled(planes.polygons)
    return _drawn_once(planes, repeated, grid)


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
    array = np.zeros(size, bool)
    for index, group in zip(slices, polygons, strict=True):
        for row, x in crossings(group, np.arange(low[0], high[0], dtype=float)):
            column = np.clip(np.ceil(np.round(x, SNAP)) - low[1], 0, size[2]).astype(np.int64)
            toggles = np.bincount(row * width + column, minlength=size[1] * width).reshape(size[1], width) & 1
            array[index - first] ^= np.bitwise_xor.accumulate(toggles.astype(bool), axis=1)[:, :-1]
    return array, (first, int(low[0]), int(low[1])), int(outside)


def _grouped(places: np.ndarray, flat: list[np.ndarray], notes: list[str]) -> Planes:
    """Polygons by plane.

    places : of each on the slice axis, in voxels
    Contours are one plane where they lie less than NOISE apart, and at least BESIDE times as far from the planes on
    both sides, and from what most planes of the region are apart (where there are fewer than three planes, less than
    FLAT): coordinates of one slice may be off by a tenth of it, and contours drawn on finer slices than the image's
    (every tenth of a slice) stay planes of their own.
    """
    order = np.argsort(places, kind="stable")
    ordered = places[order]
    coarse = _breaks(ordered, NOISE)
    apart = np.diff([float(part.mean()) for part in np.split(ordered, coarse)])
    most = float(np.median(apart)) / BESIDE if len(apart) > 1 else FLAT
    groups = np.split(order, coarse if most >= NOISE else _breaks(ordered, most))
    positions = np.array([float(np.mean(places[group])) for group in groups])
    return Planes(positions, tuple(tuple(flat[i] for i in group) for group in groups), tuple(notes))


def _breaks(places: np.ndarray, most: float) -> list[int]:
    """Where planes begin, but the first.

    places : ascending; most : that contours of one plane are apart
    """
    gaps = np.concatenate([[np.inf], np.diff(places), [np.inf]])  # before each, and behind the last
    found: list[int] = []
    parts = [(0, len(places))]
    while parts:
        begin, end = parts.pop()
        width, inner = float(places[end - 1] - places[begin]), gaps[begin + 1 : end]
        if width <= SAME_PLANE or (round(most - width, SNAP) > 0 and BESIDE * width <= min(gaps[begin], gaps[end])):
            found.append(begin)
            continue
        cuts = [begin, *(np.flatnonzero(inner > inner.max() / 2) + begin + 1).tolist(), end]
        parts += pairwise(cuts)
    return sorted(found)[1:]


def _step(positions: np.ndarray) -> float:
    """Distance in slices between planes: what most neighbours keep; 1 where planes are too few to tell or far apart."""
    if len(positions) < 3:
        return 1.0
    gaps = np.diff(positions)
    step = float(np.median(gaps))
    regular = np.mean(np.abs(gaps - step) < 0.1 * step) > 0.5
    return step if regular and step <= SKIPPED else 1.0


def _on_slices(positions: np.ndarray, step: float, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Which plane each slice takes, int (n,), -1 for none; and which planes lie outside the image, bool.

    Between neighbours of one step (up to half as much more) every slice takes the nearer plane. A part of a region ends
    half a step beyond its last plane, half-open, and one so thin that no slice is left keeps the nearest, if that is
    free. A slice that is half way but for TIED is half way, and takes the lower plane: coordinates are rounded.
    """
    apart = np.concatenate([[np.inf], np.diff(positions), [np.inf]]) > 1.5 * step + 2 * TIED  # no neighbour there
    index = np.arange(n)
    plane = np.searchsorted((positions[1:] + positions[:-1]) / 2 + TIED, index, "left")
    above = index - positions[plane] - TIED
    inside = ((above > -step / 2) | ~apart[plane]) & ((above <= step / 2) | ~apart[plane + 1])
    taken = np.where(inside, plane, -1)
    for part in np.split(np.arange(len(positions)), np.flatnonzero(apart[1:-1]) + 1) if step < 1 else ():
        near = int(part[np.argmin(np.abs(positions[part] - np.rint(positions[part])))])
        at = int(np.rint(positions[near]))
        if 0 <= at < n and taken[at] < 0 and not np.isin(taken, part).any():
            taken[at] = near
    reach = max(step, 1.0) / 2 + TIED
    outside = (positions < -reach) | (positions >= n - 1 + reach - 2 * TIED)
    return taken, outside & ~np.isin(np.arange(len(positions)), taken)


def _not_taken(planes: Planes, taken: np.ndarray, outside: np.ndarray, step: float) -> dict[str, int]:
    """Contours inside the image that no slice takes, by what is to be noted of them: all, and those that are lost.

    Lost are those whose box touches none of those that the slices on both sides take.
    """
    idle = np.flatnonzero(~outside & ~np.isin(np.arange(len(outside)), taken))
    lost = 0
    for plane in idle:
        around = np.clip([np.floor(planes.positions[plane]), np.ceil(planes.positions[plane])], 0, len(taken) - 1)
        beside = [p for k in set(taken[around.astype(int)].tolist()) - {-1} for p in planes.polygons[k]]
        low, high = (np.array([reach(p, axis=0) for p in beside]).reshape(-1, 2) for reach in (np.min, np.max))
        for p in planes.polygons[plane]:
            lost += not ((p.min(axis=0) <= high) & (p.max(axis=0) >= low)).all(axis=1).any()
    n = sum(len(planes.polygons[plane]) for plane in idle)
    which = f"are taken by no slice: each takes those of its nearest plane (planes are {step:.3g} slices apart)"
    return {f"{{}} contour(s) {which}": n, "{} of these lie beside all that slices take, and are lost": lost}


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
