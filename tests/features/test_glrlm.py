"""Run length features against formulas as IBSI writes them."""

import numpy as np
import pytest
from hypothesis import given, settings

import naive.texture as naive
from made.regions import measured, regions
from radioloom.features.glrlm import FAMILY, FEATURES
from radioloom.features.matrix import DIRECTIONAL
from radioloom.roi import Levels

NAMES = [feature.name for feature in FEATURES]


@settings(max_examples=40, deadline=None)
@given(levels=regions(4))
def test_equals_definition(levels):
    found = measured(FAMILY, levels, DIRECTIONAL)
    wide = max(levels.levels.shape) + 1

    def count(part, step):
        counts = naive.run_lengths(part, step)
        return np.pad(counts, ((0, levels.levels.max() + 1 - len(counts)), (0, wide - counts.shape[1])))

    wanted = naive.directional(
        levels.levels, count, lambda counts, n: dict(zip(NAMES, naive.count_features(counts, n), strict=False))
    )
    for aggregation in DIRECTIONAL:
        assert found[aggregation] == pytest.approx(wanted[aggregation], rel=1e-9, abs=1e-9)


def test_a_line():
    line = np.array([[[1, 1, 2, 2, 2, 7]]], np.uint16)
    found = measured(FAMILY, Levels(line, 7, line > 0, (1.0, 1.0, 1.0)), DIRECTIONAL)
    along = (1 / 4 + 1 / 9 + 1) / 3
    assert found["3D, averaged"]["short_runs_emphasis"] == pytest.approx((12 + along) / 13)
    assert found["3D, averaged"]["run_percentage"] == pytest.approx((12 + 0.5) / 13)
    assert found["3D, merged"]["run_percentage"] == pytest.approx((12 * 6 + 3) / (13 * 6))
