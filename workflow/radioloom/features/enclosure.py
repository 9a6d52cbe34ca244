"""Bodies around a region whose volume and area its densities divide by: boxes, ellipsoids, the convex hull."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from radioloom.kernels.boxes import hull_chain, smallest_rectangle
from radioloom.kernels.ellipsoid import enclosing_shares

MVEE_TOLERANCE = 1e-4


@dataclass(frozen=True)
class Body:
    """Volume in mm³ and area in mm²."""

    volume: float
    area: float


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
        normals, areas = self._directions()
        corners = self.corners
        heights = np.ptp(corners @ normals.T, axis=0)
        bounds = heights * (np.abs(normals @ normals.T) @ areas) / 2
        best, sides = np.inf, np.zeros(3)
        for face in np.argsort(bounds, kind="stable"):
            if bounds[face] >= best:
                break
            u, v = np.ascontiguousarray((corners @ _across(normals[face])).T)
            # Corners of a side that stands upright fall on one line: rounding must not decide which of them is last.
            order = np.lexsort((v, np.round(u, 9)))
            length, width = smallest_rectangle(u, v, hull_chain(u, v, order))
            if heights[face] * length * width < best:
                best, sides = heights[face] * length * width, np.array([heights[face], length, width])
        return box_body(sides)

    def _directions(self) -> tuple[np.ndarray, np.ndarray]:
        """Unit normals (f, 3) of the hull's faces, one of each pair of opposite ones, and both's area (f,)."""
        hull = self._faces
        a, b, c = self.points[hull.simplices].transpose(1, 0, 2)
        areas = 0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1)
        normals = hull.equations[:, :3]
        leading = np.argmax(np.abs(normals) > 1e-9, axis=1)
        turned = normals * np.sign(normals[np.arange(len(normals)), leading])[:, None]
        _, first, group = np.unique(np.round(turned, 9), axis=0, return_index=True, return_inverse=True)
        return normals[first], np.bincount(group.ravel(), areas)

    @cached_property
    def ellipsoid(self) -> Body:
        """The smallest ellipsoid around the hull, to some 1e-4 of its volume."""
        corners = self.corners
        shares = np.full(len(corners), 1 / len(corners))
        enclosing_shares(corners, shares, MVEE_TOLERANCE)
        from_centre = corners - shares @ corners
        matrix = np.linalg.inv((shares * from_centre.T) @ from_centre) / 3
        outermost = np.einsum("ij,jk,ik->i", from_centre, matrix, from_centre).max()
        return ellipsoid_body(np.sqrt(outermost / np.linalg.eigvalsh(matrix)))


def _across(normal: np.ndarray) -> np.ndarray:
    """Two unit vectors at right angles to a unit vector and to each other, float64 (3, 2)."""
    first = np.cross(normal, np.eye(3)[np.argmin(np.abs(normal))])
    first /= np.linalg.norm(first)
    return np.stack([first, np.cross(normal, first)], axis=1)


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
