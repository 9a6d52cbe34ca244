"""Dependence features against formulas as IBSI writes them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import naive.texture as naive
from made.regions import regions
from radioloom.features.matrix import PLAIN
from radioloom.features.ngldm import FAMILY, FEATURES
from radioloom.features.texture import Texture
from radioloom.roi import Levels

NAMES = [feature.name for feature in FEATURES]


def measured(levels: Levels, **chosen) -> dict:
    values: dict = {}
    for value in FAMILY.measure(Texture(levels), {"aggregations": PLAIN, **chosen}):
        values.setdefault(value.aggregation, {})[value.feature] = value.value
    return values


def features(levels, distance, coarseness, planar):
    counts = naive.dependence(levels, distance, coarseness, planar)
    return dict(zip(NAMES, naive.count_features(counts, np.count_nonzero(levels)), strict=True))


@settings(max_examples=40, deadline=None)
@given(levels=regions(4), chosen=st.sampled_from([(1, 0), (1, 0), (1, 2), (2, 0)]))
def test_equals_definition(levels, chosen):
    distance, coarseness = chosen
    found = measured(levels, distance=distance, coarseness=coarseness)
    assert found["3D"] == pytest.approx(features(levels.levels, *chosen, False), rel=1e-9, abs=1e-9)
    assert found["2.5D"] == pytest.approx(features(levels.levels, *chosen, True), rel=1e-9, abs=1e-9)
    by_slice = naive.mean(features(part, *chosen, True) for part in naive.slices(levels.levels))
    assert found["2D"] == pytest.approx(by_slice, rel=1e-9, abs=1e-9)


def test_one_voxel_depends_on_itself():
    lone = Levels(np.full((1, 1, 1), 3, np.uint16), 3, np.ones((1, 1, 1), bool), (1.0, 1.0, 1.0))
    assert measured(lone)["3D"]["high_dependence_emphasis"] == 1
