"""The interval of a cross-validation: of the whole learning, which no number of repeats makes narrow."""

import numpy as np
import pytest
from scipy import special, stats

from radioloom.prediction.metrics.record import FEWEST_REPEATS, repeated_estimate, resampled_estimate
from radioloom.stats.normal import Z95

DRAW = np.random.default_rng(3)
REPEATS = 0.62 + 0.02 * DRAW.normal(size=10)
RESAMPLES = REPEATS[:, None] + 0.06 * DRAW.normal(size=(10, 400))
Z = stats.norm.ppf(0.975)


def error(repeats, resamples):
    """By hand: the law of total variance over repeats."""
    inside = [np.var(row, ddof=1) for row in resamples]
    return np.sqrt(sum(inside) / len(inside) + np.var(repeats, ddof=1))


def test_a_difference_is_as_wide_as_one_repeat():
    estimate = repeated_estimate(REPEATS, RESAMPLES)
    assert estimate.value == pytest.approx(REPEATS.mean())
    spread = Z * error(REPEATS, RESAMPLES)
    assert estimate.interval == pytest.approx((REPEATS.mean() - spread, REPEATS.mean() + spread))


def test_a_share_has_its_interval_on_the_logit_scale():
    value = REPEATS.mean()
    spread = Z * error(REPEATS, RESAMPLES) / (value * (1 - value))
    expected = special.expit(special.logit(value) + np.array([-spread, spread]))
    assert repeated_estimate(REPEATS, RESAMPLES, share=True).interval == pytest.approx(tuple(expected))
    low, high = repeated_estimate(0.995 + 0 * REPEATS, RESAMPLES, share=True).interval
    assert 0 < low < 0.995 < high < 1


def test_more_repeats_of_the_same_make_it_no_narrower():
    once = np.diff(repeated_estimate(REPEATS, RESAMPLES).interval)
    often = np.diff(repeated_estimate(np.tile(REPEATS, 20), np.tile(RESAMPLES, (20, 1))).interval)
    assert often == pytest.approx(once, rel=0.02)


def test_a_difference_is_paired_within_each_repeat_and_resample():
    one, other = repeated_estimate(REPEATS, RESAMPLES), repeated_estimate(REPEATS - 0.1, RESAMPLES - 0.1)
    assert one.minus(other).value == pytest.approx(0.1)
    assert one.minus(other).interval == pytest.approx((0.1, 0.1))


@pytest.mark.parametrize("few", [1, FEWEST_REPEATS - 1])
def test_few_repeats_and_no_resamples_have_no_interval(few):
    assert np.isnan(repeated_estimate(REPEATS[:few], RESAMPLES[:few]).interval).all()
    assert np.isnan(repeated_estimate(REPEATS, RESAMPLES[:, :0]).interval).all()


def test_a_share_at_its_bound_has_no_interval_but_one_without_width_where_nothing_varies():
    assert repeated_estimate(np.ones(10), np.ones((10, 50)), share=True).interval == (1.0, 1.0)
    assert np.isnan(resampled_estimate(1.0, np.array([1.0, 0.9, 1.0]), share=True).interval).all()


def test_a_share_of_resamples_is_symmetric_on_the_logit_scale_and_needs_half_of_them():
    low, high = resampled_estimate(0.7, np.array([0.6, 0.7, 0.8, np.nan]), share=True).interval
    spread = Z95 * 0.1 / (0.7 * 0.3)
    assert special.logit([low, high]) == pytest.approx(special.logit(0.7) + np.array([-spread, spread]), rel=1e-12)
    assert np.isnan(resampled_estimate(0.7, np.array([0.6, 0.8, np.nan, np.nan, np.nan])).interval).all()
