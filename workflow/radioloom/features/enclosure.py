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
        normals, areas, plane = self._planes()
        leading = np.argmax(np.abs(normals) > 1e-9, axis=1)
        turned = normals * np.sign(normals[np.arange(len(normals)), leading])[:, None]
        directions = normals[np.unique(np.round(turned, 9), axis=0, return_index=True)[1]]
        heights, shadows = heights_and_shadows(self.corners, normals, areas, directions)
        bounds = heights * shadows
        order = np.argsort(bounds, kind="stable")
        edges, sides = self._edges(plane)
        return box_body(
            smallest_box(self.points, edges, sides, normals, directions[order], heights[order], bounds[order])
        )

    def _planes(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Unit normals (p, 3) of the hull's planes, their areas (p,), and the plane of each triangle (f,)."""
        hull = self._faces
        a, b, c = self.points[hull.simplices].transpose(1, 0, 2)
        areas = 0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1)
        normals = hull.equations[:, :3]
        _, first, plane = np.unique(np.round(normals, 9), axis=0, return_index=True, return_inverse=True)
        return np.ascontiguousarray(normals[first]), np.bincount(plane.ravel(), areas), plane.ravel()

    def _edges(self, plane: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Edges between planes (e, 2) as points, and the planes on their left and right (e, 2), seen from outside."""
        hull = self._faces
        edges, sides = [], []
        for k in range(3):
            a, b, c = (hull.simplices[:, (k + turn) % 3] for turn in (1, 2, 0))
            other = hull.neighbors[:, k]
            once = (np.arange(len(other)) < other) & (plane != plane[other])
            at = self.points
            turns = np.einsum("ij,ij->i", np.cross(at[b] - at[a], at[c] - at[a]), hull.equations[:, :3]) > 0
            ordered = np.where(turns, [a, b], [b, a])
            edges.append(ordered[:, once])
            sides.append(np.stack([plane, plane[other]])[:, once])
        return tuple(np.ascontiguousarray(np.concatenate(each, axis=1).T, np.int64) for each in (edges, sides))

    @cached_property
    def ellipsoid(self) -> Body:
        """The smallest ellipsoid around the hull, to some 1e-4 of its volume."""
        corners = self.corners
        shares = enclosing_shares(corners, MVEE_TOLERANCE)
        from_centre = corners - shares @ corners
        matrix = np.linalg.inv((shares * from_centre.T) @ from_centre) / 3
        outermost = np.einsum("ij,jk,ik->i", from_centre, matrix, from_centre).max()
        return ellipsoid_body(np.sqrt(outermost / np.linalg.eigvalsh(matrix)))


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
