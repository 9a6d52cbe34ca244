"""Intensity histogram (IBSI ZVCW): statistics of the discretised region.

Settings (defaults are IBSI's):
    percentiles   "linear" (between the two nearest levels) or "nearest_rank"
    rows          names of the rows to measure; null: all of them

pyradiomics' first-order Entropy and Uniformity are the rows `entropy` and `uniformity` here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from radioloom.features.distribution import RULES, Counted, count_voxels
from radioloom.features.record import Family, Feature, Value, ratio, values
from radioloom.features.settings import one_of, read
from radioloom.roi import Levels


@dataclass(frozen=True)
class Settings:
    """What a profile may set for this family."""

    percentiles: str = one_of(RULES, "linear")
    rows: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Histogram:
    """Voxels at each level, empty levels included, and their distribution."""

    counts: np.ndarray  # int64 (n_levels,), of level 1 first
    spread: Counted

    @cached_property
    def variance(self) -> float:
        """Mean squared distance from the mean."""
        return float(self.spread.central[1]) / self.spread.n

    def moment(self, order: int) -> float:
        """Standardised central moment of order 3 or 4; NaN where there is one level only (0/0)."""
        return ratio(float(self.spread.central[order - 1]) / self.spread.n, self.variance ** (order / 2))

    @cached_property
    def shares(self) -> np.ndarray:
        """Of the voxels at each level that occurs."""
        return self.spread.counts / self.spread.n

    def quantile(self, share: float) -> float:
        """The level that a share of the region lies below, by the rule of the settings."""
        return self.spread.quantiles[share]

    @cached_property
    def mode(self) -> float:
        """The most frequent level; of several, the nearest to the mean, and of two as near the lower."""
        best = self.spread.values[self.spread.counts == self.spread.counts.max()]
        return float(best[np.argmin(np.abs(best - self.spread.mean))])

    @cached_property
    def gradient(self) -> np.ndarray:
        """Half the difference of the neighbours' counts, at both ends that to the one neighbour; NaN for one level."""
        return np.gradient(self.counts.astype(float)) if self.counts.size > 1 else np.array([np.nan])

    def steepest(self, find) -> float:
        """The lowest level with the extreme gradient that `find` (np.argmax, np.argmin) points at."""
        return np.nan if np.isnan(self.gradient[0]) else float(find(self.gradient)) + 1


def measure(levels: Levels, settings: dict) -> Iterator[Value]:
    """Every row, or those in settings["rows"], of one discretised ROI."""
    chosen = read(Settings, settings, "histogram")
    counts = count_voxels(levels.levels, levels.n_levels)
    present = np.flatnonzero(counts)
    histogram = Histogram(counts, Counted(present + 1.0, counts[present], chosen.percentiles))
    return values("histogram", FEATURES, chosen.rows, histogram)


def _quartiles(h: Histogram) -> float:
    return h.quantile(0.75) - h.quantile(0.25)


FEATURES = (
    Feature("mean", "X6K6", lambda h: h.spread.mean, "mean level"),
    Feature("variance", "CH89", lambda h: h.variance, "mean squared distance from the mean (divided by n)"),
    Feature("skewness", "88K1", lambda h: h.moment(3), "third central moment over variance^1.5; NaN for one level"),
    Feature(
        "excess_kurtosis",
        "C3I7",
        lambda h: h.moment(4) - 3,
        "fourth central moment over variance², less 3; NaN for one level",
    ),
    Feature("median", "WIFQ", lambda h: h.quantile(0.50), "the middle level"),
    Feature("minimum", "1PR8", lambda h: h.spread.low, "lowest level present"),
    Feature("percentile_10", "GPMT", lambda h: h.quantile(0.10), "10th percentile of the levels"),
    Feature("percentile_90", "OZ0C", lambda h: h.quantile(0.90), "90th percentile of the levels"),
    Feature("maximum", "3NCY", lambda h: h.spread.high, "highest level present"),
    Feature("mode", "AMMC", lambda h: h.mode, "most frequent level"),
    Feature("interquartile_range", "WR0O", _quartiles, "75th less 25th percentile"),
    Feature("range", "5Z3W", lambda h: h.spread.high - h.spread.low, "maximum less minimum"),
    Feature("mean_absolute_deviation", "D2ZX", lambda h: h.spread.mean_deviation, "mean distance from the mean"),
    Feature(
        "robust_mean_absolute_deviation",
        "WRZB",
        lambda h: h.spread.trimmed_deviation(h.quantile(0.10), h.quantile(0.90)),
        "mean absolute deviation of the levels from the 10th to the 90th percentile; NaN where there is none",
    ),
    Feature(
        "median_absolute_deviation",
        "4RNL",
        lambda h: h.spread.deviation(h.quantile(0.50)),
        "mean distance from the median",
    ),
    Feature(
        "coefficient_of_variation",
        "CWYJ",
        lambda h: np.sqrt(h.variance) / h.spread.mean,
        "standard deviation over mean",
    ),
    Feature(
        "quartile_coefficient_of_dispersion",
        "SLWD",
        lambda h: _quartiles(h) / (h.quantile(0.75) + h.quantile(0.25)),
        "interquartile range over the sum of the quartiles",
    ),
    Feature("entropy", "TLU2", lambda h: 0.0 - np.sum(h.shares * np.log2(h.shares)), "entropy in bits"),
    Feature("uniformity", "BJ5W", lambda h: np.sum(h.shares**2), "sum of squared shares"),
    Feature("maximum_histogram_gradient", "12CE", lambda h: h.gradient.max(), "steepest rise; NaN for one level"),
    Feature(
        "maximum_histogram_gradient_intensity",
        "8E6O",
        lambda h: h.steepest(np.argmax),
        "the level of that rise; NaN for one level",
    ),
    Feature("minimum_histogram_gradient", "VQB3", lambda h: h.gradient.min(), "steepest fall; NaN for one level"),
    Feature(
        "minimum_histogram_gradient_intensity",
        "RHQZ",
        lambda h: h.steepest(np.argmin),
        "the level of that fall; NaN for one level",
    ),
)

FAMILY = Family("histogram", "ZVCW", FEATURES, measure, needs="levels", group="intensity")
