"""Shape of a region of one slice (pyradiomics' class shape2D; beyond IBSI, which has shape in three dimensions only).

The outline is that of marching squares at 0.5 on pixel centres: it cuts corners half-way between pixels. Where two
pixels touch by a corner only, the outline goes around each of them.

Settings:
    rows    names of the rows to measure; null: all of them
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from radioloom.errors import BadRoi
from radioloom.features.record import Family, Feature, Value, values
from radioloom.features.settings import read
from radioloom.kernels.hull import planar_corners
from radioloom.roi import Roi

# Of each 2 x 2 square by code (bit 2y + x: that corner is inside): outline in halves of a square's diagonal, in widths
# and in heights, and the area inside in squares.
DIAGONALS = np.array([0, 1, 1, 0, 1, 0, 2, 1, 1, 2, 0, 1, 0, 1, 1, 0])
WIDTHS = np.array([0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0])
HEIGHTS = np.array([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0])
AREAS = np.array([0, 1, 1, 4, 1, 4, 2, 7, 1, 2, 4, 7, 4, 7, 7, 8]) / 8


@dataclass(frozen=True)
class Settings:
    """What a profile may set for this family."""

    rows: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Outline:
    """One region of one slice with a border of one empty pixel."""

    mask: np.ndarray  # bool (y, x)
    spacing: np.ndarray  # float64 (2,), mm

    @cached_property
    def squares(self) -> np.ndarray:
        """How many 2 x 2 squares there are of each code, int64 (16,)."""
        m = self.mask.astype(np.uint8)
        codes = m[:-1, :-1] + 2 * m[:-1, 1:] + 4 * m[1:, :-1] + 8 * m[1:, 1:]
        return np.bincount(codes.ravel(), minlength=16)

    @cached_property
    def perimeter(self) -> float:
        """Length of the outline, mm."""
        height, width = self.spacing
        halves = float(self.squares @ DIAGONALS) * np.hypot(height, width) / 2
        return halves + float(self.squares @ WIDTHS) * width + float(self.squares @ HEIGHTS) * height

    @cached_property
    def area(self) -> float:
        """Inside the outline, mm²."""
        return float(self.squares @ AREAS * self.spacing.prod())

    @cached_property
    def points(self) -> np.ndarray:
        """Pixel centres, float64 (n, 2), mm."""
        return np.argwhere(self.mask) * self.spacing

    @cached_property
    def axes(self) -> np.ndarray:
        """Four standard deviations (divisor n) along the principal axes, longest first, float64 (2,), mm."""
        centred = self.points - self.points.mean(axis=0)
        variances = np.linalg.eigvalsh(centred.T @ centred / len(centred))
        return 4 * np.sqrt(variances[::-1].clip(0))

    @property
    def elongation(self) -> float:
        """Minor over major axis; NaN for one pixel, which has none."""
        return float(self.axes[1] / self.axes[0]) if self.axes[0] > 0 else np.nan

    @property
    def diameter(self) -> float:
        """Largest distance of two vertices of the outline, which lie half a pixel beyond pixels on it, mm."""
        half = self.spacing / 2 * np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])
        vertices = (self.points[:, None] + half).reshape(-1, 2)
        vertices = vertices[np.lexsort(vertices.T[::-1])]
        corners = np.column_stack([np.zeros(len(vertices)), np.rint(2 * vertices / self.spacing)]).astype(np.int64)
        kept = vertices[planar_corners(corners)]
        return float(np.sqrt(((kept[:, None] - kept) ** 2).sum(axis=2).max()))


def measure(roi: Roi, settings: dict) -> Iterator[Value]:
    """Every row, or those in settings["rows"], of one region of one slice; BadRoi for more slices."""
    chosen = read(Settings, settings, "shape_2d")
    slices = np.flatnonzero(roi.shape.any(axis=(1, 2)))
    if len(slices) != 1:
        raise BadRoi(
            f"shape_2d is of a region of one slice, and this one has {len(slices)}; measure morphology instead"
        )
    outline = Outline(np.pad(roi.shape[slices[0]], 1), np.asarray(roi.spacing_mm[1:], float))
    return values("shape_2d", FEATURES, chosen.rows, outline)


FEATURES = (
    Feature("area", "", lambda s: s.area, "inside the outline, mm²"),
    Feature("area_pixels", "", lambda s: len(s.points) * s.spacing.prod(), "pixels times the area of one, mm²"),
    Feature("perimeter", "", lambda s: s.perimeter, "length of the outline, mm"),
    Feature("perimeter_to_area_ratio", "", lambda s: s.perimeter / s.area, "1/mm"),
    Feature(
        "circularity",
        "",
        lambda s: 2 * np.sqrt(np.pi * s.area) / s.perimeter,
        "perimeter of a disc of the area over it",
    ),
    Feature("maximum_diameter", "", lambda s: s.diameter, "largest distance of two vertices of the outline, mm"),
    Feature("major_axis_length", "", lambda s: s.axes[0], "4 √ largest variance of the pixel centres, mm"),
    Feature("minor_axis_length", "", lambda s: s.axes[1], "4 √ least variance of the pixel centres, mm"),
    Feature("elongation", "", lambda s: s.elongation, "minor over major axis"),
)

FAMILY = Family("shape_2d", "", FEATURES, measure, needs="roi", group="shape", per_image=False, one_slice=True)
