"""Neighbouring grey level dependence matrix (IBSI REK0): how many neighbours are like their centre.

The dependence j counts the centre and those of its neighbours within `distance` (Chebyshev) whose grey level differs
from its own, i, by `coarseness` or less. Rows take the sums of a stack of matrices; N_s is the number of voxels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from radioloom.features.matrix import PLAIN, CountSums, aggregate, extents
from radioloom.features.record import Family, Feature, Value, chosen
from radioloom.features.settings import read
from radioloom.features.texture import Texture


@dataclass(frozen=True)
class Settings:
    """Settings of the family; the defaults are IBSI's."""

    aggregations: tuple[str, ...]
    distance: int = 1
    coarseness: int = 0
    rows: tuple[str, ...] | None = None  # rows to measure; None: all


FEATURES = (
    Feature("low_dependence_emphasis", "SODN", lambda m: m.low / m.n, "mean of 1 / j^2"),
    Feature("high_dependence_emphasis", "IMOQ", lambda m: m.high / m.n, "mean of j^2"),
    Feature("low_grey_level_count_emphasis", "TL9H", lambda m: m.low_grey / m.n, "mean of 1 / i^2"),
    Feature("high_grey_level_count_emphasis", "OAE7", lambda m: m.high_grey / m.n, "mean of i^2"),
    Feature("low_dependence_low_grey_level_emphasis", "EQ3F", lambda m: m.low_low / m.n, "mean of 1 / (i j)^2"),
    Feature("low_dependence_high_grey_level_emphasis", "JA6D", lambda m: m.low_high_grey / m.n, "mean of i^2 / j^2"),
    Feature("high_dependence_low_grey_level_emphasis", "NBZI", lambda m: m.high_low_grey / m.n, "mean of j^2 / i^2"),
    Feature("high_dependence_high_grey_level_emphasis", "9QMG", lambda m: m.high_high / m.n, "mean of (i j)^2"),
    Feature("grey_level_non_uniformity", "FP8K", lambda m: m.grey_squares / m.n, "sum over i of n_i^2, over N_s"),
    Feature("normalised_grey_level_non_uniformity", "5SPA", lambda m: m.grey_squares / m.n**2, "the same over N_s^2"),
    Feature("dependence_count_non_uniformity", "Z87G", lambda m: m.squares / m.n, "sum over j of n_j^2, over N_s"),
    Feature("normalised_dependence_count_non_uniformity", "OKJI", lambda m: m.squares / m.n**2, "the same over N_s^2"),
    Feature("dependence_count_percentage", "6XV8", lambda m: m.n / m.voxels, "entries for each voxel: 1"),
    Feature("grey_level_variance", "1PFV", lambda m: m.grey_spread / m.n, "variance of i over voxels"),
    Feature("dependence_count_variance", "DNX2", lambda m: m.spread / m.n, "variance of j over voxels"),
    Feature(
        "dependence_count_entropy",
        "FCBV",
        lambda m: m.entropy,
        "entropy of (i, j) over voxels, bits",
    ),
    Feature("dependence_count_energy", "CAS9", lambda m: m.cell_squares / m.n**2, "sum of squared shares of (i, j)"),
)


def measure(texture: Texture, settings: dict) -> Iterator[Value]:
    """Rows for all of `settings["aggregations"]`."""
    wanted = read(Settings, settings, "ngldm")
    rows = chosen(FEATURES, wanted.rows)
    for extent in extents("ngldm", wanted.aggregations, PLAIN):
        stack = texture.dependences(extent, wanted.distance, wanted.coarseness)
        yield from aggregate("ngldm", rows, CountSums.of(stack), stack.groups, wanted.aggregations)


FAMILY = Family("ngldm", "REK0", FEATURES, measure, needs="texture", group="texture")
