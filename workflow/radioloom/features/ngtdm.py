"""Neighbourhood grey tone difference matrix (IBSI IPET): how much voxels differ from the mean of their neighbours.

Rows take, for each of t matrices, what its levels give: p_i is the share of voxels with level i that have a neighbour
in the region, s_i the sum of their absolute differences from the mean of those neighbours. Where no voxel has one, all
rows are NaN.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from radioloom.features.matrix import PLAIN, aggregate, extents
from radioloom.features.record import Family, Feature, Value, chosen
from radioloom.features.settings import read
from radioloom.features.texture import Texture
from radioloom.kernels import neighbourhood


@dataclass(frozen=True)
class Settings:
    """Settings of the family; the default is IBSI's."""

    aggregations: tuple[str, ...]
    distance: int = 1
    rows: tuple[str, ...] | None = None  # rows to measure; None: all


@dataclass(frozen=True)
class ToneSums:
    """Sums over the levels of matrices, each (t,)."""

    n: np.ndarray  # voxels with a neighbour
    n_levels: np.ndarray  # levels with p_i > 0
    differences: np.ndarray  # sum of s_i
    weighted: np.ndarray  # sum of p_i s_i
    variance: np.ndarray  # of i
    busy: np.ndarray  # sum over i and j of |i p_i - j p_j|
    complexity: np.ndarray  # sum over i and j of |i - j| (p_i s_i + p_j s_j) / (p_i + p_j)
    strength: np.ndarray  # sum over i and j of (p_i + p_j) (i - j)^2

    @classmethod
    def of(cls, tables: list[np.ndarray], grey: np.ndarray) -> ToneSums:
        """From the voxels and differences of each matrix by level and number of neighbours, int64 (k + 1, c + 1, 2)."""
        return cls(*np.array([_sums(table, grey) for table in tables]).T)


def _sums(table: np.ndarray, grey: np.ndarray) -> tuple[float, ...]:
    counts = table[:, 1:, 0].sum(axis=1)  # a voxel without a neighbour has no mean to differ from
    held = counts > 0
    n, level = counts.sum(), grey[held]
    share = counts[held] / max(n, 1)
    difference = (table[held, 1:, 1] / np.arange(1, table.shape[1])).sum(axis=1)
    spread = share @ (level - share @ level) ** 2
    return (
        n,
        len(level),
        difference.sum(),
        share @ difference,
        spread,
        *neighbourhood.tone_sums(level, share, difference),
    )


def _over(part: np.ndarray, whole: np.ndarray, otherwise: float) -> np.ndarray:
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), otherwise)


# IBSI sets the values for a region of one level, where denominators vanish.
FEATURES = (
    Feature("coarseness", "QCDE", lambda m: _over(1.0, m.weighted, 1e6), "1 / sum of p_i s_i; 10^6 where that is 0"),
    Feature(
        "contrast",
        "65HE",
        # the mean over pairs of levels of p_i p_j (i - j)^2 is twice the variance of i
        lambda m: _over(2 * m.variance * m.differences, m.n_levels * (m.n_levels - 1) * m.n, 0.0),
        "mean of p_i p_j (i - j)^2 over pairs of levels, times mean difference; 0 for one level",
    ),
    Feature("busyness", "NQ30", lambda m: _over(m.weighted, m.busy, 0.0), "sum of p_i s_i / sum of |i p_i - j p_j|"),
    Feature("complexity", "HDEZ", lambda m: m.complexity / m.n, "mean of |i - j| (p_i s_i + p_j s_j) / (p_i + p_j)"),
    Feature(
        "strength", "1X9X", lambda m: _over(m.strength, m.differences, 0.0), "sum of (p_i + p_j) (i - j)^2 / sum of s_i"
    ),
)


def measure(texture: Texture, settings: dict) -> Iterator[Value]:
    """Rows for all of `settings["aggregations"]`."""
    wanted = read(Settings, settings, "ngtdm")
    rows = chosen(FEATURES, wanted.rows)
    for extent in extents("ngtdm", wanted.aggregations, PLAIN):
        tables = texture.tones(extent, wanted.distance)
        sums = ToneSums.of(tables, texture.packed(wanted.distance).grey)
        yield from aggregate("ngtdm", rows, sums, {extent: np.arange(len(tables))}, wanted.aggregations)


FAMILY = Family("ngtdm", "IPET", FEATURES, measure, needs="texture", group="texture")
