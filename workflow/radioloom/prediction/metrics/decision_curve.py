"""Decision curves: what is gained by treating who is above a probability (Vickers and Elkin 2006)."""

from __future__ import annotations

import numpy as np

from radioloom.prediction.metrics.kaplan_meier import greenwood
from radioloom.prediction.metrics.record import Judged


def decision_curve(judged: Judged, thresholds: list[float]) -> np.ndarray | None:
    """Net benefit of the model and of treating all, (thresholds, 2); None where no probability can be said.

    Net benefit at p: true positives over n minus false positives over n times p / (1 - p); treating nobody has 0. Who
    is treated has a probability above p. Of survival the rate of events among those treated is 1 - Kaplan-Meier at the
    horizon (Vickers et al. 2008); NaN where all that are treated were censored before it.
    """
    probability = judged.probability
    if np.isnan(probability).any():
        return None
    everybody = np.ones(len(probability), dtype=bool)
    rows = []
    for threshold in thresholds:
        odds = threshold / (1 - threshold)
        rows.append([_benefit(judged, treated, odds) for treated in (probability > threshold, everybody)])
    return np.array(rows).reshape(-1, 2)


def _benefit(judged: Judged, treated: np.ndarray, odds: float) -> float:
    if not treated.any():
        return 0.0
    outcomes = judged.outcomes.take(np.flatnonzero(treated))
    if outcomes.kind == "binary":
        rate = outcomes.n_events / len(outcomes)
    else:
        last = outcomes.time_days.max()
        if last < judged.horizon_days and not outcomes.event[outcomes.time_days == last].all():
            return float("nan")
        rate = 1 - greenwood(outcomes.time_days, outcomes.event, judged.horizon_days)[0]
    return float(treated.mean() * (rate - (1 - rate) * odds))
