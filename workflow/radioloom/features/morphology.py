"""Shape of a region (IBSI HCUG), from its morphological mask; densities and correlation have modules of their own.

Settings (defaults are IBSI's):
    mesh    "watertight" or "pyradiomics" (features/surface.py): differs only where voxels touch by edges or corners
    rows    names of the rows to measure; null: all of them
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from radioloom.errors import BadRoi
from radioloom.features.record import Family, Feature, Value
from radioloom.features.settings import read
from radioloom.features.surface import measure_surface
from radioloom.kernels.hull import largest_distance, planar_corners, row_ends
from radioloom.kernels.mesh import count_cubes
from radioloom.kernels.moments import index_sums, weighted_index_sums
from radioloom.roi import Roi


@dataclass(frozen=True)
class Settings:
    """What a profile may set for this family."""

    mesh: str = "watertight"
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
        """Variances along the principal axes of the voxel centres (divided by n), largest first, float64 (3,)."""
        n, first, second = self.sums[0], self.sums[1:4], self.sums[4:]
        products = second[[0, 3, 4, 3, 1, 5, 4, 5, 2]].reshape(3, 3)
        # Whole numbers up to here, so n² times the covariance is exact in float64 for regions of any practical size.
        scaled = n.astype(float) * products - np.outer(first, first).astype(float)
        covariance = scaled / float(n) ** 2 * np.outer(self.spacing, self.spacing)
        return np.linalg.eigvalsh(covariance)[::-1].clip(0)

    def axis_length(self, k: int) -> float:
        return 4 * float(np.sqrt(self.axes_mm2[k]))

    @cached_property
    def corners_mm(self) -> np.ndarray:
        """Centres of the voxels that the convex hull rests on, float64 (n, 3): corners in all three planes' hulls."""
        points = row_ends(self.mask)
        for axes in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
            points = points[np.lexsort([points[:, axis] for axis in axes[::-1]])]
            points = points[planar_corners(points[:, axes])]
        return points * self.spacing

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
        "elongation", "Q3CK", lambda s: _ratio(s.axis_length(1), s.axis_length(0)), "minor over major; NaN for one voxel"
    ),
    Feature(
        "flatness", "N17B", lambda s: _ratio(s.axis_length(2), s.axis_length(0)), "least over major; NaN for one voxel"
    ),
    # Rows beyond IBSI, each for a published program.
    Feature("voxel_count", "", lambda s: s.sums[0], "number of voxels of the shape"),
    Feature(
        "compactness_1_2014",
        "",
        lambda s: s.volume_voxels / (np.sqrt(np.pi) * s.area ** (2 / 3)),
        "V / (π^½ A^(2/3)) of the voxel volume, as the code of 2014 wrote it",
    ),
)

FAMILY = Family("morphology", "HCUG", FEATURES, measure, needs="roi", per_image=False)
