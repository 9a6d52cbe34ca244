"""Grey level run length matrix (IBSI TP0I): how long one grey level goes on along a direction.

Rows take the sums of a stack of matrices: i is the grey level, j the run length, N_s the number of runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from radioloom.features.matrix import DIRECTIONAL, CountSums, aggregate, extents
from radioloom.features.record import Family, Feature, Value, chosen
from radioloom.features.settings import read
from radioloom.features.texture import Texture


@dataclass(frozen=True)
class Settings:
    """Settings of the family."""

    aggregations: tuple[str, ...]
    rows: tuple[str, ...] | None = None  # rows to measure; None: all


FEATURES = (
    Feature("short_runs_emphasis", "22OV", lambda m: m.low / m.n, "mean of 1 / j^2"),
    Feature("long_runs_emphasis", "W4KF", lambda m: m.high / m.n, "mean of j^2"),
    Feature("low_grey_level_run_emphasis", "V3SW", lambda m: m.low_grey / m.n, "mean of 1 / i^2"),
    Feature("high_grey_level_run_emphasis", "G3QZ", lambda m: m.high_grey / m.n, "mean of i^2"),
    Feature("short_run_low_grey_level_emphasis", "HTZT", lambda m: m.low_low / m.n, "mean of 1 / (i j)^2"),
    Feature("short_run_high_grey_level_emphasis", "GD3A", lambda m: m.low_high_grey / m.n, "mean of i^2 / j^2"),
    Feature("long_run_low_grey_level_emphasis", "IVPO", lambda m: m.high_low_grey / m.n, "mean of j^2 / i^2"),
    Feature("long_run_high_grey_level_emphasis", "3KUM", lambda m: m.high_high / m.n, "mean of (i j)^2"),
    Feature("grey_level_non_uniformity", "R5YN", lambda m: m.grey_squares / m.n, "sum over i of n_i^2, over N_s"),
    Feature("normalised_grey_level_non_uniformity", "OVBL", lambda m: m.grey_squares / m.n**2, "the same over N_s^2"),
    Feature("run_length_non_uniformity", "W92Y", lambda m: m.squares / m.n, "sum over j of n_j^2, over N_s"),
    Feature("normalised_run_length_non_uniformity", "IC23", lambda m: m.squares / m.n**2, "the same over N_s^2"),
    Feature("run_percentage", "9ZK5", lambda m: m.n / m.voxels, "runs for each voxel and direction"),
    Feature("grey_level_variance", "8CE5", lambda m: m.grey_spread / m.n, "variance of i over runs"),
    Feature("run_length_variance", "SXLW", lambda m: m.spread / m.n, "variance of j over runs"),
    Feature("run_entropy", "HJ9O", lambda m: m.entropy, "entropy of (i, j) over runs, bits"),
)


def measure(texture: Texture, settings: dict) -> Iterator[Value]:
    """Rows for all of `settings["aggregations"]`."""
    wanted = read(Settings, settings, "glrlm")
    rows = chosen(FEATURES, wanted.rows)
    for extent in extents("glrlm", wanted.aggregations, DIRECTIONAL):
        stack = texture.runs(extent)
        yield from aggregate("glrlm", rows, CountSums.of(stack), stack.groups, wanted.aggregations)


FAMILY = Family("glrlm", "TP0I", FEATURES, measure, needs="texture", group="texture")
