"""Enclosing bodies (boxes, ellipsoids, convex hull) of IBSI's volume and area densities."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from radioloom.errors import BadRoi
from radioloom.kernels.boxes import heights_and_shadows, smallest_box
from radioloom.kernels.ellipsoid import enclosing_shares
from radioloom.kernels.quickhull import convex_hull

MVEE_TOLERANCE = 1e-4


@dataclass(frozen=True)
class Body:
    """Volume in mm³ and area in mm²."""

    volume: float
    area: float


@dataclass(frozen=True)
class Planes:
    """Planes of a convex body and the edges where two of them meet."""

    normals: np.ndarray  # float64 (p, 3), unit length, outwards
    areas: np.ndarray  # float64 (p,) mm²
    directions: np.ndarray  # float64 (d, 3): normals, one of each opposite pair
    edges: np.ndarray  # int64 (e, 2): from which point to which
    sides: np.ndarray  # int64 (e, 2): the planes on the left and on the right of each edge, seen from outside


@dataclass(frozen=True)
class Hull:
    """The convex hull of points on a lattice."""

    lattice: np.ndarray  # int64 (n, 3)
    step_mm: np.ndarray  # float64 (3,): one step of the lattice along each axis

    @cached_property
    def _faces(self) -> tuple[np.ndarray, np.ndarray]:
        """Triangles of the hull (f, 3), counter-clockwise from outside, and those across their edges 0-1, 1-2, 2-0."""
        corners, across, state = convex_hull(self.lattice, _first_four(self.lattice))
        number = np.cumsum(state == 1) - 1
        return corners[state == 1], number[across[state == 1]]

    @cached_property
    def points(self) -> np.ndarray:
        """Float64 (n, 3) mm."""
        return self.lattice * self.step_mm

    @cached_property
    def body(self) -> Body:
        """Of the hull itself."""
        a, b, c = self.points[self._faces[0]].transpose(1, 0, 2)
        volume = np.einsum("ij,ij->", a - self.points[0], np.cross(b - a, c - a)) / 6
        return Body(float(volume), float(self._planes.areas.sum()))

    @property
    def corners(self) -> np.ndarray:
        """The points that the hull cannot do without, float64 (k, 3) mm."""
        return np.ascontiguousarray(self.points[np.unique(self._faces[0])])

    @cached_property
    def box(self) -> Body:
        """The smallest box with a side on a face of the hull and another on an edge of its shadow along that face.

        A direction's height times the area of its shadow is less than any box of that direction; the search goes up
        from the least such bound and ends where the bound passes the best box found.
        """
        planes = self._planes
        heights, shadows = heights_and_shadows(self.corners, planes.normals, planes.areas, planes.directions)
        bounds = heights * shadows
        order = np.argsort(bounds, kind="stable")
        ordered = planes.directions[order], heights[order], bounds[order]
        return box_body(smallest_box(self.points, planes.edges, planes.sides, planes.normals, *ordered))

    @cached_property
    def _planes(self) -> Planes:
        triangles, across = self._faces
        a, b, c = self.lattice[triangles].transpose(1, 0, 2)
        normals = np.cross(b - a, c - a)  # whole numbers: planes are the same, or they are not
        twice = np.linalg.norm(normals * (self.step_mm.prod() / self.step_mm), axis=1)  # areas in mm²
        normals //= np.gcd.reduce(normals, axis=1)[:, None]
        first, plane = _alike(normals)
        normals = normals[first]
        leading = normals[np.arange(len(normals)), np.argmax(normals != 0, axis=1)]
        upward = _alike(normals * np.sign(leading)[:, None])[0]
        unit = normals / self.step_mm
        unit /= np.linalg.norm(unit, axis=1)[:, None]
        once = plane[:, None] < plane[across]  # and edges inside one plane are none
        edges = np.stack([triangles, np.roll(triangles, -1, axis=1)], axis=-1)[once]
        sides = np.stack([np.broadcast_to(plane[:, None], across.shape), plane[across]], axis=-1)[once]
        return Planes(unit, np.bincount(plane, twice) / 2, unit[upward], edges, sides)

    @cached_property
    def ellipsoid(self) -> Body:
        """The smallest ellipsoid around the hull, to some 1e-4 of its volume."""
        corners = self.corners
        shares = _spread_shares(corners)
        enclosing_shares(corners, shares, MVEE_TOLERANCE)
        from_centre = corners - shares @ corners
        matrix = np.linalg.inv((shares * from_centre.T) @ from_centre) / 3
        outermost = np.einsum("ij,jk,ik->i", from_centre, matrix, from_centre).max()
        return ellipsoid_body(np.sqrt(outermost / np.linalg.eigvalsh(matrix)))


def _first_four(points: np.ndarray) -> np.ndarray:
    """Four points (n, 3) that do not lie in one plane, the last behind the triangle of the others, int64 (4,).

    BadRoi where there are none; the surface of a voxel alone has them.
    """
    order = np.lexsort(points.T[::-1])
    low, high = order[0], order[-1]
    away = points - points[low]
    aside = np.cross(away[high], away)
    third = np.argmax((aside.astype(float) ** 2).sum(axis=1))
    height = away @ aside[third]
    fourth = np.argmax(np.abs(height))
    if not height[fourth]:
        raise BadRoi("the region's surface lies in one plane and has no convex hull")
    return np.array([low, third, high, fourth] if height[fourth] > 0 else [low, high, third, fourth])


def _spread_shares(points: np.ndarray) -> np.ndarray:
    """Equal shares of at most six points that lie far out along three directions: where the ellipsoid's search begins.

    Each direction stands at right angles to the lines between the pairs before (Kumar and Yildirim 2005).
    """
    shares, across, lines = np.zeros(len(points)), np.array([1.0, 0.0, 0.0]), []
    for _ in range(3):
        place = points @ across
        far, near = place.argmax(), place.argmin()
        shares[[far, near]] = 1.0
        lines.append(points[far] - points[near])
        across = np.cross(lines[0], lines[1] if len(lines) > 1 else np.eye(3)[np.abs(lines[0]).argmin()])
    return shares / shares.sum()


def _alike(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which rows (n, 3) are the same: the first of each group (g,), and each one's group (n,)."""
    order = np.lexsort(rows.T)
    new = np.append(True, (np.diff(rows[order], axis=0) != 0).any(axis=1))
    group = np.empty(len(order), np.int64)
    group[order] = np.cumsum(new) - 1
    return order[new], group


