"""Grey level co-occurrence matrix (IBSI LFYI): which grey levels stand side by side.

Rows take the sums of a stack of matrices (`PairSums`): p is the share of pairs with levels (i, j). A region without a
pair of voxels (one voxel, voxels apart) has no matrix: all rows are NaN.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from radioloom.errors import BadRoi
from radioloom.features.matrix import DIRECTIONAL, Cells, aggregate, extents
from radioloom.features.record import Family, Feature, Value, chosen
from radioloom.features.settings import read
from radioloom.features.texture import Texture
from radioloom.kernels import cells

MOST_LEVELS = 4096  # in a matrix whose singular values are asked for: time grows with the third power


@dataclass(frozen=True)
class Settings:
    """Settings of the family; `symmetric` counts each pair in both orders, as IBSI does."""

    aggregations: tuple[str, ...]
    distance: int = 1
    symmetric: bool = True
    rows: tuple[str, ...] | None = None  # rows to measure; None: all


@dataclass(frozen=True)
class PairSums:
    """Sums over the cells of co-occurrence tables, each (t,)."""

    n: np.ndarray  # pairs
    largest: np.ndarray  # largest count
    squares: np.ndarray  # sum of squared counts
    entropy: np.ndarray  # of (i, j), bits
    row_mean: np.ndarray
    row_entropy: np.ndarray
    row_variance: np.ndarray
    row_third: np.ndarray  # third and fourth central moments
    row_fourth: np.ndarray
    column_mean: np.ndarray
    column_entropy: np.ndarray
    column_variance: np.ndarray
    column_third: np.ndarray
    column_fourth: np.ndarray
    sum_mean: np.ndarray  # of i + j
    sum_entropy: np.ndarray
    sum_variance: np.ndarray
    sum_third: np.ndarray
    sum_fourth: np.ndarray
    difference_mean: np.ndarray  # of |i - j|
    difference_entropy: np.ndarray
    difference_variance: np.ndarray
    difference_third: np.ndarray
    difference_fourth: np.ndarray
    inverse: np.ndarray  # mean of 1 / (1 + |i - j|)
    inverse_normalised: np.ndarray  # mean of 1 / (1 + |i - j| / Ng)
    inverse_square: np.ndarray  # mean of 1 / (1 + (i - j)^2)
    inverse_square_normalised: np.ndarray  # mean of 1 / (1 + (i - j)^2 / Ng^2)
    inverse_unequal: np.ndarray  # sum over i != j of p / (i - j)^2
    stack: Cells
    n_levels: int
    folded: bool

    @classmethod
    def of(cls, stack: Cells, n_levels: int, folded: bool) -> PairSums:
        """Sums of each table of a stack."""
        args = (stack.start, stack.row, stack.column, stack.count, stack.rows)
        return cls(*cells.pair_sums(*args, -n_levels if folded else n_levels).T, stack, n_levels, folded)

    @cached_property
    def contrast(self) -> np.ndarray:
        """Mean square distance of i and j."""
        return self.difference_variance + self.difference_mean**2

    @cached_property
    def covariance(self) -> np.ndarray:
        """From var(i + j) = var(i) + var(j) + 2 cov(i, j)."""
        return (self.sum_variance - self.row_variance - self.column_variance) / 2

    @cached_property
    def correlation(self) -> np.ndarray:
        """Covariance over both deviations; 1 by convention (pyradiomics, MIRP, scikit-image) where a level is alone."""
        scale = np.sqrt(self.row_variance * self.column_variance)
        return np.where(scale > 0, self.covariance / np.where(scale > 0, scale, 1.0), 1.0)

    @cached_property
    def shared(self) -> np.ndarray:
        """Mutual information of i and j in bits; IBSI's HXY1 and HXY2 both are the sum of the marginal entropies."""
        shared = self.row_entropy + self.column_entropy - self.entropy
        return np.where(shared > 1e-14, shared, 0.0)  # below: what rounding leaves of 0

    @cached_property
    def information_1(self) -> np.ndarray:
        """Minus mutual information over the larger marginal entropy; 0 by convention where a level is alone."""
        most = np.maximum(self.row_entropy, self.column_entropy)
        return np.where(most > 0, -self.shared / np.where(most > 0, most, 1.0), 0.0)

    @cached_property
    def square_2014(self) -> np.ndarray:
        """Mean of (i - 1/Ng^2)^2: the 2014 code took the mean cell for the mean level.

        Its steps ran the other way than ours, but for three of the four within a slice (tables 1 to 3 of each part):
        elsewhere its i is our j.
        """
        averaged, merged = self.stack.groups.values()
        step = np.arange(self.n.size) % (len(averaged) // len(merged) + 1)
        alike = (step >= 1) & (step <= 3)
        mean = np.where(alike, self.row_mean, self.column_mean)
        return np.where(alike, self.row_variance, self.column_variance) + (mean - self.n_levels**-2.0) ** 2

    @cached_property
    def maximal_correlation(self) -> np.ndarray:
        """Largest correlation that functions of i and of j can have; 1 by convention where a level is alone."""
        return np.array([_maximal(self._dense(t)) for t in range(len(self.n))])

    def _dense(self, t: int) -> np.ndarray:
        """Shares of table t, float64 (k, k), of the levels that it holds."""
        cell = slice(self.stack.start[t], self.stack.start[t + 1])
        held, place = np.unique([self.stack.row[cell], self.stack.column[cell]], return_inverse=True)
        if len(held) > MOST_LEVELS:
            raise BadRoi(
                f"maximal_correlation_coefficient: a matrix of {len(held)} grey levels, and {MOST_LEVELS} are the "
                "most; widen the bins, or leave this row out of the profile"
            )
        table = np.zeros((len(held), len(held)))
        table[tuple(place)] = self.stack.count[cell]
        return np.maximum(table, table.T) if self.folded else table


def _maximal(table: np.ndarray) -> float:
    """The second singular value of n_ij / sqrt(n_i n_j), whose first is 1: root of Haralick's second eigenvalue."""
    if len(table) < 2:
        return 1.0
    scale = np.sqrt(np.outer(table.sum(axis=1), table.sum(axis=0)))
    scaled = np.divide(table, scale, out=np.zeros_like(table), where=scale > 0)
    if np.array_equal(table, table.T):
        return float(np.sort(np.abs(np.linalg.eigvalsh(scaled)))[-2])
    return float(np.linalg.svd(scaled, compute_uv=False)[1])


FEATURES = (
    Feature("joint_maximum", "GYBY", lambda m: m.largest / m.n, "largest p"),
    Feature("joint_average", "60VM", lambda m: m.row_mean, "mean of i"),
    Feature("joint_variance", "UR99", lambda m: m.row_variance, "variance of i"),
    Feature("joint_entropy", "TU9B", lambda m: m.entropy, "entropy of (i, j) in bits"),
    Feature("difference_average", "TF7R", lambda m: m.difference_mean, "mean of |i - j|"),
    Feature("difference_variance", "D3YU", lambda m: m.difference_variance, "variance of |i - j|"),
    Feature("difference_entropy", "NTRS", lambda m: m.difference_entropy, "entropy of |i - j| in bits"),
    Feature("sum_average", "ZGXS", lambda m: m.sum_mean, "mean of i + j"),
    Feature("sum_variance", "OEEB", lambda m: m.sum_variance, "variance of i + j"),
    Feature("sum_entropy", "P6QZ", lambda m: m.sum_entropy, "entropy of i + j in bits"),
    Feature("angular_second_moment", "8ZQL", lambda m: m.squares / m.n**2, "sum of p^2"),
    Feature("contrast", "ACUI", lambda m: m.contrast, "mean of (i - j)^2"),
    Feature("dissimilarity", "8S9J", lambda m: m.difference_mean, "mean of |i - j|"),
    Feature("inverse_difference", "IB1Z", lambda m: m.inverse, "mean of 1 / (1 + |i - j|)"),
    Feature("normalised_inverse_difference", "NDRX", lambda m: m.inverse_normalised, "mean of 1 / (1 + |i - j| / Ng)"),
    Feature("inverse_difference_moment", "WF0Z", lambda m: m.inverse_square, "mean of 1 / (1 + (i - j)^2)"),
    Feature(
        "normalised_inverse_difference_moment",
        "1QCO",
        lambda m: m.inverse_square_normalised,
        "mean of 1 / (1 + ((i - j) / Ng)^2)",
    ),
    Feature("inverse_variance", "E8JP", lambda m: m.inverse_unequal, "sum over i != j of p / (i - j)^2"),
    Feature("correlation", "NI2N", lambda m: m.correlation, "correlation of i and j"),
    Feature("autocorrelation", "QWB0", lambda m: m.covariance + m.row_mean * m.column_mean, "mean of i j"),
    Feature("cluster_tendency", "DG8W", lambda m: m.sum_variance, "second central moment of i + j"),
    Feature("cluster_shade", "7NFM", lambda m: m.sum_third, "third central moment of i + j"),
    Feature("cluster_prominence", "AE86", lambda m: m.sum_fourth, "fourth central moment of i + j"),
    Feature("information_correlation_1", "R8DG", lambda m: m.information_1, "minus mutual information / entropy of i"),
    Feature(
        "information_correlation_2",
        "JN9H",
        lambda m: np.sqrt(1 - np.exp(-2 * m.shared)),
        "sqrt(1 - exp(-2 mutual information))",
    ),
    # Rows beyond IBSI, each for a published program.
    Feature(
        "maximal_correlation_coefficient",
        "",
        lambda m: m.maximal_correlation,
        "Haralick's 14th feature (pyradiomics MCC): largest correlation of functions of i and of j",
    ),
    Feature(
        "sum_variance_2014",
        "",
        lambda m: m.sum_variance + (m.sum_mean - m.sum_entropy) ** 2,
        "mean of (i + j - sum entropy)^2 (2014 code)",
    ),
    Feature("joint_square_2014", "", lambda m: m.square_2014, "mean of (i - 1 / Ng^2)^2 (2014 code: sumSquares)"),
)


def measure(texture: Texture, settings: dict) -> Iterator[Value]:
    """Rows for all of `settings["aggregations"]`."""
    wanted = read(Settings, settings, "glcm")
    rows = chosen(FEATURES, wanted.rows)
    for extent in extents("glcm", wanted.aggregations, DIRECTIONAL):
        stack = texture.pairs(extent, wanted.distance, wanted.symmetric)
        sums = PairSums.of(stack, texture.levels.n_levels, wanted.symmetric)
        yield from aggregate("glcm", rows, sums, stack.groups, wanted.aggregations)


FAMILY = Family("glcm", "LFYI", FEATURES, measure, needs="texture", group="texture")
