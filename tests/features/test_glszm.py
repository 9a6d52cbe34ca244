"""Size zone features against formulas as IBSI writes them, on zones found by flood fill."""

import numpy as np
import pytest
from hypothesis import given, settings

import naive.texture as naive
from made.regions import measured, regions
from radioloom.features.glszm import FAMILY, FEATURES
from radioloom.features.matrix import PLAIN
from radioloom.roi import Levels

NAMES = [feature.name for feature in FEATURES]


def features(levels, planar):
    found = [(level, size) for _, level, size, _ in naive.zone_list(levels, levels > 0, planar)]
    counts = naive.counted(found, (levels.max() + 1, levels.size + 1))
    return dict(zip(NAMES, naive.count_features(counts, np.count_nonzero(levels)), strict=False))


@settings(max_examples=40, deadline=None)
@given(levels=regions(4))
def test_equals_definition(levels):
    found = measured(FAMILY, levels, PLAIN)
    assert found["3D"] == pytest.approx(features(levels.levels, False), rel=1e-9, abs=1e-9)
    assert found["2.5D"] == pytest.approx(features(levels.levels, True), rel=1e-9, abs=1e-9)
    by_slice = naive.mean(features(part, True) for part in naive.slices(levels.levels))
    assert found["2D"] == pytest.approx(by_slice, rel=1e-9, abs=1e-9)


def test_parts_that_touch_at_a_corner_are_one_zone():
    levels = np.zeros((2, 2, 2), np.uint16)
    levels[0, 0, 0] = levels[1, 1, 1] = 4
    found = measured(FAMILY, Levels(levels, 4, levels > 0, (1.0, 1.0, 1.0)), PLAIN)
    assert found["3D"]["large_zone_emphasis"] == 4
    assert found["2.5D"]["large_zone_emphasis"] == 1
