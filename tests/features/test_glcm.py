"""Co-occurrence features against formulas as IBSI writes them, and what must hold whatever the region."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import naive.texture as naive
from made.regions import regions
from radioloom.errors import StudyError
from radioloom.features.glcm import FAMILY, FEATURES
from radioloom.features.matrix import DIRECTIONAL
from radioloom.features.texture import Texture
from radioloom.roi import Levels

ROWS = [feature.name for feature in FEATURES if feature.name != "joint_square_2014"]  # its oracle: tests/golden


def measured(levels: Levels, **chosen) -> dict:
    """Values by aggregation and row."""
    values: dict = {}
    for value in FAMILY.measure(Texture(levels), {"aggregations": DIRECTIONAL, "rows": ROWS, **chosen}):
        values.setdefault(value.aggregation, {})[value.feature] = value.value
    return values


def same(found: dict, wanted: dict | None) -> bool:
    if wanted is None:
        return all(np.isnan(value) for value in found.values())
    return found == pytest.approx(wanted, rel=1e-9, abs=1e-7)


@settings(max_examples=30, deadline=None)
@given(levels=regions(4), distance=st.sampled_from([1, 1, 2]), symmetric=st.booleans())
def test_equals_definition(levels, distance, symmetric):
    found = measured(levels, distance=distance, symmetric=symmetric)
    wanted = naive.directional(
        levels.levels,
        lambda part, step: naive.cooccurrence(part, step, distance, symmetric),
        lambda counts, _: naive.glcm_features(counts, levels.n_levels),
    )
    for aggregation in DIRECTIONAL:
        assert same(found[aggregation], wanted[aggregation]), aggregation


def test_one_voxel_has_no_pair():
    lone = Levels(np.full((1, 1, 1), 3, np.uint16), 3, np.ones((1, 1, 1), bool), (1.0, 1.0, 1.0))
    assert all(np.isnan(value) for part in measured(lone).values() for value in part.values())


def test_one_level():
    flat = Levels(np.full((2, 3, 4), 5, np.uint16), 5, np.ones((2, 3, 4), bool), (1.0, 1.0, 1.0))
    nothing = ("joint_entropy", "contrast", "joint_variance", "information_correlation_1", "information_correlation_2")
    whole = ("angular_second_moment", "correlation", "maximal_correlation_coefficient")
    for part in measured(flat).values():
        assert [part[row] for row in nothing] == [0] * 5
        assert [part[row] for row in whole] == [1] * 3
        assert part["joint_average"] == 5


@settings(max_examples=15, deadline=None)
@given(levels=regions(4))
def test_turned_and_mirrored_regions_have_equal_features(levels):
    """3D aggregations do not know which axis is which; 2D ones know the slice."""
    wanted = measured(levels)
    for turned, kept in (
        (levels.levels.transpose(2, 0, 1), ("3D, averaged", "3D, merged")),
        (levels.levels[:, :, ::-1], DIRECTIONAL),
        (levels.levels[::-1].transpose(0, 2, 1), DIRECTIONAL),
    ):
        found = measured(Levels(np.ascontiguousarray(turned), levels.n_levels, turned > 0, levels.spacing_mm))
        for aggregation in kept:
            expected = None if np.isnan(wanted[aggregation]["contrast"]) else wanted[aggregation]
            assert same(found[aggregation], expected)


def test_only_the_rows_asked_for():
    levels = Levels(np.arange(1, 13, dtype=np.uint16).reshape(2, 2, 3), 12, np.ones((2, 2, 3), bool), (1.0, 1.0, 1.0))
    values = list(
        FAMILY.measure(Texture(levels), {"aggregations": ["3D, merged"], "rows": ["contrast", "correlation"]})
    )
    assert [value.feature for value in values] == ["contrast", "correlation"]
    assert len({feature.name for feature in FEATURES}) == len(FEATURES)


@pytest.mark.parametrize(
    "chosen", [{"aggregations": ["3D"]}, {"aggregations": ["3D, merged"], "norm": 1}, {"distance": 0}, {"distance": 11}]
)
def test_settings_that_are_not_known(chosen):
    with pytest.raises(StudyError):
        measured(Levels(np.ones((1, 1, 2), np.uint16), 1, np.ones((1, 1, 2), bool), (1.0, 1.0, 1.0)), **chosen)
