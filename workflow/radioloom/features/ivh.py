"""Intensity-volume histogram (IBSI P88C): how much of the region is at least so bright.

The levels carry the whole intensity interval (all bins of the re-segmentation range, where one is given), as
`imaging.discretise.discretise_ivh` makes them. Settings:
    scale   "unit": intensities of a volume fraction are those at the middle of a bin, in the image's unit (definite
            units: CT, SUV); "level": the level's number (arbitrary units, 1,000 bins: IBSI configuration E)
    rows    names of the rows to measure; null: all of them
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from radioloom.errors import StudyError
from radioloom.features.distribution import count_voxels
from radioloom.features.record import Family, Feature, Value, values
from radioloom.features.settings import read
from radioloom.roi import Levels

SCALES = ("unit", "level")


@dataclass(frozen=True)
class Settings:
    """What a profile may set for this family."""

    scale: str = "unit"
    rows: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Curve:
    """Volume fraction at or above each level: the share of voxels in that level or a brighter one."""

    volume: np.ndarray  # float64 (n_levels,), falls from 1
    lowest: float  # intensity at the middle of level 1 (or 1)
    width: float  # from one level to the next

    def volume_at(self, share: float) -> float:
        """Volume fraction at an intensity fraction (i - 1) / (n - 1) >= share; NaN for one level (0/0)."""
        last = self.volume.size - 1
        return float(self.volume[int(np.ceil(share * last - 1e-9))]) if last else np.nan

    def intensity_at(self, share: float) -> float:
        """Lowest intensity whose volume fraction is at most `share`; above the highest level where none is."""
        first = int(np.searchsorted(-self.volume, -share - 1e-12))
        return self.lowest + first * self.width

    @property
    def area(self) -> float:
        """Area under volume fraction over intensity fraction, by trapezia; NaN for one level."""
        last = self.volume.size - 1
        return float((self.volume.sum() - (self.volume[0] + self.volume[-1]) / 2) / last) if last else np.nan


def measure(levels: Levels, settings: dict) -> Iterator[Value]:
    """Every row, or those in settings["rows"], of one ROI in the levels of its intensity-volume histogram."""
    chosen = read(Settings, settings, "ivh")
    if chosen.scale not in SCALES:
        raise StudyError(f"settings of ivh: scale: {chosen.scale!r} is not known; write one of {', '.join(SCALES)}")
    counts = count_voxels(levels.levels, levels.n_levels)
    volume = np.cumsum(counts[::-1])[::-1] / counts.sum()
    in_unit = chosen.scale == "unit"
    curve = Curve(volume, levels.lowest + levels.width / 2 if in_unit else 1.0, levels.width if in_unit else 1.0)
    return values("ivh", FEATURES, chosen.rows, curve)


FEATURES = (
    Feature("volume_fraction_at_10_intensity", "BC2M", lambda c: c.volume_at(0.1), "V10; NaN for one level"),
    Feature("volume_fraction_at_90_intensity", "BC2M", lambda c: c.volume_at(0.9), "V90; NaN for one level"),
    Feature("intensity_at_10_volume", "GBPN", lambda c: c.intensity_at(0.1), "I10"),
    Feature("intensity_at_90_volume", "GBPN", lambda c: c.intensity_at(0.9), "I90"),
    Feature(
        "volume_fraction_difference_between_10_and_90_intensity",
        "DDTU",
        lambda c: c.volume_at(0.1) - c.volume_at(0.9),
        "V10 - V90; NaN for one level",
    ),
    Feature(
        "intensity_difference_between_10_and_90_volume",
        "CNV2",
        lambda c: c.intensity_at(0.1) - c.intensity_at(0.9),
        "I10 - I90",
    ),
    Feature(
        "area_under_the_ivh_curve",
        "",
        lambda c: c.area,
        "area under the curve, both axes as fractions; NaN for one level",
    ),
)

FAMILY = Family("ivh", "P88C", FEATURES, measure, needs="ivh_levels", group="intensity")
