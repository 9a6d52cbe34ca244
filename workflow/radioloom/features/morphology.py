"""Shape of a region (IBSI HCUG), from its morphological mask; densities and correlation have modules of their own.

Settings (defaults are IBSI's):
    mesh    "watertight" or "pyradiomics" (features/surface.py): differs only where voxels touch by edges or corners
    ddof    the covariance of the voxel centres is divided by n - ddof: 1 (IBSI's reference values), 0 (pyradiomics)
    rows    names of the rows to measure; null: all of them

Of one voxel nothing can be said about axes: with ddof 1 they are NaN, with 0 they are 0 and their ratios NaN. A region of
one row or one slice has least axes of 0, and NaN densities where a volume of 0 would divide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from radioloom.errors import BadRoi
from radioloom.features.autocorrelation import moran_geary
from radioloom.features.enclosure import Body, Hull, box_body, ellipsoid_body
from radioloom.features.record import Family, Feature, Value
from radioloom.features.settings import read
from radioloom.features.surface import measure_surface
from radioloom.kernels.hull import column_ends, largest_distance, largest_planar_distance, planar_corners, row_ends
from radioloom.kernels.mesh import count_cubes
from radioloom.kernels.moments import index_sums, weighted_index_sums
from radioloom.roi import Roi


@dataclass(frozen=True)
class Settings:
    """What a profile may set for this family."""

    mesh: str = "watertight"
    ddof: int = 1
    rows: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Shape:
    """One region in its box with a border of one empty voxel, and what its formulas share."""

    roi: Roi
    mask: np.ndarray  # uint8 (z, y, x), 0 or 1
    box: tuple[slice, slice, slice]  # of the region in the ROI's arrays, without the border
    settings: Settings

    @cached_property
    def spacing(self) -> np.ndarray:
        return np.asarray(self.roi.spacing_mm, float)

    @cached_property
    def mesh(self) -> tuple[float, float]:
        """Volume in mm³ and area in mm² of the surface."""
        return measure_surface(count_cubes(self.mask), self.roi.spacing_mm, self.settings.mesh)

    @property
    def volume(self) -> float:
        return self.mesh[0]

    @property
    def area(self) -> float:
        return self.mesh[1]

    @cached_property
    def sums(self) -> np.ndarray:
        return index_sums(self.mask)

    @property
    def volume_voxels(self) -> float:
        return float(self.sums[0] * self.spacing.prod())

    @cached_property
    def sphericity(self) -> float:
        return (36 * np.pi * self.volume**2) ** (1 / 3) / self.area

    @cached_property
    def axes_mm2(self) -> np.ndarray:
        """Variances along the principal axes of the voxel centres, largest first, float64 (3,)."""
        n, first, second = float(self.sums[0]), self.sums[1:4].astype(float), self.sums[4:].astype(float)
        if n <= self.settings.ddof:
            return np.full(3, np.nan)
        products = second[[0, 3, 4, 3, 1, 5, 4, 5, 2]].reshape(3, 3)
        # Whole numbers up to here: n times the scatter is exact in float64 for a region of any practical size.
        scatter = (n * products - np.outer(first, first)) / n
        covariance = scatter / (n - self.settings.ddof) * np.outer(self.spacing, self.spacing)
        return np.linalg.eigvalsh(covariance)[::-1].clip(0)

    def axis_length(self, k: int) -> float:
        return 4 * float(np.sqrt(self.axes_mm2[k]))

    @cached_property
    def corners_mm(self) -> np.ndarray:
        """Centres of the voxels that the convex hull rests on, float64 (n, 3): corners in all three planes' hulls."""
        points = row_ends(self.mask)
        points = points[planar_corners(points)]
        points = _in_planes(points, 1)
        points = _in_planes(points[planar_corners(points)], 2)
        points = points[planar_corners(points)]
        return np.ascontiguousarray(points[:, [2, 1, 0]] * self.spacing)

    @cached_property
    def hull(self) -> Hull:
        """Of the surface, which reaches half a voxel beyond each extreme voxel along each axis."""
        steps = np.concatenate([np.diag(self.spacing / 2), np.diag(-self.spacing / 2)])
        return Hull((self.corners_mm[:, None, :] + steps).reshape(-1, 3))

    @cached_property
    def box_of_axes(self) -> Body:
        """The bounding box of the surface along the image's axes."""
        return box_body((np.array(self.mask.shape) - 2) * self.spacing)

    @cached_property
    def ellipsoid_of_axes(self) -> Body:
        """The ellipsoid of the principal axes (IBSI's approximate enclosing ellipsoid)."""
        return ellipsoid_body(2 * np.sqrt(self.axes_mm2))

    def diameter_2d(self, axis: int) -> float:
        """Largest distance in mm of two vertices of the surface in one plane across `axis`.

        A plane goes through voxel centres, where the surface passes half a voxel beyond the voxels, or half-way between
        two layers of voxels, where its vertices stand between an inside and an outside voxel.
        """
        find = column_ends if axis == 2 else row_ends
        between = np.diff(self.mask, axis=axis)  # 0 where both layers agree, else 1 or 255
        centres = _planar_diameter(find(self.mask), axis, self.spacing, 0.5)
        return max(centres, _planar_diameter(find(between), axis, self.spacing, 0.0))

    @cached_property
    def mean_intensity(self) -> float:
        return float(self.roi.intensity[self.box][self.roi.mask[self.box]].mean())

    @cached_property
    def moran_geary(self) -> tuple[float, float]:
        return moran_geary(self.roi.intensity[self.box], self.roi.mask[self.box], self.spacing)

    @cached_property
    def centre_shift(self) -> float:
        """Distance in mm from the centre of the shape to the centre of the intensities; NaN where those add to 0."""
        total, *moments = weighted_index_sums(self.roi.intensity[self.box], self.roi.mask[self.box])
        if not total:
            return np.nan
        geometric = self.sums[1:4] / self.sums[0] - 1  # the border
        return float(np.linalg.norm((geometric - np.array(moments) / total) * self.spacing))


