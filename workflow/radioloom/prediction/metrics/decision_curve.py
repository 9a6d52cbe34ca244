"""Decision curves: what is gained by treating who is above a probability (Vickers and Elkin 2006)."""

from __future__ import annotations

import numpy as np

from radioloom.prediction.metrics.kaplan_meier import survival_at
from radioloom.prediction.metrics.record import NO_INTERVAL, Judged, resampled_estimate

FEWEST_TREATED = 20  # patients; with fewer, all of whom have the event in many cohorts, the interval held .55 to .88
FEWEST_OF_EACH = 5  # of them with the event (by the horizon), and known to be without it (docs/validation.md)


def decision_curve(judged: Judged, thresholds: list[float]) -> np.ndarray | None:
    """Net benefit of the model, low and high of its interval, and net benefit of treating all, (thresholds, 4).

    Net benefit at p: true positives over n minus false positives over n times p / (1 - p); treating nobody has 0. Who
    is treated has a probability above p. Of survival the rate of events among those treated is 1 - Kaplan-Meier at the
    horizon (Vickers et al. 2008); NaN where all that are treated were censored before it. The interval is of resamples
    in which who is treated, and Kaplan-Meier of them, are drawn anew; none where no resample changes the value, nor of
    fewer treated than `FEWEST_TREATED` and `FEWEST_OF_EACH`. None where no probability can be said.
    """
    probability = judged.probability
    if np.isnan(probability).any():
        return None
    once, everybody = np.ones((1, len(probability))), np.ones(len(probability), dtype=bool)
    rows = []
    for threshold in thresholds:
        odds, treated = threshold / (1 - threshold), probability > threshold
        value, of_all = (float(_benefit(judged, each, odds, once)[0]) for each in (treated, everybody))
        low, high = resampled_estimate(value, _benefit(judged, treated, odds, judged.weights)).interval
        told = _enough(judged, treated) and low < high
        rows.append([value, *((low, high) if told else NO_INTERVAL), of_all])
    return np.array(rows).reshape(-1, 4)


def _enough(judged: Judged, treated: np.ndarray) -> bool:
    """Whether those treated, bool (n,), are enough for an interval; patients, not their cases."""
    of_them = judged.outcomes.take(np.flatnonzero(treated))
    many = len(np.unique(of_them.patients)) >= FEWEST_TREATED
    return many and of_them.rarer_by(judged.horizon_days) >= FEWEST_OF_EACH


def _benefit(judged: Judged, treated: np.ndarray, odds: float, weights: np.ndarray) -> np.ndarray:
    """Net benefit of treating some, bool (n,), in each resample (b, n); (b,)."""
    mine = np.flatnonzero(treated)
    outcomes, drawn = judged.outcomes.take(mine), weights[:, mine]
    many = drawn.sum(axis=1)
    if outcomes.kind == "binary":
        rate = np.divide(drawn @ outcomes.event, many, out=np.zeros(len(many)), where=many > 0)
    else:
        rate = 1 - survival_at(outcomes.time_days, outcomes.event, judged.horizon_days, drawn)
        followed = (drawn[:, outcomes.time_days >= judged.horizon_days] > 0).any(axis=1)
        rate = np.where(followed | (rate == 1), rate, np.nan)
    return np.where(many > 0, many / weights.sum(axis=1) * (rate - (1 - rate) * odds), 0.0)
