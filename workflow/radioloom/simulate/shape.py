"""Lesion shapes in closed form: every slice is a polar curve, so that mask, polygons and volume are exact.

With t = (z - centre) / half height, the outline of a slice about its own centre is
    r(t, angle) = radius * sqrt(1 - t^2) * (1 + sum_m c_m cos(m * angle + phase_m + twist_m * t)),   m = 2, 3, 4, 5
and the slice's centre wanders by `bend` * t^2. The area of a slice is pi radius^2 (1 - t^2) (1 + sum c_m^2 / 2)
whatever phases, twists and bend, so the volume is 4/3 pi radius^2 half_height (1 + sum c_m^2 / 2).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from radioloom.volume import Grid

ORDERS = np.arange(2, 6)
AMPLITUDE = 0.2 / (ORDERS - 0.5)  # standard deviation of c_m
STEP_MM = 1.2  # between neighbouring points of a polygon, about


@dataclass(frozen=True, slots=True)
class Shape:
    """A lobulated body about `centre_mm` (z, y, x), in mm."""

    centre_mm: tuple[float, float, float]
    radius_mm: float
    half_height_mm: float
    amplitude: np.ndarray  # c_m (4,)
    phase: np.ndarray  # radians (4,)
    twist: np.ndarray  # radians from the middle to the upper end (4,)
    bend_mm: tuple[float, float]  # y, x

    @property
    def volume_mm3(self) -> float:
        """Exact volume."""
        return 4 / 3 * math.pi * self.radius_mm**2 * self.half_height_mm * (1 + (self.amplitude**2).sum() / 2)

    def outline_mm(self, t: np.ndarray, angle: np.ndarray) -> np.ndarray:
        """Distance from the slice's centre to its outline at `angle`; 0 beyond the ends (|t| >= 1)."""
        return self._outline(t, np.exp(1j * np.asarray(angle)))

    def depth_mm(self, z: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
        """In-plane distance inside the outline (negative outside) at broadcastable coordinates."""
        t = (z - self.centre_mm[0]) / self.half_height_mm
        from_centre = (x - self.centre_mm[2] - self.bend_mm[1] * t**2) + 1j * (
            y - self.centre_mm[1] - self.bend_mm[0] * t**2
        )
        distance = np.abs(from_centre)
        beyond = np.clip(np.abs(t) - 1, 0, None) * self.half_height_mm
        return self._outline(t, from_centre / np.maximum(distance, 1e-9)) - distance - beyond

    def window(self, axes: tuple[np.ndarray, ...], pad_mm: float = 0.0) -> tuple[slice, ...]:
        """Slices (z, y, x) of an open mesh that hold the body and `pad_mm` around it."""
        wide = self.radius_mm * (1 + np.abs(self.amplitude).sum())
        reach = (self.half_height_mm, wide + abs(self.bend_mm[0]), wide + abs(self.bend_mm[1]))
        near = (np.abs(axis.ravel() - c) <= r + pad_mm for axis, c, r in zip(axes, self.centre_mm, reach, strict=True))
        return tuple(slice(int(ok.argmax()), int(ok.argmax() + ok.sum())) for ok in near)

    def _outline(self, t: np.ndarray, unit: np.ndarray) -> np.ndarray:
        # sum_m c_m cos(m angle + phase_m + twist_m t) is the real part of a polynomial in unit = exp(i angle).
        wave: np.ndarray | float = 0.0
        for c, phase, twist in zip(self.amplitude[::-1], self.phase[::-1], self.twist[::-1], strict=True):
            wave = wave * unit + c * np.exp(1j * (phase + twist * t))
        lobes = 1 + (wave * unit ** ORDERS[0]).real
        return self.radius_mm * np.sqrt(np.clip(1 - t**2, 0, None)) * lobes

    def moved(self, by_mm: np.ndarray) -> Shape:
        """The same body moved by (z, y, x) mm."""
        return replace(self, centre_mm=tuple(float(c + d) for c, d in zip(self.centre_mm, by_mm, strict=True)))

    def grown(self, by_mm: float) -> Shape:
        """The body with radius and half height larger by `by_mm`."""
        return replace(self, radius_mm=self.radius_mm + by_mm, half_height_mm=self.half_height_mm + by_mm)


def shape(volume_mm3: float, draw: np.random.Generator) -> Shape:
    """A random body about the origin that has exactly this volume."""
    amplitude = np.clip(draw.standard_normal(4), -1.8, 1.8) * AMPLITUDE
    aspect = math.exp(0.12 * np.clip(draw.standard_normal(), -2, 2))
    radius = (volume_mm3 / (4 / 3 * math.pi * aspect * (1 + (amplitude**2).sum() / 2))) ** (1 / 3)
    bend = np.clip(draw.standard_normal(2), -2, 2) * 0.12 * radius
    phase = draw.uniform(0, 2 * math.pi, 4)
    twist = draw.uniform(-1.5, 1.5, 4)
    return Shape((0.0, 0.0, 0.0), radius, aspect * radius, amplitude, phase, twist, (float(bend[0]), float(bend[1])))


def redraw(body: Shape, sd_mm: float, draw: np.random.Generator) -> Shape:
    """The body as a person outlines it: size, height, lobes and place are off by about `sd_mm`."""
    off = sd_mm * np.clip(draw.standard_normal(9), -2.5, 2.5)
    return replace(
        body.moved(0.5 * off[:3]),
        radius_mm=max(0.5 * body.radius_mm, body.radius_mm + off[3]),
        half_height_mm=max(0.5 * body.half_height_mm, body.half_height_mm + off[4]),
        amplitude=body.amplitude + 0.7 * off[5:] / body.radius_mm,
    )


def mask(body: Shape, grid: Grid) -> np.ndarray:
    """Bool (z, y, x): voxels of an axis-aligned grid whose centre lies inside the body."""
    axes = axes_mm(grid)
    window = body.window(axes)
    z, y, x = cut(axes, window)
    inside = np.zeros(grid.shape, bool)
    inside[window] = body.depth_mm(z, y, x) > 0
    return inside


def contours(body: Shape, grid: Grid) -> list[np.ndarray]:
    """One closed planar polygon for each slice that the body crosses: (n, 3) LPS mm in (z, y, x) order.

    A slice whose outline is smaller than a pixel is left out; the first point is not repeated at the end.
    """
    polygons = []
    for z in axes_mm(grid)[0].ravel():
        t = (z - body.centre_mm[0]) / body.half_height_mm
        mean = body.radius_mm * math.sqrt(max(0.0, 1 - t * t))
        if mean < grid.spacing_mm[1]:
            continue
        angle = np.linspace(0, 2 * math.pi, max(16, round(2 * math.pi * mean / STEP_MM)), endpoint=False)
        r = body.outline_mm(np.float64(t), angle)
        y = body.centre_mm[1] + body.bend_mm[0] * t * t + r * np.sin(angle)
        x = body.centre_mm[2] + body.bend_mm[1] * t * t + r * np.cos(angle)
        polygons.append(np.stack([np.full_like(x, z), y, x], axis=1))
    return polygons


def axes_mm(grid: Grid) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Open mesh of the coordinates of an axis-aligned grid: (nz, 1, 1), (1, ny, 1), (1, 1, nx) in mm."""
    z, y, x = (o + s * np.arange(n) for o, s, n in zip(grid.origin_mm, grid.spacing_mm, grid.shape, strict=True))
    return z[:, None, None], y[None, :, None], x[None, None, :]


def cut(axes: tuple[np.ndarray, ...], window: tuple[slice, ...]) -> tuple[np.ndarray, ...]:
    """The open mesh of a window."""
    (z, y, x), (oz, oy, ox) = axes, window
    return z[oz], y[:, oy], x[:, :, ox]
