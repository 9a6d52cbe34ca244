"""Grey tone difference features against formulas as IBSI writes them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import naive.texture as naive
from made.regions import regions
from radioloom.features.matrix import PLAIN
from radioloom.features.ngtdm import FAMILY
from radioloom.features.texture import Texture
from radioloom.roi import Levels


def measured(levels: Levels, distance: int = 1) -> dict:
    values: dict = {}
    for value in FAMILY.measure(Texture(levels), {"aggregations": PLAIN, "distance": distance}):
        values.setdefault(value.aggregation, {})[value.feature] = value.value
    return values


def features(levels, distance, planar):
    n, s = naive.tone_differences(levels, distance, planar)
    return naive.tone_features(n, s) if n.any() else None


@settings(max_examples=40, deadline=None)
@given(levels=regions(4), distance=st.sampled_from([1, 1, 2]))
def test_equals_definition(levels, distance):
    found = measured(levels, distance)
    wanted = {"3D": features(levels.levels, distance, False), "2.5D": features(levels.levels, distance, True)}
    by_slice = [features(part, distance, True) for part in naive.slices(levels.levels)]
    wanted["2D"] = naive.mean(part for part in by_slice if part)
    for extent in PLAIN:
        if wanted[extent] is None:  # no voxel has a neighbour
            assert all(np.isnan(value) for value in found[extent].values())
        else:
            assert found[extent] == pytest.approx(wanted[extent], rel=1e-9, abs=1e-9)


def test_one_level_has_the_values_that_ibsi_sets():
    flat = Levels(np.full((2, 3, 4), 5, np.uint16), 5, np.ones((2, 3, 4), bool), (1.0, 1.0, 1.0))
    wanted = {"coarseness": 1e6, "contrast": 0.0, "busyness": 0.0, "complexity": 0.0, "strength": 0.0}
    assert all(part == wanted for part in measured(flat).values())
