"""Scanners of the simulated cohorts: geometry, noise, blur and header."""

from __future__ import annotations

from dataclasses import dataclass

from radioloom.volume import Grid

# Where the field of view lies in the patient (z, y, x), LPS mm: a patch of the left lung.
CENTRE_MM = (-120.0, 20.0, 75.0)


@dataclass(frozen=True, slots=True)
class Scanner:
    """One scanner with one protocol."""

    manufacturer: str
    model: str
    kernel: str
    kvp: float
    shape: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]
    blur_mm: float  # standard deviation of the in-plane point spread
    noise_hu: float  # standard deviation
    grain_mm: float  # standard deviation of the noise's own smoothing: small for a sharp kernel
    offset_hu: float = 0.0  # error of calibration
    intercept: int = -1024  # of the stored values

    @property
    def grid(self) -> Grid:
        """The grid of every series of this scanner."""
        origin = (round(c - s * (n - 1) / 2, 2) for c, s, n in zip(CENTRE_MM, self.spacing_mm, self.shape, strict=True))
        return Grid(self.shape, self.spacing_mm, tuple(origin))


SCANNERS = {
    "siemens": Scanner("SIEMENS", "Sensation 16", "B30f", 120, (30, 72, 72), (3.0, 1.6, 1.6), 0.9, 11, 0.9),
    "ge": Scanner(
        "GE MEDICAL SYSTEMS", "LightSpeed RT16", "STANDARD", 120, (30, 72, 72), (3.0, 1.6, 1.6), 0.85, 12, 0.8
    ),
    "philips": Scanner("Philips", "Brilliance Big Bore", "B", 120, (30, 72, 72), (3.0, 1.65, 1.65), 1.0, 10, 1.0),
    "toshiba": Scanner(
        "TOSHIBA", "Aquilion", "FC51", 135, (36, 72, 72), (2.5, 1.5, 1.5), 0.55, 20, 0.5, offset_hu=12, intercept=0
    ),
}
