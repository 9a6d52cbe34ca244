"""Distance zone features against formulas as IBSI writes them, on zones found by flood fill."""

import numpy as np
import pytest
from hypothesis import given, settings

import naive.texture as naive
from made.regions import measured, regions
from radioloom.features.gldzm import FAMILY, FEATURES
from radioloom.features.matrix import PLAIN
from radioloom.roi import Levels

NAMES = [feature.name for feature in FEATURES]


def features(levels, shape, planar):
    found = [(level, distance) for _, level, _, distance in naive.zone_list(levels, shape, planar)]
    counts = naive.counted(found, (levels.max() + 1, max(levels.shape) + 1))
    return dict(zip(NAMES, naive.count_features(counts, np.count_nonzero(levels)), strict=False))


@settings(max_examples=40, deadline=None)
@given(levels=regions(5))
def test_equals_definition(levels):
    """The shape is larger than the region with levels, as after re-segmentation."""
    grid, shape = levels.levels, levels.shape.copy()
    shape[:, : grid.shape[1] // 2 + 1] = True
    found = measured(FAMILY, Levels(grid, levels.n_levels, shape, levels.spacing_mm), PLAIN)
    assert found["3D"] == pytest.approx(features(grid, shape, False), rel=1e-9, abs=1e-9)
    assert found["2.5D"] == pytest.approx(features(grid, shape, True), rel=1e-9, abs=1e-9)
    parts = [(grid[z : z + 1], shape[z : z + 1]) for z in range(len(grid)) if grid[z].any()]
    by_slice = naive.mean(features(part, inside, True) for part, inside in parts)
    assert found["2D"] == pytest.approx(by_slice, rel=1e-9, abs=1e-9)


def test_the_middle_of_a_cube():
    levels = np.ones((5, 5, 5), np.uint16)
    levels[2, 2, 2] = 2
    found = measured(FAMILY, Levels(levels, 2, levels > 0, (1.0, 1.0, 1.0)), PLAIN)
    assert found["3D"]["large_distance_emphasis"] == (1 + 9) / 2
