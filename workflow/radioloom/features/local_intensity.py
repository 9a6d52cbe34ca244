"""Local intensity (IBSI 9ST6): the mean intensity in a sphere of 1 cm³ around voxels of the region.

The sphere holds the voxels whose centres are at most 6.2 mm from its centre, inside the region or not; where the image
ends, so does the sphere. Settings:
    rows    names of the rows to measure; null: all of them
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from radioloom.families import PEAK_MM
from radioloom.features.record import Family, Feature, Value, values
from radioloom.features.settings import read
from radioloom.kernels.peak import running_sums, sphere_peaks
from radioloom.roi import Roi


@dataclass(frozen=True)
class Settings:
    """What a profile may set for this family."""

    rows: tuple[str, ...] | None = None


def measure(roi: Roi, settings: dict) -> Iterator[Value]:
    """Both peaks of one ROI, whose arrays must reach one sphere's radius beyond the intensity mask."""
    chosen = read(Settings, settings, "local_intensity")
    peaks = _peaks(roi)
    return values("local_intensity", FEATURES, chosen.rows, peaks)


def _peaks(roi: Roi) -> tuple[float, float]:
    steps = [np.arange(-int(PEAK_MM / s), int(PEAK_MM / s) + 1) for s in roi.spacing_mm]
    inside = sum((g * s) ** 2 for g, s in zip(np.meshgrid(*steps, indexing="ij"), roi.spacing_mm, strict=True))
    half = (inside <= PEAK_MM**2).sum(axis=2)  # voxels of each row along x: an odd number, or none
    rows = np.array([(steps[0][z], steps[1][y], half[z, y] // 2) for z, y in np.argwhere(half)])
    reach = np.array([len(side) // 2 for side in steps])
    image = np.ascontiguousarray(roi.intensity, np.float64)
    centre = image[roi.mask].mean()  # sums of small numbers lose no digits
    sums = running_sums(image - centre, reach)
    rim = np.ones(image.shape, bool)
    rim[tuple(slice(r, n - r) for r, n in zip(reach, image.shape, strict=True))] = False
    cut = bool((rim & roi.mask).any())  # spheres that leave the image have fewer voxels
    counts = running_sums(np.ones(image.shape), reach) if cut else np.empty((0, 0, 0))
    local, highest = sphere_peaks(image, np.ascontiguousarray(roi.mask), sums, counts, rows, reach)
    return local + centre, highest + centre


FEATURES = (
    Feature("local_intensity_peak", "VJGA", lambda p: p[0], "mean of 1 cm³ around the brightest voxel"),
    Feature("global_intensity_peak", "0F91", lambda p: p[1], "highest mean of 1 cm³ around any voxel"),
)

FAMILY = Family(
    "local_intensity",
    "9ST6",
    FEATURES,
    measure,
    needs="surroundings",
    group="intensity",
    per_image=False,
)