def box_body(sides: np.ndarray) -> Body:
    """A box of three side lengths in mm."""
    a, b, c = (float(side) for side in sides)
    return Body(a * b * c, 2 * (a * b + b * c + c * a))


def ellipsoid_body(semi_axes: np.ndarray) -> Body:
    """An ellipsoid of three semi-axes in mm, largest first; its area by IBSI's series of Legendre polynomials.

    IBSI 1 adds (αβ)^v / (1 - 4v²) · P_v((α² + β²) / (2αβ)) up to degree 20, with α² = 1 - b²/a² and β² = 1 - c²/a².
    Here the terms follow from Legendre's recurrence, multiplied by (αβ)^v so that a sphere does not divide by zero.
    This is not the area of an ellipsoid, which has α² = 1 - c²/a² and β² = 1 - c²/b² in the same series (4 % more for
    the digital phantom): IBSI's reference values rest on its formula. No axes (one voxel): NaN for both.
    """
    a, b, c = (float(axis) for axis in semi_axes)
    if not a > 0:
        return Body(np.nan, np.nan)
    alpha, beta = 1 - (b / a) ** 2, 1 - (c / a) ** 2  # squared
    before, term, total = 0.0, 1.0, 0.0
    for v in range(21):
        total += term / (1 - 4 * v * v)
        before, term = term, ((2 * v + 1) * (alpha + beta) / 2 * term - v * alpha * beta * before) / (v + 1)
    return Body(4 / 3 * np.pi * a * b * c, 4 * np.pi * a * b * total)
