"""Grey level distance zone matrix (IBSI VMDZ): how far the connected zones of one grey level are from the edge.

The distance counts steps from face to face until the region's shape (IBSI morphological mask) is left; that of a zone
is the smallest of its voxels. Rows take the sums of a stack of matrices: i is the grey level, j the distance, N_s the
number of zones.
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
    Feature("small_distance_emphasis", "0GBI", lambda m: m.low / m.n, "mean of 1 / j^2"),
    Feature("large_distance_emphasis", "MB4I", lambda m: m.high / m.n, "mean of j^2"),
    Feature("low_grey_level_emphasis", "S1RA", lambda m: m.low_grey / m.n, "mean of 1 / i^2"),
    Feature("high_grey_level_emphasis", "K26C", lambda m: m.high_grey / m.n, "mean of i^2"),
    Feature("small_distance_low_grey_level_emphasis", "RUVG", lambda m: m.low_low / m.n, "mean of 1 / (i j)^2"),
    Feature("small_distance_high_grey_level_emphasis", "DKNJ", lambda m: m.low_high_grey / m.n, "mean of i^2 / j^2"),
    Feature("large_distance_low_grey_level_emphasis", "A7WM", lambda m: m.high_low_grey / m.n, "mean of j^2 / i^2"),
    Feature("large_distance_high_grey_level_emphasis", "KLTH", lambda m: m.high_high / m.n, "mean of (i j)^2"),
    Feature("grey_level_non_uniformity", "VFT7", lambda m: m.grey_squares / m.n, "sum over i of n_i^2, over N_s"),
    Feature("normalised_grey_level_non_uniformity", "7HP3", lambda m: m.grey_squares / m.n**2, "the same over N_s^2"),
    Feature("zone_distance_non_uniformity", "V294", lambda m: m.squares / m.n, "sum over j of n_j^2, over N_s"),
    Feature("normalised_zone_distance_non_uniformity", "IATH", lambda m: m.squares / m.n**2, "the same over N_s^2"),
    Feature("zone_percentage", "VIWW", lambda m: m.n / m.voxels, "zones for each voxel"),
    Feature("grey_level_variance", "QK93", lambda m: m.grey_spread / m.n, "variance of i over zones"),
    Feature("zone_distance_variance", "7WT1", lambda m: m.spread / m.n, "variance of j over zones"),
    Feature(
        "zone_distance_entropy",
        "GBDU",
        lambda m: m.entropy,
        "entropy of (i, j) over zones, bits",
    ),
)


def measure(texture: Texture, settings: dict) -> Iterator[Value]:
    """Rows for all of `settings["aggregations"]`."""
    wanted = read(Settings, settings, "gldzm")
    rows = chosen(FEATURES, wanted.rows)
    for extent in extents("gldzm", wanted.aggregations, PLAIN):
        stack = texture.distances(extent)
        yield from aggregate("gldzm", rows, CountSums.of(stack), stack.groups, wanted.aggregations)


FAMILY = Family("gldzm", "VMDZ", FEATURES, measure, needs="texture", group="texture")
