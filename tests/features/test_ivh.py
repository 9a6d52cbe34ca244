"""Intensity-volume histogram against the published values, a plain twin and closed forms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import naive.intensity as naive
from made.ibsi import digital, references, snake, within
from radioloom.errors import StudyError
from radioloom.features.ivh import FAMILY, measure
from radioloom.roi import Levels

REFERENCES = references("digital_phantom", FAMILY.ibsi)


def measured(levels, n_levels, lowest=0.5, width=1.0, **wanted) -> dict:
    row = np.array([0, *levels, 0], np.uint16)[None, None]
    subject = Levels(row, n_levels, row > 0, (1.0, 1.0, 1.0), "", lowest, width)
    return {value.feature: value.value for value in measure(subject, wanted)}


@pytest.mark.parametrize("row", REFERENCES, ids=lambda row: row["feature"])
def test_digital_phantom(row):
    found = {value.feature: value for value in measure(digital(), {"scale": "level"})}
    assert found[snake(row["feature"])].ibsi == row["ibsi_id"]
    assert within(found[snake(row["feature"])].value, row)


@settings(max_examples=80, deadline=None)
@given(levels=st.lists(st.integers(1, 41), min_size=1, max_size=60), empty=st.integers(0, 20))
def test_rows_equal_their_plain_twin(levels, empty):
    n_levels = max(levels) + empty
    found = measured(levels, n_levels, scale="level")
    for name, value in naive.intensity_volume(levels, n_levels).items():
        assert found[name] == pytest.approx(value, rel=1e-12, nan_ok=True), name


def test_intensities_stand_at_the_middle_of_their_bin():
    levels, n_levels = [1, 2, 2, 5, 9, 9, 40], 41
    by_level = measured(levels, n_levels, scale="level")
    in_unit = measured(levels, n_levels, lowest=-1000.0, width=2.5)
    for name in ("intensity_at_10_volume", "intensity_at_90_volume"):
        assert in_unit[name] == -1000 + (by_level[name] - 0.5) * 2.5
    name = "intensity_difference_between_10_and_90_volume"
    assert in_unit[name] == 2.5 * by_level[name]
    # Whole numbers from 1 on, the lower edge of level 1 at one half: the level itself.
    assert measured(levels, n_levels)["intensity_at_10_volume"] == by_level["intensity_at_10_volume"]


def test_area_under_the_curve_of_evenly_filled_levels():
    n = 1001
    assert measured(range(1, n + 1), n)["area_under_the_ivh_curve"] == pytest.approx(0.5 + 1 / (2 * n), rel=1e-12)


def test_one_level():
    found = measured([1, 1], 1)
    fractions = {name for name in found if name.startswith(("volume", "area"))}
    assert {name for name, value in found.items() if np.isnan(value)} == fractions
    assert found["intensity_at_10_volume"] == 2  # no voxel is brighter than level 1: the next has none of the volume


def test_an_unknown_scale_is_refused():
    with pytest.raises(StudyError, match="unit, level"):
        measured([1], 1, scale="HU")