def shape_of(roi: Roi, settings: Settings) -> Shape:
    """The region cut to its box; BadRoi where the shape is empty."""
    planes = [np.flatnonzero(roi.shape.any(axis=axes)) for axes in ((1, 2), (0, 2), (0, 1))]
    if not planes[0].size:
        raise BadRoi("the region's shape has no voxel; look at its segmentation and the grid it was brought to")
    box = tuple(slice(int(plane[0]), int(plane[-1]) + 1) for plane in planes)
    mask = np.zeros([side.stop - side.start + 2 for side in box], np.uint8)
    mask[1:-1, 1:-1, 1:-1] = roi.shape[box]
    return Shape(roi, mask, box, settings)


def measure(roi: Roi, settings: dict) -> Iterator[Value]:
    """Every row, or those in settings["rows"], of one region."""
    chosen = read(Settings, settings, "morphology")
    shape = shape_of(roi, chosen)
    for row in FEATURES:
        if chosen.rows is None or row.name in chosen.rows:
            yield Value("morphology", row.name, row.ibsi, "", float(row.formula(shape)))


def _in_planes(points: np.ndarray, axis: int) -> np.ndarray:
    """Points sorted by one column, ties in the order they have, and that column moved to the front."""
    order = np.argsort(points[:, axis].astype(np.uint16), kind="stable")  # a radix sort
    columns = [axis, *(other for other in range(3) if other != axis)]
    return np.ascontiguousarray(points[order][:, columns])


def _planar_diameter(ends: np.ndarray, axis: int, spacing: np.ndarray, reach: float) -> float:
    """Largest distance of two surface points in one plane across `axis`; `reach` in voxels beyond the `ends`."""
    points = _in_planes(ends, axis)
    others = np.delete(spacing, axis)
    return float(np.sqrt(largest_planar_distance(points[planar_corners(points)], others, reach * others)))


def _densities(label: str, ids: tuple[str, str], find: Callable[[Shape], Body], words: str) -> tuple[Feature, Feature]:
    """The rows that divide the surface's volume and area by those of a body around the region."""
    return (
        Feature(
            f"volume_density_{label}",
            ids[0],
            lambda s: _ratio(s.volume, find(s).volume),
            f"volume over that of {words}",
        ),
        Feature(f"area_density_{label}", ids[1], lambda s: _ratio(s.area, find(s).area), f"area over that of {words}"),
    )


def _ratio(above: float, below: float) -> float:
    """NaN where the denominator is zero: the quantity is undefined there."""
    return above / below if below else np.nan


