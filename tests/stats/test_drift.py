"""Drift of features: SciPy's tests on the same values, and what is not told."""

import numpy as np
import pytest
from scipy import stats

from radioloom.stats.drift import drift
from radioloom.stats.ranks import normal_scores


@pytest.fixture(scope="module")
def values():
    draws = np.random.default_rng(5)
    known, new = np.exp(draws.normal(size=(90, 5))), np.exp(draws.normal(size=(40, 5)) + np.array([0, 0.3, 0.8, 2, 0]))
    known[:5, 0] = new[3, 1] = np.nan
    return known, new


def test_the_difference_is_welchs_on_normal_scores(values):
    known, new = values
    told = drift(known, new)
    for k in range(4):
        one, other = (each[np.isfinite(each[:, k]), k] for each in values)
        scores = normal_scores(np.concatenate([one, other])[:, None])[:, 0]
        one, other = scores[: len(one)], scores[len(one) :]
        sd = np.sqrt((one.var(ddof=1) + other.var(ddof=1)) / 2)
        interval = stats.ttest_ind(other, one, equal_var=False).confidence_interval()
        np.testing.assert_allclose(told.difference[k], (other.mean() - one.mean()) / sd)
        np.testing.assert_allclose((told.low[k], told.high[k]), np.array(interval) / sd)


def test_the_test_is_nearly_the_exact_one(values):
    known, new = values
    told = drift(known, new)
    for k in range(5):
        exact = stats.ks_2samp(
            known[np.isfinite(known[:, k]), k], new[np.isfinite(new[:, k]), k], method="exact"
        ).pvalue
        assert told.p[k] == pytest.approx(exact, rel=0.15, abs=1e-6)


def test_the_level_of_the_test():
    draws = np.random.default_rng(6)
    told = drift(draws.normal(size=(100, 2000)), draws.normal(size=(20, 2000)))
    assert np.mean(told.p < 0.05) == pytest.approx(0.05, abs=0.02)
    assert np.mean((told.low > 0) | (told.high < 0)) == pytest.approx(0.05, abs=0.02)


def test_who_is_outside_the_range_and_what_few_values_do_not_tell():
    known = np.linspace(0, 1, 30)[:, None]
    told = drift(known, np.array([[-1.0], [0.5], [2.0], [np.nan]]))
    assert told.n.tolist() == [3]
    assert told.outside.tolist() == [2 / 3]
    assert np.isnan([told.p[0], told.difference[0], told.low[0]]).all()
    constant = drift(np.ones((30, 1)), np.ones((20, 1)))
    assert constant.outside.tolist() == [0.0]
    assert np.isnan(constant.p[0])
    moved = drift(np.ones((100, 1)), np.full((50, 1), 2.0))  # rounding leaves the scores of one value an SD of 1e-16
    assert np.isnan([moved.difference[0], moved.low[0], moved.high[0]]).all()
    assert moved.outside.tolist() == [1.0]
    assert moved.p[0] == pytest.approx(stats.ks_2samp(np.ones(100), np.full(50, 2.0)).pvalue, abs=1e-9)
    nobody = drift(np.full((30, 1), np.nan), np.ones((20, 1)))
    assert np.isnan([nobody.outside[0], nobody.p[0]]).all()
