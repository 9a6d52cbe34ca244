"""CT-like images of one lesion: a patch of lung with chest wall, vertebra and vessels, seen by a scanner."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from radioloom.provenance import rng
from radioloom.simulate.latent import Latent
from radioloom.simulate.scanners import CENTRE_MM, Scanner
from radioloom.simulate.shape import Shape, axes_mm, contours, cut, mask, redraw, shape
from radioloom.volume import Grid, Volume

RIM_MM = 2.8  # the lesion fades into the lung outside its contour: contours keep to the solid part
DRAWING_MM = 0.3  # by how much a careful contour is off, standard deviation
VISIT_MM = 1.5  # by how much a patient lies elsewhere at another visit, standard deviation
SPINE_YX_MM, CANAL_YX_MM, CANAL_RADIUS_MM = (44.0, -45.0), (51.0, -45.0), 4.0  # from the centre of the field of view


class Lesion(NamedTuple):
    """One image of a lesion and its segmentation by one reader."""

    volume: Volume  # int16 HU
    mask: np.ndarray  # bool (z, y, x), on the volume's grid
    contours: list[np.ndarray]  # closed polygons (n, 3), LPS mm in (z, y, x) order


class View(NamedTuple):
    """Which look at a patient: the visit decides noise and place, the reader the contour."""

    visit: str = "1"
    reader: str = "1"
    drawing_mm: float = DRAWING_MM


def lesion(hidden: Latent, scanner: Scanner, view: View = View()) -> Lesion:  # noqa: B008 (immutable)
    """Image, mask and contours of one case in one view; a function of its arguments alone."""
    drawn = drawing(hidden, scanner, view)
    return Lesion(image(hidden, scanner, view.visit), mask(drawn, scanner.grid), contours(drawn, scanner.grid))


def drawing(hidden: Latent, scanner: Scanner, view: View) -> Shape:
    """The lesion as outlined in a view, in the coordinates of the scanner's grid."""
    place = _place_mm(hidden, view.visit) + CENTRE_MM
    return redraw(body(hidden), view.drawing_mm, rng(hidden.seed, hidden.case, "drawing", *view[:2])).moved(place)


def body(hidden: Latent) -> Shape:
    """The true lesion, about its own centre."""
    return shape(hidden.volume_mm3, rng(hidden.seed, hidden.case, "shape"))


def texture(hidden: Latent) -> tuple[float, float]:
    """Standard deviation (HU) and correlation length (mm) of a lesion's grain.

    Heterogeneity makes the grain finer and stronger. The strength varies for other reasons too, so that the spread of
    intensities alone tells less of it than texture does.
    """
    other = float(np.clip(rng(hidden.seed, hidden.case, "contrast").standard_normal(), -2, 2))
    return 30.0 * math.exp(0.32 * hidden.heterogeneity + 0.12 * other), 4.6 * math.exp(-0.3 * hidden.heterogeneity)


def image(hidden: Latent, scanner: Scanner, visit: str = "1") -> Volume:
    """What the scanner shows of a case at a visit: int16 HU on the scanner's grid."""
    from scipy.ndimage import gaussian_filter

    grid, place = scanner.grid, _place_mm(hidden, visit)
    z, y, x = (axis - centre for axis, centre in zip(axes_mm(grid), CENTRE_MM, strict=True))
    scene = _anatomy(hidden, z - place[0], y - place[1], x - place[2])
    draw = rng(hidden.seed, hidden.case, "tissue")
    sd, length = texture(hidden)
    inside = draw.normal(35, 8) + sd * _field(length, grid, place, draw)
    window, share = _share(body(hidden).grown(RIM_MM).moved(place), grid, (z, y, x))
    scene[window] += share * (inside[window] - scene[window])
    step = scanner.spacing_mm[1]
    scene = gaussian_filter(scene, (0, scanner.blur_mm / step, scanner.blur_mm / step), mode="nearest")
    white = rng(hidden.seed, hidden.case, "noise", visit).standard_normal(grid.shape)
    noise = gaussian_filter(white, (0, scanner.grain_mm / step, scanner.grain_mm / step), mode="wrap")
    scene += noise * (scanner.noise_hu / noise.std()) + scanner.offset_hu
    return Volume(np.clip(np.rint(scene), -1024, 3071).astype(np.int16), grid, unit="HU", modality="CT")


def cord(grid: Grid) -> Shape:
    """The spinal canal, a second structure that is not the tumour: a tube through the whole field of view."""
    flat = np.zeros(4)
    centre = (CENTRE_MM[0], CENTRE_MM[1] + CANAL_YX_MM[0], CENTRE_MM[2] + CANAL_YX_MM[1])
    return Shape(centre, CANAL_RADIUS_MM, 20 * grid.shape[0] * grid.spacing_mm[0], flat, flat, flat, (0.0, 0.0))


