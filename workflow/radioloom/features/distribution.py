"""Distribution of a region's values, exact for whole numbers and for measured samples: quantiles, moments, deviations.

Intensity statistics and the intensity histogram share their formulas; both read them from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from radioloom.errors import StudyError
from radioloom.kernels.moments import (
    add_up,
    central_sums,
    count_levels,
    count_values,
    deviation_between,
    sum_between,
)
from radioloom.kernels.percentiles import count_buckets, take_buckets
from radioloom.roi import Roi

QUANTILES = (0.10, 0.25, 0.50, 0.75, 0.90)
RULES = ("linear", "nearest_rank")
BUCKETS = 4096
SPREAD_OF_COUNTS = 4096  # whole numbers are counted, not sorted, while their range is below this or the sample size


@dataclass(frozen=True)
class Counted:
    """Distinct values in ascending order, each with how often it occurs."""

    values: np.ndarray  # float64 (k,)
    counts: np.ndarray  # int64 (k,), each at least 1
    rule: str = "linear"  # of the percentiles, see `quantile`

    @cached_property
    def n(self) -> int:
        """Number of values."""
        return int(self.counts.sum())

    @property
    def low(self) -> float:
        """The lowest value."""
        return float(self.values[0])

    @property
    def high(self) -> float:
        """The highest value."""
        return float(self.values[-1])

    @cached_property
    def mean(self) -> float:
        """Their mean; of equal values that value, so that rounding gives a flat region no spread."""
        return self.low if self.low == self.high else float(self.counts @ self.values) / self.n

    @cached_property
    def central(self) -> np.ndarray:
        """Sums of |d|, d², d³, d⁴ about the mean, float64 (4,)."""
        d = self.values - self.mean
        square = d * d
        return np.array([np.abs(d), square, square * d, square * square]) @ self.counts

    def deviation(self, centre: float) -> float:
        """Mean of |value - centre|."""
        return float(np.abs(self.values - centre) @ self.counts) / self.n

    def counts_in(self, n: int) -> np.ndarray:
        """Values in each of n equal bins over [low, high], the highest value in the last, float64 (n,)."""
        if not self.high > self.low:
            return np.array([self.n])
        place = ((self.values - self.low) * n / (self.high - self.low)).astype(np.int64)
        return np.bincount(np.minimum(place, n - 1), self.counts)

    @cached_property
    def quantiles(self) -> dict[float, float]:
        """The value at each of QUANTILES."""
        ranks = np.cumsum(self.counts)
        return _quantiles(self.n, self.rule, lambda wanted: self.values[np.searchsorted(ranks, wanted, side="right")])

    def trimmed_deviation(self, low: float, high: float) -> float:
        """Mean absolute deviation, about their own mean, of the values in [low, high]; NaN where there are none."""
        first, last = np.searchsorted(self.values, low), np.searchsorted(self.values, high, side="right")
        kept = slice(int(first), int(last))
        return Counted(self.values[kept], self.counts[kept]).mean_deviation if first < last else np.nan

    @property
    def mean_deviation(self) -> float:
        """Mean of |value - mean|."""
        return float(self.central[0]) / self.n


@dataclass(frozen=True)
class Sampled:
    """Values that need not repeat, in any order."""

    values: np.ndarray  # float64 (n,)
    low: float
    high: float
    rule: str = "linear"

    @property
    def n(self) -> int:
        """Number of values."""
        return self.values.size

    @cached_property
    def mean(self) -> float:
        """Their mean; of equal values that value, so that rounding gives a flat region no spread."""
        if self.low == self.high:
            return self.low
        lanes = np.zeros(8)
        add_up(self.values, lanes)
        return float(lanes.sum()) / self.n

    @cached_property
    def central(self) -> np.ndarray:
        """Sums of |d|, d², d³, d⁴ about the mean, float64 (4,)."""
        return np.array(central_sums(self.values, self.mean))

    def deviation(self, centre: float) -> float:
        """Mean of |value - centre|."""
        return deviation_between(self.values, self.low, self.high, centre) / self.n

    @cached_property
    def quantiles(self) -> dict[float, float]:
        """The value at each of QUANTILES."""
        return _quantiles(self.n, self.rule, self.order_statistics)

    def counts_in(self, n: int) -> np.ndarray:
        """Values in each of n equal bins over [low, high], the highest value in the last, int64 (n,)."""
        if not self.high > self.low:
            return np.array([self.n])
        return count_buckets(self.values, self.low, n / (self.high - self.low), n)

    def order_statistics(self, ranks: np.ndarray) -> np.ndarray:
        """The values at `ranks` (0 is the smallest), as if all were sorted: int64 (r,) -> float64 (r,)."""
        if not self.high > self.low:
            return np.full(ranks.size, self.low)
        counts = self.counts_in(BUCKETS)
        ends = np.cumsum(counts)
        buckets = np.searchsorted(ends, ranks, side="right")
        wanted = np.zeros(BUCKETS, bool)
        wanted[buckets] = True
        taken = np.empty(counts[wanted].sum())
        take_buckets(self.values, self.low, BUCKETS / (self.high - self.low), wanted, taken)
        taken.sort()  # buckets follow each other, so one sort serves them all
        left_out = np.cumsum(np.where(wanted, 0, counts))[buckets]  # values below that were not taken
        return taken[ranks - left_out]

    def trimmed_deviation(self, low: float, high: float) -> float:
        """Mean absolute deviation, about their own mean, of the values in [low, high]; NaN where there are none."""
        count, added = sum_between(self.values, low, high)
        return deviation_between(self.values, low, high, added / count) / count if count else np.nan

    @property
    def mean_deviation(self) -> float:
        """Mean of |value - mean|."""
        return float(self.central[0]) / self.n


def measure_values(roi: Roi, rule: str = "linear") -> Counted | Sampled:
    """The distribution of the intensities of a region, counted where that is exact and quicker.

    roi : at least one voxel is inside, and all are finite
    rule : of the percentiles, one of RULES
    """
    if rule not in RULES:
        raise StudyError(f"percentiles: {rule!r} is not a rule; write one of {', '.join(RULES)}")
    values, (low, high) = roi.values, roi.ends
    if roi.whole and high - low < max(SPREAD_OF_COUNTS, values.size):
        tables = np.zeros((2, int(high - low) + 1), np.int64)
        count_values(values, low, tables)
        counts = tables.sum(axis=0)
        present = np.flatnonzero(counts)
        return Counted(present + low, counts[present], rule)
    return Sampled(values, low, high, rule)


def count_voxels(levels: np.ndarray, n_levels: int) -> np.ndarray:
    """Voxels at each of the levels 1..n_levels: uint16 (z, y, x) with 0 outside -> int64 (n_levels,)."""
    tables = np.zeros((2, n_levels + 1), np.int64)
    count_levels(np.ascontiguousarray(levels).ravel(), tables)
    return tables.sum(axis=0)[1:]


def _quantiles(n: int, rule: str, order) -> dict[float, float]:
    """Quantiles of n values.

    rule : nearest_rank: the value of rank ceil(q·n); linear: between the two values at q·(n - 1), which is numpy's
        default and what most programs do
    order : gives the values at ascending ranks
    """
    place = np.array(QUANTILES) * (n - 1)
    if rule == "nearest_rank":
        place = np.ceil(np.array(QUANTILES) * n - 1e-9).clip(1) - 1
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, n - 1)
    pairs = order(np.stack([below, above], axis=1).ravel()).reshape(-1, 2)
    share = place - below
    step = pairs[:, 1] - pairs[:, 0]
    mixed = np.where(share < 0.5, pairs[:, 0] + step * share, pairs[:, 1] - step * (1 - share))
    return dict(zip(QUANTILES, mixed.tolist(), strict=True))
