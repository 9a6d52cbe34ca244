"""Constant up to rounding, against the range of each line taken alone."""

import numpy as np
import pytest
from scipy.stats import norm

from radioloom.stats.constancy import SAME, constant
from radioloom.stats.normal import Z95


def test_a_range_of_rounding_is_none_and_a_hair_more_is_one():
    base = 3e5
    values = np.array([[base, base * (1 + 0.5 * SAME)], [base, base * (1 + 2 * SAME)], [0.0, 0.0], [-1.0, 1.0]])
    assert constant(values, axis=1).tolist() == [True, False, True, False]
    assert constant(values.T).tolist() == [True, False, True, False]


def test_equals_range_and_largest_value_of_each_line():
    values = np.random.default_rng(1).normal(size=(40, 6)) * 10.0 ** np.arange(-3, 3)
    values[:, 2] = values[0, 2]
    expected = [np.ptp(line) <= SAME * np.abs(line).max() for line in values.T]
    assert constant(values).tolist() == expected == [False, False, True, False, False, False]


def test_what_has_no_value_does_not_vary():
    assert constant(np.empty((0, 3))).all()


def test_z_is_the_quantile_of_the_normal():
    assert pytest.approx(norm.ppf(0.975), rel=1e-15) == Z95
