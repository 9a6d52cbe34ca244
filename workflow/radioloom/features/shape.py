"""Measurements of a region's shape that the rows of `features.morphology` share, each computed when first asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from radioloom.errors import BadRoi
from radioloom.features.autocorrelation import moran_geary
from radioloom.features.enclosure import Body, Hull, box_body, ellipsoid_body
from radioloom.kernels.hull import (
    column_ends,
    in_planes,
    largest_distance,
    largest_planar_distance,
    planar_corners,
    row_ends,
)
from radioloom.kernels.mesh import count_cubes
from radioloom.kernels.moments import index_sums, weighted_index_sums
from radioloom.roi import Roi
from radioloom.surface import measure_surface

CELLS = 8  # a side of the grid that the search for the largest distance sorts its points into
FLAT = 1e-14  # of the largest variance: less is what rounding leaves of 0 where a line or a slice lies askew
DIRECTIONS = np.array(
    [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (1, -1, 0), (1, 0, 1), (1, 0, -1), (0, 1, 1), (0, 1, -1)]
)


@dataclass(frozen=True)
class Shape:
    """One region in its box with a border of one empty voxel."""

    roi: Roi
    mask: np.ndarray  # uint8 (z, y, x), 0 or 1
    box: tuple[slice, slice, slice]  # of the region in the ROI's arrays, without the border
    mesh: str
    ddof: int

    @classmethod
    def of(cls, roi: Roi, mesh: str, ddof: int) -> Shape:
        """The region cut to its box; BadRoi where the shape is empty."""
        flat = roi.shape.any(axis=0)
        sides = [np.flatnonzero(side) for side in (roi.shape.any(axis=(1, 2)), flat.any(axis=1), flat.any(axis=0))]
        if not sides[0].size:
            raise BadRoi("the region's shape has no voxel; look at its segmentation and the grid it was brought to")
        box = tuple(slice(int(side[0]), int(side[-1]) + 1) for side in sides)
        mask = np.zeros([side.stop - side.start + 2 for side in box], np.uint8)
        mask[1:-1, 1:-1, 1:-1] = roi.shape[box]
        return cls(roi, mask, box, mesh, ddof)

    @cached_property
    def spacing(self) -> np.ndarray:
        """Float64 (3,), mm."""
        return np.asarray(self.roi.spacing_mm, float)

    @cached_property
    def intensity(self) -> np.ndarray:
        """Float64, in the box."""
        return np.ascontiguousarray(self.roi.intensity[self.box], np.float64)

    @cached_property
    def counted(self) -> np.ndarray:
        """Bool: the intensity mask, in the box."""
        return np.ascontiguousarray(self.roi.mask[self.box])

    @cached_property
    def surface(self) -> Body:
        """The triangle surface."""
        return Body(*measure_surface(count_cubes(self.mask), self.roi.spacing_mm, self.mesh))

    @property
    def volume(self) -> float:
        """Inside the surface, mm³."""
        return self.surface.volume

    @property
    def area(self) -> float:
        """Of the surface, mm²."""
        return self.surface.area

    @cached_property
    def sums(self) -> np.ndarray:
        """Of the voxels' indices and their products, as `kernels.moments.index_sums` orders them."""
        return index_sums(self.mask)

    @property
    def volume_voxels(self) -> float:
        """Number of voxels times the volume of one, mm³."""
        return float(self.sums[0] * self.spacing.prod())

    @property
    def sphericity(self) -> float:
        """Area of a sphere of the same volume over the area."""
        return (36 * np.pi * self.volume**2) ** (1 / 3) / self.area

    @property
    def sphericity_2014(self) -> float:
        """The same of the voxel volume."""
        return (36 * np.pi * self.volume_voxels**2) ** (1 / 3) / self.area

    @cached_property
    def axes_mm2(self) -> np.ndarray:
        """Variances along the principal axes of the voxel centres, largest first, float64 (3,)."""
        n, first, second = float(self.sums[0]), self.sums[1:4].astype(float), self.sums[4:].astype(float)
        if n <= self.ddof:
            return np.full(3, np.nan)
        products = second[[0, 3, 4, 3, 1, 5, 4, 5, 2]].reshape(3, 3)
        # Whole numbers up to here: n times the scatter is exact in float64 for a region of any practical size.
        scatter = (n * products - np.outer(first, first)) / n
        covariance = scatter / (n - self.ddof) * np.outer(self.spacing, self.spacing)
        variances = np.linalg.eigvalsh(covariance)[::-1]
        return np.where(variances > FLAT * variances[0], variances, 0.0)

    def axis_length(self, k: int) -> float:
        """Four standard deviations along principal axis k (0: the longest), mm."""
        return 4 * float(np.sqrt(self.axes_mm2[k]))

    @cached_property
    def weighted(self) -> np.ndarray:
        """Sum of the intensities, and of each voxel index times intensity, over the intensity mask, float64 (4,)."""
        return weighted_index_sums(self.intensity, self.counted)

    @property
    def centre_shift(self) -> float:
        """Distance in mm from the centre of the shape to the centre of the intensities; NaN where those add to 0."""
        if not self.weighted[0]:
            return np.nan
        geometric = self.sums[1:4] / self.sums[0] - 1  # the border
        return float(np.linalg.norm((geometric - self.weighted[1:] / self.weighted[0]) * self.spacing))

    @property
    def mean_intensity(self) -> float:
        """Over the intensity mask."""
        return float(self.weighted[0]) / np.count_nonzero(self.counted)

    @cached_property
    def ends(self) -> np.ndarray:
        """First and last voxel of each row along x, int64 (n, 3)."""
        return row_ends(self.mask)

    @cached_property
    def corners(self) -> np.ndarray:
        """Voxels that the convex hull rests on, int64 (n, 3): corners of their planes' hulls in all three planes."""
        points = self.ends[planar_corners(self.ends)]
        points = in_planes(points, 1)  # columns y, z, x
        points = in_planes(points[planar_corners(points)], 2)  # columns x, y, z
        points = points[planar_corners(points)]
        return np.ascontiguousarray(points[:, [2, 1, 0]])

    @property
    def diameter_3d(self) -> float:
        """Largest distance in mm of two vertices of the surface."""
        return self._diameter(self.spacing / 2)

    @property
    def diameter_centres(self) -> float:
        """Largest distance in mm of two voxel centres."""
        return self._diameter(np.zeros(3))

    def _diameter(self, beyond: np.ndarray) -> float:
        """Largest distance of points that lie `beyond` (z, y, x in mm) the voxel centres along one axis."""
        points = self.corners * self.spacing
        cell = np.maximum(np.ptp(points, axis=0) / CELLS, self.spacing.min())
        place = ((points - points.min(axis=0)) / cell).astype(np.int64) @ np.array([(CELLS + 1) ** 2, CELLS + 1, 1])
        order = np.argsort(place, kind="stable")
        points = np.ascontiguousarray(points[order])
        starts = np.flatnonzero(np.diff(place[order], prepend=-1))
        low, high = np.minimum.reduceat(points, starts), np.maximum.reduceat(points, starts)
        ends = points @ DIRECTIONS.T
        best = np.linalg.norm(points[ends.argmax(axis=0)] - points[ends.argmin(axis=0)], axis=1).max() ** 2
        far = largest_distance(points, np.append(starts, len(points)), low, high, beyond, best)
        return float(np.sqrt(far))

    def diameter_2d(self, axis: int) -> float:
        """Largest distance in mm of two vertices of the surface in one plane across `axis`.

        A plane goes through voxel centres, where the surface passes half a voxel beyond the voxels, or half-way between
        two layers of voxels, where its vertices stand between an inside and an outside voxel.
        """
        between = np.diff(self.mask, axis=axis)  # 0 where both layers agree, else 1 or 255
        inside, cut = (column_ends(self.mask), column_ends(between)) if axis == 2 else (self.ends, row_ends(between))
        return max(_planar_diameter(inside, axis, self.spacing, 0.5), _planar_diameter(cut, axis, self.spacing, 0.0))

    @cached_property
    def hull(self) -> Hull:
        """Of the surface, which has a vertex half-way from a voxel to each neighbour along an axis that is outside."""
        steps = np.concatenate([np.eye(3, dtype=int), -np.eye(3, dtype=int)])
        voxels, ways = self.corners.repeat(6, axis=0), np.tile(steps, (len(self.corners), 1))
        out = self.mask[tuple((voxels + ways).T)] == 0
        return Hull(2 * voxels[out] + ways[out], self.spacing / 2)

    @property
    def box_of_axes(self) -> Body:
        """The bounding box of the surface along the image's axes."""
        return box_body((np.array(self.mask.shape) - 2) * self.spacing)

    @cached_property
    def ellipsoid_of_axes(self) -> Body:
        """The ellipsoid of the principal axes (IBSI's approximate enclosing ellipsoid)."""
        return ellipsoid_body(2 * np.sqrt(self.axes_mm2))

    @cached_property
    def moran_geary(self) -> tuple[float, float]:
        """Moran's I and Geary's C."""
        return moran_geary(self.intensity, self.counted, self.spacing)


def _planar_diameter(ends: np.ndarray, axis: int, spacing: np.ndarray, reach: float) -> float:
    """Largest distance of two surface points in one plane across `axis`; `reach` in voxels beyond the `ends`."""
    points = in_planes(ends, axis)
    others = np.delete(spacing, axis)
    return float(np.sqrt(largest_planar_distance(points[planar_corners(points)], others, reach * others)))
