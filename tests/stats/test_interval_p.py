"""The p of an interval: that of its z where it has two equal sides, and never on the other side of it."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from radioloom.stats.interval_p import interval_p

SIDE = st.floats(0.01, 5)


@given(st.floats(-2, 2), st.floats(0.01, 2))
@settings(max_examples=50, deadline=None)
def test_of_two_equal_sides_it_is_that_of_z(value, error):
    low, high = norm.interval(0.95, value, error)
    assert interval_p(value, low, high, 0.0) == pytest.approx(2 * norm.sf(abs(value) / error), rel=1e-9)


@given(st.floats(-2, 2), SIDE, SIDE, st.floats(-2, 2))
@settings(max_examples=100, deadline=None)
def test_it_is_below_5_percent_where_the_interval_leaves_null_out(value, below, above, null):
    low, high = value - below, value + above
    if min(abs(null - low), abs(null - high)) > 1e-9:
        assert (interval_p(value, low, high, null) < 0.05) is not (low <= null <= high)


@pytest.mark.parametrize(
    ("numbers", "p"),
    [((0.5, 0.5, 0.5, 0.5), 1.0), ((1.0, 1.0, 1.0, 0.5), 0.0), ((0.0, 0.0, 0.0, 0.0), 1.0)],
)
def test_without_any_width(numbers, p):
    assert interval_p(*numbers) == p


@pytest.mark.parametrize("interval", [(math.nan, math.nan), (0.8, 0.9)])
def test_there_is_none_without_an_interval_that_holds_the_value(interval):
    assert math.isnan(interval_p(0.7, *interval, 0.5))
