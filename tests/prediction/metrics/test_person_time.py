"""Events over expected ones: R's exact intervals and quantiles, and the time that a hazard knows."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from radioloom.prediction.baseline_hazard import BaselineHazard, efron
from radioloom.prediction.metrics.person_time import by_chance, events_expected, fewest_expected, known_time
from radioloom.prediction.outcome import Outcome


def test_as_r_has_them(root):
    rows = pd.read_csv(root / "tests" / "golden" / "events_expected.csv")
    assert len(rows) == 24
    for row in rows.itertuples():
        estimate = events_expected(row.observed, row.expected)
        assert estimate.value == row.observed / row.expected
        np.testing.assert_allclose(estimate.interval, (row.low, row.high), rtol=1e-9)
        np.testing.assert_allclose(by_chance(row.expected, 0.99), (row.limit_low, row.limit_high), rtol=1e-9)


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_limits_hold_their_level_on_both_sides_and_leave_out_none_at_all(level):
    """SciPy's Poisson, over numbers of expected events from the least on."""
    least = fewest_expected(level)
    for expected in (*np.linspace(least + 1e-9, least + 3, 25), 20.0, 200.0):
        low, high = (round(each * expected) for each in by_chance(expected, level))
        assert low >= 1
        assert stats.poisson.cdf(low - 1, expected) <= (1 - level) / 2
        assert stats.poisson.sf(high, expected) <= (1 - level) / 2
    assert by_chance(least - 1e-9, level)[0] == 0


def test_nothing_expected_is_no_ratio():
    assert np.isnan(events_expected(3, 0.0).value)


def test_the_hazard_of_training_expects_as_many_events_as_training_had():
    """The martingale residuals of a Cox model sum to 0 in the patients that it was fitted on."""
    draws = np.random.default_rng(1)
    linear, event = draws.normal(size=60), draws.random(60) < 0.6
    outcomes = Outcome("survival", event, np.ceil(draws.exponential(300, 60)))
    hazard = efron(linear, outcomes)
    assert hazard.expected(linear, outcomes.time_days).sum() == pytest.approx(event.sum(), rel=0.02)  # ties


def test_what_came_after_all_follow_up_of_training_is_not_counted():
    hazard = BaselineHazard([10.0, 20.0], [0.1, 0.3], 0.5, 30.0)
    outcomes = Outcome("survival", np.array([True, True, False]), np.array([10.0, 31.0, 40.0]))
    event, time = known_time(outcomes, hazard)
    assert event.tolist() == [True, False, False]
    assert time.tolist() == [10.0, 30.0, 30.0]
    np.testing.assert_allclose(hazard.expected(np.array([0.5, 0.5, 1.5]), time), [0.1, 0.3, 0.3 * np.e])
    alone = BaselineHazard([10.0], [0.1], 0.5, 30.0, alone=True)
    assert np.isnan(alone.expected(np.zeros(3), time)).all()


@pytest.mark.parametrize("expected", [1.1e5, 1e12, np.inf])
def test_limits_of_any_number_of_expected_events_are_told(expected):
    low, high = by_chance(expected, 0.95)
    assert low <= 1 <= high
    if expected == 1.1e5:
        assert [low, high] == pytest.approx(stats.poisson.ppf([0.025, 0.975], expected) / expected, abs=1e-4)
