"""Scalings of features against scipy; they are monotone, bounded where they say so, and survive a file."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm, rankdata, yeojohnson

from radioloom.prediction.scalings import LIMIT, SCALINGS, learn, power_map, scaled, spread

DRAW = np.random.default_rng(1)
SKEWED = np.exp(DRAW.normal(size=60))


@pytest.mark.parametrize("name", SCALINGS)
@given(seed=st.integers(0, 10**6))
@settings(max_examples=10, deadline=None)
def test_each_is_monotone_keeps_what_is_missing_and_survives_a_file(name, seed):
    draw = np.random.default_rng(seed)
    column, new = draw.normal(size=40) ** 3, np.append(np.sort(20 * draw.normal(size=30)), np.nan)
    learnt = learn(name, column[:, None])
    again = json.loads(json.dumps(learnt, allow_nan=False))
    mapped = scaled(new[:, None], again)[:, 0]
    assert (np.diff(mapped[:-1]) >= -1e-12).all()
    assert np.isnan(mapped[-1])
    assert np.isfinite(mapped[:-1]).all()
    np.testing.assert_array_equal(mapped, scaled(new[:, None], learnt)[:, 0])


def test_standard_changes_nothing_and_learns_nothing():
    assert learn("standard", SKEWED[:, None]) == [None]
    assert scaled(SKEWED[:, None], [None]) is not None
    np.testing.assert_array_equal(scaled(SKEWED[:, None], [None])[:, 0], SKEWED)


def test_yeo_johnson_is_scipy_s():
    (learnt,) = learn("yeo_johnson", SKEWED[:, None])
    z = (SKEWED - np.median(SKEWED)) / spread(SKEWED)
    expected, power = yeojohnson(z)
    assert learnt["power"] == pytest.approx(power, abs=1e-4)
    np.testing.assert_allclose(scaled(SKEWED[:, None], [learnt])[:, 0], expected, atol=1e-3)
    for fixed in (-1.3, 0.0, 1.0, 2.0, 3.1):
        np.testing.assert_allclose(power_map(z, fixed), yeojohnson(z, lmbda=fixed), rtol=1e-9, atol=1e-12)


def test_rank_gives_training_values_their_normal_scores():
    values = SKEWED.round(1)  # ties
    (learnt,) = learn("rank", values[:, None])
    mapped = scaled(values[:, None], [learnt])[:, 0]
    np.testing.assert_allclose(mapped, norm.ppf((rankdata(values) - 0.375) / 60.25), atol=1e-12)
    assert scaled(np.array([[1e9], [-1e9]]), [learnt])[:, 0].tolist() == [mapped.max(), mapped.min()]
    many = learn("rank", DRAW.normal(size=(5000, 1)))
    assert len(many[0]["knots"]) == 101
    np.testing.assert_allclose(scaled(np.array([[-1.0], [0.0], [1.0]]), many)[:, 0], [-1, 0, 1], atol=0.06)


def test_robust_is_of_median_and_quartiles_and_ends():
    values = DRAW.normal(5, 2, size=4000)
    (learnt,) = learn("robust", values[:, None])
    low, high = np.quantile(values, (0.25, 0.75))
    assert learnt["spread"] == pytest.approx((high - low) / 1.3489795)
    assert scaled(np.array([[1e9], [-1e9], [np.median(values)]]), [learnt])[:, 0].tolist() == [LIMIT, -LIMIT, 0]


def test_a_column_whose_quartiles_agree_or_that_is_unknown_is_no_fault():
    column = np.array([0.0] * 9 + [1.0])
    for name in SCALINGS:
        assert np.isfinite(scaled(column[:, None], learn(name, column[:, None]))).all()
        assert np.isfinite(scaled(column[:, None] * 0 + 3, learn(name, column[:, None] * 0 + 3))).all()
        assert learn(name, np.full((4, 1), np.nan)) == [None]


def test_quartiles_apart_by_rounding_are_no_spread():
    column = np.tile([0.5, np.nextafter(0.5, 1)], 10)
    column[0] = 0.9
    assert spread(column) == pytest.approx(column.std())
