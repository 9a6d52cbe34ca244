import numpy as np
import pytest

from radioloom.stats.bootstrap import percentile_interval, permutation_within, resample_weights

EVENT = np.array([True] * 7 + [False] * 13)


def test_each_resample_draws_as_many_of_each_stratum():
    weights = resample_weights(EVENT, 200, np.random.default_rng(1))
    assert weights.shape == (200, 20)
    assert (weights[:, EVENT].sum(axis=1) == 7).all()
    assert (weights[:, ~EVENT].sum(axis=1) == 13).all()


def test_counts_are_multinomial():
    weights = resample_weights(EVENT, 20000, np.random.default_rng(2))
    np.testing.assert_allclose(weights.mean(axis=0), 1, atol=0.03)
    assert weights[:, 0].var() == pytest.approx(1 - 1 / 7, abs=0.03)  # n p (1 - p), p = 1 / n
    assert np.cov(weights[:, 0], weights[:, 1])[0, 1] == pytest.approx(-1 / 7, abs=0.03)
    assert np.cov(weights[:, 0], weights[:, 10])[0, 1] == pytest.approx(0, abs=0.03)


def test_interval_of_the_mean_is_that_of_theory():
    values = np.random.default_rng(3).normal(10, 2, 400)
    weights = resample_weights(np.zeros(400), 4000, np.random.default_rng(4))
    low, high = percentile_interval(weights @ values / 400)
    spread = 1.96 * values.std() / 20
    assert (low, high) == pytest.approx((values.mean() - spread, values.mean() + spread), abs=0.02)


def test_interval_of_what_is_rarely_defined_is_not_given():
    values = np.array([0.1, 0.2, np.nan, np.nan, np.nan])
    assert np.isnan(percentile_interval(values)).all()
    assert np.isnan(percentile_interval(np.array([]))).all()
    assert percentile_interval(np.array([1.0, 1.0, np.nan])) == (1, 1)


def test_permutation_stays_within_strata():
    strata = np.array([0, 1, 0, 1, 2, 0, 1])
    order = permutation_within(strata, np.random.default_rng(5))
    assert sorted(order) == list(range(7))
    np.testing.assert_array_equal(strata[order], strata)
    everywhere = {tuple(permutation_within(strata[:3], np.random.default_rng(s))) for s in range(40)}
    assert everywhere == {(0, 1, 2), (2, 1, 0)}
