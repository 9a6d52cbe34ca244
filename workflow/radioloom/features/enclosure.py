"""Bodies around a region whose volume and area its densities divide by: boxes, ellipsoids, the convex hull."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from radioloom.kernels.boxes import smallest_box
from radioloom.kernels.ellipsoid import enclosing_shares

MVEE_TOLERANCE = 1e-6


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
        return Body(float(self._faces.volume), float(self._faces.area))

    @property
    def corners(self) -> np.ndarray:
        return np.ascontiguousarray(self.points[self._faces.vertices])

    @cached_property
    def box(self) -> Body:
        """The smallest box with a side on a face of the hull."""
        hull = self._faces
        a, b, c = self.points[hull.simplices].transpose(1, 0, 2)
        areas = 0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1)
        # Triangles of one flat face share their normal, and opposite faces their box: one of each is tried.
        normals = hull.equations[:, :3]
        signs = np.sign(normals[np.arange(len(normals)), np.argmax(np.abs(normals) > 1e-9, axis=1)])
        _, first, group = np.unique(
            np.round(normals * signs[:, None], 9), axis=0, return_index=True, return_inverse=True
        )
        areas = np.bincount(group.ravel(), areas)
        order = np.argsort(-areas, kind="stable")  # large faces first: a good box early spares the others
        return box_body(smallest_box(self.corners, _frames(normals[first][order]), areas[order]))

    @cached_property
    def ellipsoid(self) -> Body:
        """The smallest ellipsoid around the hull, to a millionth of its volume."""
        corners = self.corners
        shares = enclosing_shares(corners, MVEE_TOLERANCE)
        from_centre = corners - shares @ corners
        matrix = np.linalg.inv((shares * from_centre.T) @ from_centre) / 3
        outermost = np.einsum("ij,jk,ik->i", from_centre, matrix, from_centre).max()
        return ellipsoid_body(np.sqrt(outermost / np.linalg.eigvalsh(matrix)))


def _frames(normals: np.ndarray) -> np.ndarray:
    """Each unit normal (f, 3) with two directions at right angles to it and to each other, float64 (f, 3, 3)."""
    across = np.eye(3)[np.argmin(np.abs(normals), axis=1)]  # the image's axis that the normal is farthest from
    first = np.cross(normals, across)
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    return np.ascontiguousarray(np.stack([normals, first, np.cross(normals, first)], axis=1))


def box_body(sides: np.ndarray) -> Body:
    """A box of three side lengths in mm."""
    a, b, c = (float(side) for side in sides)
    return Body(a * b * c, 2 * (a * b + b * c + c * a))


def ellipsoid_body(semi_axes: np.ndarray) -> Body:
    """An ellipsoid of three semi-axes in mm, largest first; its area by IBSI's series of Legendre polynomials.

    IBSI 1 cuts the series after degree 20. With α² = 1 - b²/a² and β² = 1 - c²/a², its terms
    (αβ)^v / (1 - 4v²) · P_v((α² + β²) / (2αβ)) follow from Legendre's recurrence, multiplied by (αβ)^v so that a sphere
    does not divide by zero. One voxel has no axes: volume and area are then 0.
    """
    a, b, c = (float(axis) for axis in semi_axes)
    if not a > 0:
        return Body(0.0, 0.0)
    alpha, beta = 1 - (b / a) ** 2, 1 - (c / a) ** 2  # squared
    before, term, total = 0.0, 1.0, 0.0
    for v in range(21):
        total += term / (1 - 4 * v * v)
        before, term = term, ((2 * v + 1) * (alpha + beta) / 2 * term - v * alpha * beta * before) / (v + 1)
    return Body(4 / 3 * np.pi * a * b * c, 4 * np.pi * a * b * total)
