"""Intensity-based statistics (IBSI UHIW) and the forms of them that published studies used.

Settings (defaults are IBSI's):
    shift         added to every intensity before energy, total energy and root mean square: 0 (IBSI), 2000 (studies of
                  2014 and pyradiomics before 1.1.1, to keep CT numbers positive)
    percentiles   "linear" (between the two nearest values, as numpy and pyradiomics) or "nearest_rank"
    width_2014    intensity units a level of the 2014 histogram stands for: 25
    rows          names of the rows to measure; null: all of them

One value gives zero variance: skewness, kurtosis are then 0/0, NaN by their formula; pyradiomics gives 0 for both,
rows of that rule have names that end in `_or_zero`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from radioloom.errors import BadRoi
from radioloom.features.distribution import RULES, Counted, Sampled, measure_values
from radioloom.features.record import Family, Feature, Value, ratio, values
from radioloom.features.settings import one_of, read
from radioloom.roi import Roi

MOST_BINS = 65535  # as many as there are grey levels


@dataclass(frozen=True)
class Settings:
    """What a profile may set for this family."""

    shift: float = 0.0
    percentiles: str = one_of(RULES, "linear")
    width_2014: float = 25.0
    rows: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Statistics:
    """The distribution of one ROI with what its formulas need beside it."""

    spread: Counted | Sampled
    voxel_mm3: float
    settings: Settings

    @cached_property
    def variance(self) -> float:
        """Mean squared distance from the mean."""
        return float(self.spread.central[1]) / self.spread.n

    @cached_property
    def skewness(self) -> float:
        """Third central moment over variance^1.5; NaN (0/0) for a flat region."""
        return ratio(float(self.spread.central[2]) / self.spread.n, self.variance**1.5)

    @cached_property
    def kurtosis(self) -> float:
        """Fourth central moment over variance²; NaN (0/0) for a flat region."""
        return ratio(float(self.spread.central[3]) / self.spread.n, self.variance**2)

    @cached_property
    def energy(self) -> float:
        """Sum of (x + shift)², from the mean and the squares about it."""
        return float(self.spread.central[1]) + self.spread.n * (self.spread.mean + self.settings.shift) ** 2

    def quantile(self, share: float) -> float:
        """The value that a share of the region lies below, by the rule of the settings."""
        return self.spread.quantiles[share]

    @cached_property
    def histogram_2014(self) -> np.ndarray:
        """Shares of the voxels in equal bins over [low, high], as many as levels of `width_2014` would be.

        As Matlab's `hist` has it, a value on an edge belongs to the lower bin; samples that are no whole numbers do not
        meet edges.
        """
        spread, width = self.spread, self.settings.width_2014
        n_bins = int(np.floor(spread.high / width) - np.floor(spread.low / width)) + 1
        if n_bins > MOST_BINS:
            raise BadRoi(
                f"histogram of 2014: intensities from {spread.low:g} to {spread.high:g} need {n_bins} bins, "
                f"and {MOST_BINS} are the most; widen the bins, or re-segment"
            )
        if isinstance(spread, Counted) and spread.high > spread.low:
            place = np.ceil((spread.values - spread.low) * n_bins / (spread.high - spread.low)).astype(np.int64)
            filled = np.bincount(np.maximum(place, 1), spread.counts)
        else:
            filled = spread.counts_in(n_bins)
        return filled[filled > 0] / spread.n


def measure(roi: Roi, settings: dict) -> Iterator[Value]:
    """Every row, or those in settings["rows"], of one ROI's intensities inside its intensity mask."""
    chosen = read(Settings, settings, "intensity")
    spread = measure_values(roi, chosen.percentiles)
    statistics = Statistics(spread, float(np.prod(roi.spacing_mm)), chosen)
    return values("intensity", FEATURES, chosen.rows, statistics)


def _or_zero(value: float) -> float:
    return 0.0 if np.isnan(value) else value


def _quartiles(s: Statistics) -> float:
    return s.quantile(0.75) - s.quantile(0.25)


