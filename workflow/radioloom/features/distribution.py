"""Values of a region as a distribution: one interface over counted whole numbers and over measured samples.

Intensity statistics and the intensity histogram share their formulas; both read them from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from radioloom.errors import StudyError
from radioloom.kernels.moments import central_sums, count_values, deviation_between, gather, sum_between, total
from radioloom.kernels.percentiles import order_statistics

QUANTILES = (0.10, 0.25, 0.50, 0.75, 0.90)
RULES = ("linear", "nearest_rank")
SPREAD_OF_COUNTS = 4096  # whole numbers are counted, not sorted, while their range is below this or the sample size


@dataclass(frozen=True)
class Counted:
    """Distinct values in ascending order, each with how often it occurs."""

    values: np.ndarray  # float64 (k,)
    counts: np.ndarray  # int64 (k,), each at least 1
    rule: str = "linear"  # of the percentiles, see `quantile`

    @cached_property
    def n(self) -> int:
        return int(self.counts.sum())

    @property
    def low(self) -> float:
        return float(self.values[0])

    @property
    def high(self) -> float:
        return float(self.values[-1])

    @cached_property
    def mean(self) -> float:
        return float(self.counts @ self.values) / self.n

    @cached_property
    def central(self) -> np.ndarray:
        """Sums of |d|, d², d³, d⁴ about the mean, float64 (4,)."""
        d = self.values - self.mean
        square = d * d
        return np.array([np.abs(d), square, square * d, square * square]) @ self.counts

    def deviation(self, centre: float) -> float:
        """Mean of |value - centre|."""
        return float(np.abs(self.values - centre) @ self.counts) / self.n

    @cached_property
    def quantiles(self) -> dict[float, float]:
        ranks = np.cumsum(self.counts)
        return _quantiles(self.n, self.rule, lambda wanted: self.values[np.searchsorted(ranks, wanted, side="right")])

    def trimmed_deviation(self, low: float, high: float) -> float:
        """Mean absolute deviation, about their own mean, of the values in [low, high]."""
        first, last = np.searchsorted(self.values, low), np.searchsorted(self.values, high, side="right")
        kept = slice(int(first), int(last))
        return Counted(self.values[kept], self.counts[kept]).mean_deviation

    @property
    def mean_deviation(self) -> float:
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
        return self.values.size

    @cached_property
    def mean(self) -> float:
        return total(self.values) / self.n

    @cached_property
    def central(self) -> np.ndarray:
        """Sums of |d|, d², d³, d⁴ about the mean, float64 (4,)."""
        return central_sums(self.values, self.mean)

    def deviation(self, centre: float) -> float:
        """Mean of |value - centre|."""
        return deviation_between(self.values, self.low, self.high, centre) / self.n

    @cached_property
    def quantiles(self) -> dict[float, float]:
        return _quantiles(self.n, self.rule, lambda wanted: order_statistics(self.values, self.low, self.high, wanted))

    def trimmed_deviation(self, low: float, high: float) -> float:
        """Mean absolute deviation, about their own mean, of the values in [low, high]."""
        count, added = sum_between(self.values, low, high)
        return deviation_between(self.values, low, high, added / count) / count

    @property
    def mean_deviation(self) -> float:
        return float(self.central[0]) / self.n


def measure_values(intensity: np.ndarray, mask: np.ndarray, rule: str = "linear") -> Counted | Sampled:
    """The distribution of the intensities under a mask, counted where that is exact and quicker.

    `intensity` float64 and `mask` bool, one shape; at least one voxel is inside. `rule` is one of RULES.
    """
    if rule not in RULES:
        raise StudyError(f"percentiles: {rule!r} is not a rule; write one of {', '.join(RULES)}")
    values = np.empty(np.count_nonzero(mask))
    flat = np.ascontiguousarray(intensity, np.float64).ravel()
    low, high, whole = gather(flat, np.ascontiguousarray(mask).ravel(), values)
    if whole and high - low < max(SPREAD_OF_COUNTS, values.size):
        counts = count_values(values, low, int(high - low) + 1)
        found = np.flatnonzero(counts)
        return Counted(found + low, counts[found], rule)
    return Sampled(values, low, high, rule)


def _quantiles(n: int, rule: str, order) -> dict[float, float]:
    """Quantiles of n values: by rank ceil(q·n) (`nearest_rank`), or between the two values at q·(n - 1) (`linear`).

    `linear` is numpy's default and what most programs do; `order` gives the values at ascending ranks.
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
