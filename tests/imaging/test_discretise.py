"""Grey levels against their formulas as written, numpy's histogram and small cases worked by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radioloom.errors import BadRoi
from radioloom.imaging.discretise import discretise, discretise_ivh
from radioloom.roi import Roi


def roi(values, inside=None):
    intensity = np.asarray(values, float).reshape(1, 1, -1)
    mask = np.ones(intensity.shape, bool) if inside is None else np.asarray(inside, bool).reshape(intensity.shape)
    return Roi(intensity, mask, mask, (1.0, 1.0, 1.0))


def levels(values, inside=None, **rule):
    return discretise(roi(values, inside), rule)


def test_zero_origin_puts_edges_at_multiples_of_the_width():
    found = levels([-26, -25, -1, 0, 24.9, 25, 60], method="fixed_width", width=25, origin="zero")
    assert found.levels.ravel().tolist() == [1, 2, 2, 3, 3, 4, 5]
    assert (found.n_levels, found.lowest, found.width, found.label) == (5, -50, 25, "FBS:25")


def test_other_origins():
    values = [-10, 14, 15, 39.9, 40]
    at_minimum = levels(values, method="fixed_width", width=25, origin="roi_minimum")
    assert at_minimum.levels.ravel().tolist() == [1, 1, 2, 2, 3]
    at_number = levels(values, method="fixed_width", width=25, origin=-500)
    assert at_number.levels.ravel().tolist() == [20, 21, 21, 22, 22]
    assert at_number.n_levels == 22


def test_fixed_number_gives_the_maximum_to_the_last_bin():
    found = levels([0, 24.9, 25, 50, 99.9, 100], method="fixed_number", number=4)
    assert found.levels.ravel().tolist() == [1, 1, 2, 3, 4, 4]
    assert (found.n_levels, found.lowest, found.width, found.label) == (4, 0, 25, "FBN:4")


def test_one_grey_level_is_level_one():
    found = levels([7, 7, 7], method="fixed_number", number=32)
    assert (found.levels.ravel().tolist(), found.n_levels) == ([1, 1, 1], 1)


def test_levels_that_are_there_already():
    found = levels([1, 4, 6], method="none")
    assert (found.levels.ravel().tolist(), found.n_levels, found.label) == ([1, 4, 6], 6, "")
    with pytest.raises(BadRoi, match="no whole numbers"):
        levels([1, 4.5], method="none")
    with pytest.raises(BadRoi, match="below the first bin"):
        levels([0, 4], method="none")


def test_voxels_outside_are_zero_and_do_not_matter():
    found = levels([5, np.nan, 30, -9999], [1, 0, 1, 0], method="fixed_width", width=25, origin="zero")
    assert found.levels.ravel().tolist() == [1, 0, 2, 0]


def test_what_cannot_be_discretised():
    with pytest.raises(BadRoi, match="NaN or infinite"):
        levels([1, np.inf], method="fixed_number", number=8)
    with pytest.raises(BadRoi, match="empty"):
        levels([1, 2], [0, 0], method="fixed_number", number=8)
    with pytest.raises(BadRoi, match=r"FBS:1: intensities from 0 to 65535 need 65536 levels, and 65535 are the most"):
        levels([0, 65535], method="fixed_width", width=1, origin="zero")
    assert levels([0, 65534], method="fixed_width", width=1, origin="zero").n_levels == 65535


finite = st.lists(st.floats(-2000, 4000, allow_nan=False, width=32), min_size=1, max_size=60)


@settings(deadline=None)
@given(finite, st.sampled_from([0.5, 1, 25, 33.3]))
def test_fixed_width_is_its_formula(values, width):
    found = levels(values, method="fixed_width", width=width, origin="zero")
    first = math.floor(min(values) / width)
    assert found.levels.ravel().tolist() == [math.floor(x / width) - first + 1 for x in values]
    assert found.n_levels == found.levels.max()


@settings(deadline=None)
@given(finite, st.integers(2, 300))
def test_fixed_number_is_its_formula(values, number):
    low, high = min(values), max(values)
    found = levels(values, method="fixed_number", number=number)
    if low == high:
        assert set(found.levels.ravel()) == {1}
    else:
        expected = [min(math.floor(number * (x - low) / (high - low)) + 1, number) for x in values]
        assert found.levels.ravel().tolist() == expected
        assert found.n_levels == number


@settings(deadline=None)
@given(finite, st.integers(-40, 40))
def test_a_shift_by_whole_bins_changes_nothing(values, bins):
    values = np.round(np.array(values) * 8) / 8  # exact after the shift
    rule = {"method": "fixed_width", "width": 25, "origin": "zero"}
    np.testing.assert_array_equal(levels(values, **rule).levels, levels(values + 25 * bins, **rule).levels)


def test_ivh_levels_span_the_interval():
    whole = discretise_ivh(roi([-3, 0, 5]), {"method": "none"}, (-10, 400))
    assert whole.levels.ravel().tolist() == [8, 11, 16]
    assert (whole.n_levels, whole.lowest, whole.width) == (411, -10.5, 1)
    open_ended = discretise_ivh(roi([-3, 0, 5]), {"method": "none"}, (None, None))
    assert (open_ended.levels.ravel().tolist(), open_ended.n_levels) == ([1, 4, 9], 9)
    bins = discretise_ivh(roi([-3, 0, 5]), {"method": "fixed_width", "width": 2.5, "origin": -10}, (-10, 10))
    assert (bins.levels.ravel().tolist(), bins.n_levels, bins.lowest) == ([3, 5, 7], 9, -10)
    number = discretise_ivh(roi([-3, 0, 5]), {"method": "fixed_number", "number": 1000}, (-10, 10))
    assert (number.levels.ravel().tolist(), number.n_levels) == ([1, 376, 1000], 1000)