FEATURES = (
    Feature("mean", "Q4LE", lambda s: s.spread.mean, "mean"),
    Feature("variance", "ECT3", lambda s: s.variance, "mean squared distance from the mean (divided by n)"),
    Feature("skewness", "KE2A", lambda s: s.skewness, "third central moment over variance^1.5; NaN for one value"),
    Feature(
        "excess_kurtosis",
        "IPH6",
        lambda s: s.kurtosis - 3,
        "fourth central moment over variance², less 3; NaN for one value",
    ),
    Feature("median", "Y12H", lambda s: s.quantile(0.50), "the middle value"),
    Feature("minimum", "1GSF", lambda s: s.spread.low, "lowest value"),
    Feature("percentile_10", "QG58", lambda s: s.quantile(0.10), "10th percentile"),
    Feature("percentile_90", "8DWT", lambda s: s.quantile(0.90), "90th percentile"),
    Feature("maximum", "84IY", lambda s: s.spread.high, "highest value"),
    Feature("interquartile_range", "SALO", _quartiles, "75th less 25th percentile"),
    Feature("range", "2OJQ", lambda s: s.spread.high - s.spread.low, "maximum less minimum"),
    Feature("mean_absolute_deviation", "4FUA", lambda s: s.spread.mean_deviation, "mean distance from the mean"),
    Feature(
        "robust_mean_absolute_deviation",
        "1128",
        lambda s: s.spread.trimmed_deviation(s.quantile(0.10), s.quantile(0.90)),
        "mean absolute deviation of the values from the 10th to the 90th percentile; NaN where there is none",
    ),
    Feature(
        "median_absolute_deviation",
        "N72L",
        lambda s: s.spread.deviation(s.quantile(0.50)),
        "mean distance from the median",
    ),
    Feature(
        "coefficient_of_variation",
        "7TET",
        lambda s: ratio(np.sqrt(s.variance), s.spread.mean),
        "standard deviation over mean; NaN at mean 0",
    ),
    Feature(
        "quartile_coefficient_of_dispersion",
        "9S40",
        lambda s: ratio(_quartiles(s), s.quantile(0.75) + s.quantile(0.25)),
        "interquartile range over the sum of the quartiles; NaN where that sum is 0",
    ),
    Feature("energy", "N8CA", lambda s: s.energy, "sum of (value + shift)²"),
    Feature("root_mean_square", "5ZWQ", lambda s: np.sqrt(s.energy / s.spread.n), "root of the mean (value + shift)²"),
    # Rows beyond IBSI, each for a published program.
    Feature("total_energy", "", lambda s: s.energy * s.voxel_mm3, "energy times the volume of a voxel in mm³"),
    Feature(
        "kurtosis_raw",
        "",
        lambda s: s.kurtosis,
        "kurtosis without the 3 taken off (2014 code, pyradiomics); NaN for one value",
    ),
    Feature("skewness_or_zero", "", lambda s: _or_zero(s.skewness), "skewness, 0 for a flat region (pyradiomics)"),
    Feature(
        "kurtosis_raw_or_zero", "", lambda s: _or_zero(s.kurtosis), "kurtosis_raw, 0 for a flat region (pyradiomics)"
    ),
    Feature("standard_deviation", "", lambda s: np.sqrt(s.variance), "root of the variance (divided by n)"),
    Feature(
        "variance_sample",
        "",
        lambda s: ratio(float(s.spread.central[1]), s.spread.n - 1),
        "variance divided by n - 1 (2014 code); NaN for one voxel",
    ),
    Feature(
        "standard_deviation_sample",
        "",
        lambda s: np.sqrt(ratio(float(s.spread.central[1]), s.spread.n - 1)),
        "root of variance_sample (2014 code); NaN for one voxel",
    ),
    Feature(
        "entropy_2014",
        "",
        lambda s: 0.0 - np.sum(s.histogram_2014 * np.log2(s.histogram_2014)),
        "entropy in bits of equal bins over [minimum, maximum] (2014 code)",
    ),
    Feature("uniformity_2014", "", lambda s: np.sum(s.histogram_2014**2), "sum of squared shares of the same bins"),
)

FAMILY = Family("intensity", "UHIW", FEATURES, measure, needs="roi", group="intensity")