def _place_mm(hidden: Latent, visit: str) -> np.ndarray:
    """Where the lesion's centre lies from the centre of the field of view (z, y, x)."""
    lies = rng(hidden.seed, hidden.case, "place").uniform(-3, 3, 3)
    moved = rng(hidden.seed, hidden.case, "visit", visit).standard_normal(3)
    return np.round(lies + VISIT_MM * np.clip(moved, -2, 2), 2)


def _share(whole: Shape, grid: Grid, axes: tuple[np.ndarray, ...]) -> tuple[tuple[slice, ...], np.ndarray]:
    """Window of the grid, and the share of its voxels that the lesion fills, averaged over the slice thickness."""
    thick, step, _ = grid.spacing_mm
    window = whole.window(axes, pad_mm=thick)
    z, y, x = cut(axes, window)
    parts = [np.clip(0.5 + whole.depth_mm(z + k * thick / 3, y, x) / step, 0, 1) for k in (-1, 0, 1)]
    return window, np.mean(parts, axis=0)


def _field(length_mm: float, grid: Grid, place_mm: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """Stationary Gaussian field of unit variance and covariance exp(-r^2 / (2 length^2)), anchored to the patient.

    White noise is filtered in Fourier space by exp(-(pi length f)^2), the square root of the covariance's spectrum;
    a phase moves the field with the patient, so that two visits show the same lesion.
    """
    spectrum = np.fft.rfftn(draw.standard_normal(grid.shape))
    for axis, (n, step, moved) in enumerate(zip(grid.shape, grid.spacing_mm, place_mm, strict=True)):
        full = np.exp(-((math.pi * length_mm * np.fft.fftfreq(n, step)) ** 2))
        f = np.fft.rfftfreq(n, step) if axis == 2 else np.fft.fftfreq(n, step)
        factor = np.exp(-((math.pi * length_mm * f) ** 2) - 2j * math.pi * f * moved) / np.sqrt(np.mean(full**2))
        spectrum *= factor.reshape([-1 if k == axis else 1 for k in range(3)])
    return np.fft.irfftn(spectrum, grid.shape, axes=(0, 1, 2))


def _anatomy(hidden: Latent, z: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """HU of the patient without the lesion: lung, vessels, chest wall with ribs, vertebra with its canal."""
    draw = rng(hidden.seed, hidden.case, "anatomy")
    flat = draw.normal(-830, 15) + 0.6 * y + 12 * np.sin(x / 17 + draw.uniform(0, 6)) * np.cos(y / 13)
    wall = 46 - y**2 / 230 + draw.uniform(-1, 1)
    spine = np.hypot(y - SPINE_YX_MM[0], x - SPINE_YX_MM[1])
    canal = np.hypot(y - CANAL_YX_MM[0], x - CANAL_YX_MM[1])
    for hu, depth in (
        (45.0, x - wall),  # muscle
        (-95.0, x - wall - 8 - 0.03 * y),  # fat
        (40.0, 18 - spine),
        (620.0, 14 - spine),  # cortex
        (230.0, 12 - spine),
        (30.0, CANAL_RADIUS_MM - canal),
    ):
        _paint(flat, hu, depth)
    scene = np.repeat(flat, z.size, axis=0)
    for _ in range(6):  # vessels: thin tubes
        angle, far, thick = draw.uniform(0, 2 * math.pi), draw.uniform(18, 44), draw.uniform(1.0, 2.4)
        slope = draw.uniform(-0.5, 0.5, 2)
        dy = y - far * math.sin(angle) - slope[0] * z
        dx = x - far * math.cos(angle) - slope[1] * z
        _paint(scene, 30.0, thick - np.sqrt(dy * dy + dx * dx))
    outer = np.flatnonzero(x.ravel() > 25)
    across = ((x - wall - 4) * 1.5)[:, :, outer]
    along = ((z + 0.45 * y) % 24 - 12) * 0.8
    _paint(scene[:, :, outer[0] :], 420.0, 4.5 - np.sqrt(across**2 + along**2))  # ribs
    return scene


def _paint(scene: np.ndarray, hu: float, depth_mm: np.ndarray) -> None:
    """Blend a tissue into the scene where its depth is positive; the edge is 1.6 mm wide."""
    scene += np.clip(0.5 + depth_mm / 1.6, 0, 1) * (hu - scene)
