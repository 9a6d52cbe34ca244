"""Rows that are one but for how they were written, against every pair held against each other."""

import numpy as np
import pytest

from radioloom.stats.copies import EQUAL, first_equal

RNG = np.random.default_rng(5)
VALUES = RNG.lognormal(2, 3, (40, 60)) * RNG.choice([-1, 1], 60)


def in_digits(values, digits):
    return np.array([[float(f"{value:.{digits}g}") for value in row] for row in values])


def naive(values):
    """Whether each row is one with each other, by the definition."""
    spread = [np.subtract(*np.nanpercentile(column, (75, 25), method="lower")) for column in values.T]

    def alike(a, b, s):
        return (np.isnan(a) and np.isnan(b)) or abs(a - b) <= EQUAL * (abs(a) + s)

    return np.array([[all(map(alike, x, y, spread)) for y in values] for x in values])


@pytest.mark.parametrize("digits", [15, 10, 8, 7])
def test_rows_that_were_saved_again_with_fewer_digits(digits):
    first = first_equal(np.vstack([VALUES, in_digits(VALUES, digits)]))
    assert (first[:40] == first[40:]).all()
    assert len(set(first)) == 40


@pytest.mark.parametrize("decimals", [6, 4])
def test_rows_that_were_rounded_to_decimals(decimals):
    values = RNG.normal(50, 400, (30, 20))
    first = first_equal(np.vstack([values, values.round(decimals), values.astype(np.float32)]))
    assert (first.reshape(3, 30) == first[:30]).all()


def test_rows_of_other_digits_are_other_rows():
    first = first_equal(np.vstack([VALUES, in_digits(VALUES, 3)]))
    assert (first == np.arange(80)).all()


def test_every_pair_as_the_definition_has_it():
    values = RNG.integers(0, 3, (60, 3)) * (1 + RNG.choice([0, 2e-7, 1e-3], (60, 3)))
    values[:, 1:][RNG.random((60, 2)) < 0.2] = np.nan
    first = first_equal(values)
    alike = naive(values)
    assert alike[np.arange(60), first].all()
    kept = np.flatnonzero(first == np.arange(60))
    assert (alike[np.ix_(kept, kept)] == np.eye(len(kept), dtype=bool)).all()


def test_values_without_end_and_gaps():
    rows = np.array([[np.inf, 1.0], [5.0, 1.0], [np.inf, 1.0], [np.nan, 1.0], [0.0, 1.0], [np.nan, 1.0]])
    assert len(set(first_equal(rows))) == 4
    assert first_equal(np.empty((0, 3))).tolist() == []
    assert first_equal(np.empty((2, 0))).tolist() == [0, 1]