FEATURES = (
    Feature("volume", "RNU0", lambda s: s.volume, "volume inside the triangle surface, mm³"),
    Feature("volume_voxels", "YEKZ", lambda s: s.volume_voxels, "voxels times the volume of one, mm³"),
    Feature("surface_area", "C0JK", lambda s: s.area, "area of the triangle surface, mm²"),
    Feature("surface_to_volume_ratio", "2PR5", lambda s: s.area / s.volume, "area over volume, 1/mm"),
    Feature("compactness_1", "SKGS", lambda s: s.volume / np.sqrt(np.pi * s.area**3), "V / (π^½ A^(3/2))"),
    Feature("compactness_2", "BQWJ", lambda s: s.sphericity**3, "36π V² / A³"),
    Feature("spherical_disproportion", "KRCK", lambda s: 1 / s.sphericity, "area over that of a sphere of the volume"),
    Feature("sphericity", "QCFX", lambda s: s.sphericity, "(36π V²)^(1/3) / A"),
    Feature("asphericity", "25C7", lambda s: 1 / s.sphericity - 1, "spherical disproportion less 1"),
    Feature("centre_of_mass_shift", "KLMA", lambda s: s.centre_shift, "from shape's to intensities' centre, mm"),
    Feature(
        "maximum_3d_diameter",
        "L0JK",
        lambda s: np.sqrt(largest_distance(s.corners_mm, s.spacing / 2)),
        "largest distance of two vertices of the surface, mm",
    ),
    Feature("major_axis_length", "TDIC", lambda s: s.axis_length(0), "4 √ of the largest variance of voxel centres"),
    Feature("minor_axis_length", "P9VJ", lambda s: s.axis_length(1), "4 √ of the middle variance, mm"),
    Feature("least_axis_length", "7J51", lambda s: s.axis_length(2), "4 √ of the least variance, mm"),
    Feature(
        "elongation",
        "Q3CK",
        lambda s: _ratio(s.axis_length(1), s.axis_length(0)),
        "minor over major; NaN for one voxel",
    ),
    Feature(
        "flatness", "N17B", lambda s: _ratio(s.axis_length(2), s.axis_length(0)), "least over major; NaN for one voxel"
    ),
    *_densities("aabb", ("PBX1", "R59B"), lambda s: s.box_of_axes, "the bounding box along the image's axes"),
    *_densities("ombb", ("ZH1A", "IQYR"), lambda s: s.hull.box, "the smallest box with a side on a face of the hull"),
    *_densities("aee", ("6BDE", "RDD2"), lambda s: s.ellipsoid_of_axes, "the ellipsoid of the principal axes"),
    *_densities("mvee", ("SWZ1", "BRI8"), lambda s: s.hull.ellipsoid, "the smallest ellipsoid around the surface"),
    *_densities("convex_hull", ("R3ER", "7T7F"), lambda s: s.hull.body, "the convex hull of the surface"),
    Feature("integrated_intensity", "99N0", lambda s: s.volume * s.mean_intensity, "volume times mean intensity"),
    Feature("morans_i_index", "N365", lambda s: s.moran_geary[0], "spatial autocorrelation, weights 1/distance"),
    Feature("gearys_c_measure", "NPT7", lambda s: s.moran_geary[1], "mean squared difference of near voxels"),
    # Rows beyond IBSI, each for a published program.
    Feature("voxel_count", "", lambda s: s.sums[0], "number of voxels of the shape"),
    Feature(
        "compactness_1_2014",
        "",
        lambda s: s.volume_voxels / (np.sqrt(np.pi) * s.area ** (2 / 3)),
        "V / (π^½ A^(2/3)) of the voxel volume, as the code of 2014 wrote it",
    ),
    Feature(
        "compactness_2_2014",
        "",
        lambda s: 36 * np.pi * s.volume_voxels**2 / s.area**3,
        "36π V² / A³ of the voxel volume (2014 code)",
    ),
    Feature(
        "sphericity_2014", "", lambda s: (36 * np.pi * s.volume_voxels**2) ** (1 / 3) / s.area, "of the voxel volume"
    ),
    Feature(
        "spherical_disproportion_2014",
        "",
        lambda s: s.area / (36 * np.pi * s.volume_voxels**2) ** (1 / 3),
        "of the voxel volume",
    ),
    Feature("surface_to_volume_ratio_2014", "", lambda s: s.area / s.volume_voxels, "of the voxel volume, 1/mm"),
    Feature("maximum_2d_diameter_slice", "", lambda s: s.diameter_2d(0), "largest distance within a plane z, mm"),
    Feature("maximum_2d_diameter_column", "", lambda s: s.diameter_2d(1), "largest distance within a plane y, mm"),
    Feature("maximum_2d_diameter_row", "", lambda s: s.diameter_2d(2), "largest distance within a plane x, mm"),
)

FAMILY = Family("morphology", "HCUG", FEATURES, measure, needs="roi", per_image=False)
