"""Shape of a region (IBSI HCUG), from its morphological mask.

Settings (defaults are IBSI's):
    mesh    "watertight" or "pyradiomics" (surface.py): differ only where voxels touch by edges or corners
    ddof    the covariance of the voxel centres is divided by n - ddof: 1 (IBSI's reference values), 0 (pyradiomics)
    rows    names of the rows to measure; null: all of them

One voxel has no axes: with ddof 1 they are NaN, with 0 they are 0 and their ratios NaN. A region
of one row or one slice has least axes of 0, and NaN densities where a volume or an area of 0 would divide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from radioloom.features.enclosure import Body
from radioloom.features.record import Family, Feature, Value, ratio, values
from radioloom.features.settings import read
from radioloom.features.shape import Shape
from radioloom.roi import Roi


@dataclass(frozen=True)
class Settings:
    """What a profile may set for this family."""

    mesh: str = "watertight"
    ddof: int = 1
    rows: tuple[str, ...] | None = None


def measure(roi: Roi, settings: dict) -> Iterator[Value]:
    """Every row, or those in settings["rows"], of one region; BadRoi where its shape is empty."""
    chosen = read(Settings, settings, "morphology")
    shape = Shape.of(roi, chosen.mesh, chosen.ddof)
    return values("morphology", FEATURES, chosen.rows, shape)


def _densities(label: str, ids: tuple[str, str], find: Callable[[Shape], Body], words: str) -> tuple[Feature, Feature]:
    """The rows that divide the surface's volume and area by those of a body around the region."""
    return (
        Feature(
            f"volume_density_{label}",
            ids[0],
            lambda s: ratio(s.volume, find(s).volume),
            f"volume over that of {words}",
        ),
        Feature(f"area_density_{label}", ids[1], lambda s: ratio(s.area, find(s).area), f"area over that of {words}"),
    )


FEATURES = (
    Feature("volume", "RNU0", lambda s: s.volume, "volume V inside the triangle surface, mm³"),
    Feature("volume_voxels", "YEKZ", lambda s: s.volume_voxels, "voxels times the volume of one, mm³"),
    Feature("surface_area", "C0JK", lambda s: s.area, "area A of the triangle surface, mm²"),
    Feature("surface_to_volume_ratio", "2PR5", lambda s: s.area / s.volume, "A / V, 1/mm"),
    Feature("compactness_1", "SKGS", lambda s: s.volume / np.sqrt(np.pi * s.area**3), "V / (π^½ A^(3/2))"),
    Feature("compactness_2", "BQWJ", lambda s: s.sphericity**3, "36π V² / A³"),
    Feature("spherical_disproportion", "KRCK", lambda s: 1 / s.sphericity, "A over the area of a sphere of volume V"),
    Feature("sphericity", "QCFX", lambda s: s.sphericity, "(36π V²)^(1/3) / A"),
    Feature("asphericity", "25C7", lambda s: 1 / s.sphericity - 1, "spherical disproportion less 1"),
    Feature(
        "centre_of_mass_shift",
        "KLMA",
        lambda s: s.centre_shift,
        "from the shape's to the intensities' centre, mm; NaN where these add to 0",
        group="intensity",
    ),
    Feature("maximum_3d_diameter", "L0JK", lambda s: s.diameter_3d, "largest distance of two surface vertices, mm"),
    Feature(
        "major_axis_length",
        "TDIC",
        lambda s: s.axis_length(0),
        "4 √ largest variance of the voxel centres, mm; NaN for one voxel",
    ),
    Feature("minor_axis_length", "P9VJ", lambda s: s.axis_length(1), "4 √ middle variance, mm; NaN for one voxel"),
    Feature("least_axis_length", "7J51", lambda s: s.axis_length(2), "4 √ least variance, mm; NaN for one voxel"),
    Feature(
        "elongation",
        "Q3CK",
        lambda s: ratio(s.axis_length(1), s.axis_length(0)),
        "minor over major axis; NaN for one voxel",
    ),
    Feature(
        "flatness",
        "N17B",
        lambda s: ratio(s.axis_length(2), s.axis_length(0)),
        "least over major axis; NaN for one voxel",
    ),
    *_densities("aabb", ("PBX1", "R59B"), lambda s: s.box_of_axes, "the bounding box"),
    *_densities("ombb", ("ZH1A", "IQYR"), lambda s: s.hull.box, "the smallest box on a face of the hull"),
    *_densities(
        "aee",
        ("6BDE", "RDD2"),
        lambda s: s.ellipsoid_of_axes,
        "the ellipsoid of the principal axes; NaN where that is a line or flat",
    ),
    *_densities("mvee", ("SWZ1", "BRI8"), lambda s: s.hull.ellipsoid, "the smallest enclosing ellipsoid"),
    *_densities("convex_hull", ("R3ER", "7T7F"), lambda s: s.hull.body, "the convex hull"),
    Feature(
        "integrated_intensity",
        "99N0",
        lambda s: s.volume * s.mean_intensity,
        "V times mean intensity",
        group="intensity",
    ),
    Feature(
        "morans_i_index",
        "N365",
        lambda s: s.moran_geary[0],
        "spatial autocorrelation, weights 1/distance; NaN for one intensity",
        group="texture",
    ),
    Feature(
        "gearys_c_measure",
        "NPT7",
        lambda s: s.moran_geary[1],
        "squared differences of pairs, weights 1/distance; NaN for one intensity",
        group="texture",
    ),
    # Rows beyond IBSI, each for a published program: V is the voxel volume in those of 2014.
    Feature("voxel_count", "", lambda s: s.sums[0], "number of voxels of the shape"),
    Feature(
        "compactness_1_2014",
        "",
        lambda s: s.volume_voxels / (np.sqrt(np.pi) * s.area ** (2 / 3)),
        "V / (π^½ A^(2/3)), as the code of 2014 wrote it",
    ),
    Feature("compactness_2_2014", "", lambda s: s.sphericity_2014**3, "36π V² / A³"),
    Feature("sphericity_2014", "", lambda s: s.sphericity_2014, "(36π V²)^(1/3) / A"),
    Feature("spherical_disproportion_2014", "", lambda s: 1 / s.sphericity_2014, "A / (36π V²)^(1/3)"),
    Feature("surface_to_volume_ratio_2014", "", lambda s: s.area / s.volume_voxels, "A / V, 1/mm"),
    Feature("maximum_3d_diameter_2014", "", lambda s: s.diameter_centres, "largest distance of two voxel centres, mm"),
    Feature("maximum_2d_diameter_slice", "", lambda s: s.diameter_2d(0), "largest distance in a plane of one z, mm"),
    Feature("maximum_2d_diameter_column", "", lambda s: s.diameter_2d(1), "largest distance in a plane of one y, mm"),
    Feature("maximum_2d_diameter_row", "", lambda s: s.diameter_2d(2), "largest distance in a plane of one x, mm"),
)

FAMILY = Family("morphology", "HCUG", FEATURES, measure, needs="roi", group="shape", per_image=False)
