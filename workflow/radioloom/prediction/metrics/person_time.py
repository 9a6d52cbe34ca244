"""Events over those that a model expects in the time that patients were followed, however short that was."""

from __future__ import annotations

import numpy as np
from scipy import special

from radioloom.prediction.baseline_hazard import BaselineHazard
from radioloom.prediction.metrics.record import RATIO, UNDEFINED, Estimate, Metric
from radioloom.prediction.outcome import Outcome

MANY = 1e5  # expected events whose limits are not counted one by one
EXPECTED = Metric("events_expected", "events / expected", ("survival",), RATIO, None, "Poisson", None)


def known_time(outcomes: Outcome, hazard: BaselineHazard) -> tuple[np.ndarray, np.ndarray]:
    """Event, bool (n,), and days (n,) of follow-up as far as the hazard is known: it ends with that of training."""
    inside = outcomes.time_days <= hazard.last_days
    return outcomes.event & inside, np.minimum(outcomes.time_days, hazard.last_days)


def events_expected(observed: int, expected: float) -> Estimate:
    """Observed events over expected ones, with Garwood's exact interval of a Poisson count (1936).

    Where the model is right the events are those of a Poisson process in the time of its own cumulative hazard, so
    patients who were followed for a week count for a week.
    """
    if not expected > 0:
        return UNDEFINED
    low = special.gammaincinv(observed, 0.025) if observed else 0.0
    high = special.gammaincinv(observed + 1, 0.975)
    return Estimate(observed / expected, (float(low / expected), float(high / expected)))


def fewest_expected(level: float) -> float:
    """Expected events from which none at all is below the limits of `by_chance`: P(0) is (1 - level) / 2 there."""
    return float(-np.log((1 - level) / 2))


def by_chance(expected: float, level: float) -> tuple[float, float]:
    """The least and the most of events over `expected` that a right model leaves with a chance of `level`.

    Of more than `MANY` expected events by the normal approximation, which is then right to four digits.
    """
    if expected > MANY:
        width = float(special.ndtri((1 + level) / 2)) / expected**0.5
        return 1 - width, 1 + width
    counts = np.arange(int(expected + 12 * expected**0.5 + 30))
    below = special.pdtr(counts, expected)  # P(N <= count)
    low, high = np.searchsorted(below, [(1 - level) / 2, (1 + level) / 2], "left")
    return float(low / expected), float(high / expected)
