"""Bodies around a region whose volume and area its densities divide by: boxes, ellipsoids, the convex hull."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from radioloom.kernels.boxes import heights_and_shadows, smallest_box
from radioloom.kernels.ellipsoid import enclosing_shares

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
    edges: np.ndarray  # int64 (e, 2): from which point to which
    sides: np.ndarray  # int64 (e, 2): the planes on the left and on the right of each edge, seen from outside


@dataclass(frozen=True)
class Hull:
    """The convex hull of a triangle surface."""

    points: np.ndarray  # float64 (n, 3) mm, corners of the hull among them

    @cached_property
    def _faces(self):
        from scipy.spatial import ConvexHull

        return ConvexHull(self.points)

    @property
    def body(self) -> Body:
        """Of the hull itself."""
        return Body(float(self._faces.volume), float(self._faces.area))

    @property
    def corners(self) -> np.ndarray:
        """The points that the hull cannot do without, float64 (k, 3)."""
        return np.ascontiguousarray(self.points[self._faces.vertices])

    @cached_property
    def box(self) -> Body:
        """The smallest box with a side on a face of the hull and another on an edge of its shadow along that face.

        A direction's height times the area of its shadow is less than any box of that direction; the search goes up
        from the least such bound and ends where the bound passes the best box found.
        """
        planes = self._planes
        normals = planes.normals
        leading = np.argmax(np.abs(normals) > 1e-9, axis=1)
        directions = normals[_alike(normals * np.sign(normals[np.arange(len(normals)), leading])[:, None])[0]]
        heights, shadows = heights_and_shadows(self.corners, normals, planes.areas, directions)
        bounds = heights * shadows
        order = np.argsort(bounds, kind="stable")
        edges, sides = planes.edges, planes.sides
        return box_body(
            smallest_box(self.points, edges, sides, normals, directions[order], heights[order], bounds[order])
        )

    @property
    def _planes(self) -> Planes:
        hull = self._faces
        a, b, c = self.points[hull.simplices].transpose(1, 0, 2)
        normals, twice = hull.equations[:, :3], np.cross(b - a, c - a)
        first, plane = _alike(normals)
        turns = np.einsum("ij,ij->i", twice, normals) > 0
        corners = np.where(turns, hull.simplices.T, hull.simplices.T[::-1]).astype(np.int64)
        others = plane[np.where(turns, hull.neighbors.T, hull.neighbors.T[::-1])]
        edges = np.stack([np.roll(corners, -1, axis=0), np.roll(corners, -2, axis=0)])
        sides = np.stack([np.broadcast_to(plane, others.shape), others])
        once = sides[0] < sides[1]  # and edges inside one plane are none
        return Planes(
            np.ascontiguousarray(normals[first]),
            np.bincount(plane, np.linalg.norm(twice, axis=1) / 2),
            *(np.ascontiguousarray(each[:, once].T) for each in (edges, sides)),
        )

    @cached_property
    def ellipsoid(self) -> Body:
        """The smallest ellipsoid around the hull, to some 1e-4 of its volume."""
        corners = self.corners
        shares = enclosing_shares(corners, MVEE_TOLERANCE)
        from_centre = corners - shares @ corners
        matrix = np.linalg.inv((shares * from_centre.T) @ from_centre) / 3
        outermost = np.einsum("ij,jk,ik->i", from_centre, matrix, from_centre).max()
        return ellipsoid_body(np.sqrt(outermost / np.linalg.eigvalsh(matrix)))


def _alike(directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors (n, 3) that are the same but for rounding: the first of each group (g,), the group of each (n,)."""
    rounded = np.round(directions, 9)
    order = np.lexsort(rounded.T)
    new = np.append(True, (np.diff(rounded[order], axis=0) != 0).any(axis=1))
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
