"""Cumulative sums and their limits: one step after the other, and simulated patient by patient."""

import numpy as np
import pytest

from radioloom.provenance import rng
from radioloom.stats.cusum import COURSE, binary_limit, binary_scores, cusum, survival_limit, survival_scores


def test_one_step_after_the_other():
    scores, value, expected = np.random.default_rng(1).normal(size=50), 0.0, []
    for score in scores:
        value = max(0.0, value + score)
        expected.append(value)
    np.testing.assert_allclose(cusum(scores), expected, atol=1e-12)


def test_scores_are_log_likelihood_ratios():
    """Of an exponential time, and of one trial: density of the other model over that of the model."""
    hazard, time, ratio = 0.2, 3.0, 1.7
    for event in (True, False):
        density = [(h if event else 1.0) * np.exp(-h * time) for h in (hazard, ratio * hazard)]
        told = survival_scores(np.array([event]), np.array([hazard * time]), ratio)
        np.testing.assert_allclose(told, np.log(density[1] / density[0]))
        odds = 0.3 / 0.7
        chance = [ratio * odds / (1 + ratio * odds), 0.3] if event else [1 / (1 + ratio * odds), 0.7]
        np.testing.assert_allclose(
            binary_scores(np.array([event]), np.array([0.3]), ratio), np.log(chance[0] / chance[1])
        )


@pytest.mark.parametrize("ratio", [1.5, 1 / 1.5])
def test_patients_of_any_risk_and_follow_up_cross_the_survival_limit_as_often_as_it_says(ratio):
    """Whole patients, exponential and censored, in place of the Poisson process that the limit is taken from."""
    limit, draws, crossed = survival_limit(ratio, 0.9, rng(1, "limit")), np.random.default_rng(3), []
    for _ in range(600):
        hazard, until = np.exp(draws.normal(0, 1, 800)), draws.exponential(size=800)
        time = draws.exponential(size=800) / hazard
        event, spent = time <= until, hazard * np.minimum(time, until)
        course = np.cumsum(spent) <= COURSE
        assert not course.all()
        event, spent = event[course], spent[course]
        before = -(ratio - 1) * spent
        steps = np.stack([before, np.where(event, np.log(ratio), 0.0)], axis=1).ravel()
        crossed.append((cusum(steps) > limit).any())
    assert np.mean(crossed) == pytest.approx(0.1, abs=0.035)  # three Monte-Carlo errors


def test_patients_cross_the_binary_limit_as_often_as_it_says():
    chance = np.random.default_rng(2).beta(2, 5, 300)
    limit, draws = binary_limit(2.0, chance, 0.9, rng(1, "limit")), np.random.default_rng(4)
    n = round(COURSE / chance.mean())
    drawn = [draws.choice(chance, n) for _ in range(600)]
    crossed = [(cusum(binary_scores(draws.random(n) < each, each, 2.0)) > limit).any() for each in drawn]
    assert np.mean(crossed) == pytest.approx(0.1, abs=0.04)
    assert limit < binary_limit(2.0, chance, 0.99, rng(1, "limit"))


def test_a_course_that_never_ends_has_no_limit():
    draws = rng(1, "never")
    assert binary_limit(2.0, np.zeros(20), 0.99, draws) is None
    assert binary_limit(2.0, np.full(20, 1e-6), 0.99, draws) is None
