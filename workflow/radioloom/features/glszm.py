"""Grey level size zone matrix (IBSI 9SAK): how large the connected zones of one grey level are.

Rows take the sums of a stack of matrices: i is the grey level, j the zone size in voxels, N_s the number of zones.
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
    """Settings of the family."""

    aggregations: tuple[str, ...]
    rows: tuple[str, ...] | None = None  # rows to measure; None: all


FEATURES = (
    Feature("small_zone_emphasis", "5QRC", lambda m: m.low / m.n, "mean of 1 / j^2"),
    Feature("large_zone_emphasis", "48P8", lambda m: m.high / m.n, "mean of j^2"),
    Feature("low_grey_level_emphasis", "XMSY", lambda m: m.low_grey / m.n, "mean of 1 / i^2"),
    Feature("high_grey_level_emphasis", "5GN9", lambda m: m.high_grey / m.n, "mean of i^2"),
    Feature("small_zone_low_grey_level_emphasis", "5RAI", lambda m: m.low_low / m.n, "mean of 1 / (i j)^2"),
    Feature("small_zone_high_grey_level_emphasis", "HW1V", lambda m: m.low_high_grey / m.n, "mean of i^2 / j^2"),
    Feature("large_zone_low_grey_level_emphasis", "YH51", lambda m: m.high_low_grey / m.n, "mean of j^2 / i^2"),
    Feature("large_zone_high_grey_level_emphasis", "J17V", lambda m: m.high_high / m.n, "mean of (i j)^2"),
    Feature("grey_level_non_uniformity", "JNSA", lambda m: m.grey_squares / m.n, "sum over i of n_i^2, over N_s"),
    Feature("normalised_grey_level_non_uniformity", "Y1RO", lambda m: m.grey_squares / m.n**2, "the same over N_s^2"),
    Feature("zone_size_non_uniformity", "4JP3", lambda m: m.squares / m.n, "sum over j of n_j^2, over N_s"),
    Feature("normalised_zone_size_non_uniformity", "VB3A", lambda m: m.squares / m.n**2, "the same over N_s^2"),
    Feature("zone_percentage", "P30P", lambda m: m.n / m.voxels, "zones for each voxel"),
    Feature("grey_level_variance", "BYLV", lambda m: m.grey_spread / m.n, "variance of i over zones"),
    Feature("zone_size_variance", "3NSA", lambda m: m.spread / m.n, "variance of j over zones"),
    Feature("zone_size_entropy", "GU8N", lambda m: m.entropy, "entropy of (i, j) over zones, bits"),
)


def measure(texture: Texture, settings: dict) -> Iterator[Value]:
    """Rows for all of `settings["aggregations"]`."""
    wanted = read(Settings, settings, "glszm")
    rows = chosen(FEATURES, wanted.rows)
    for extent in extents("glszm", wanted.aggregations, PLAIN):
        stack = texture.sizes(extent)
        yield from aggregate("glszm", rows, CountSums.of(stack), stack.groups, wanted.aggregations)


FAMILY = Family("glszm", "9SAK", FEATURES, measure, needs="texture", group="texture")
