"""Groups of patients between the frozen cut-points: log-rank test, hazard ratio of the highest against the lowest."""

from __future__ import annotations

import numpy as np

from radioloom.prediction.metrics.kaplan_meier import logrank
from radioloom.prediction.metrics.record import NONE, RATIO, ROBUST, UNDEFINED, Estimate, Judged, Metric, P
from radioloom.prediction.models.cox import fit_cox
from radioloom.prediction.models.robust import robust_intervals
from radioloom.tables.columns import SMALL_GROUP, TOO_WIDE, WIDEST

FEWEST_EXPECTED = 2.0  # events: below one p is < .05 in 10 of 100 cohorts of noise, from two on in 5 to 6


def logrank_p(judged: Judged) -> Estimate:
    """P of the log-rank test of the groups; NaN where only one has patients, or one is too small."""
    outcomes = judged.outcomes
    of = outcomes.time_days, outcomes.event, judged.groups
    if few_in_a_group(*of):
        return Estimate(float("nan"), why=SMALL_GROUP)
    return Estimate(logrank(*of)[1])


def few_in_a_group(time_days: np.ndarray, event: np.ndarray, group: np.ndarray) -> bool:
    """Whether one of two groups or more, (n,), is too small for a log-rank test, whatever its own outcomes are.

    Its share of the patients who are followed up to the first event, of all events, is below `FEWEST_EXPECTED`.
    """
    if not event.any():
        return False
    counted = group[time_days >= time_days[event].min()]
    sizes = np.unique(counted, return_counts=True)[1]
    return len(sizes) > 1 and bool(event.sum() * sizes.min() / len(counted) < FEWEST_EXPECTED)


def hazard_ratio(judged: Judged) -> Estimate:
    """Hazard of the group of the highest risk over that of the lowest (Cox of all groups, Efron; robust interval).

    NaN where one of the two has no event or the likelihood has no maximum; no interval that is wider than `WIDEST`.
    """
    event, group = judged.outcomes.event, judged.groups
    lowest, highest = 0, max(1, len(judged.cut_points))
    if not (event & (group == highest)).any() or not (event & (group == lowest)).any():
        return UNDEFINED
    others = np.flatnonzero(np.bincount(group))[:0:-1]  # the highest first
    columns = (group[:, None] == others).astype(np.float64)
    fitted = fit_cox(columns, judged.outcomes)
    if fitted.ridge:
        return UNDEFINED
    beta, spread = (each[0] for each in robust_intervals(columns, judged.outcomes, fitted))
    ratio, low, high_end = (float(np.exp(value)) for value in (beta, beta - spread, beta + spread))
    return Estimate(ratio, why=TOO_WIDE) if high_end > WIDEST * low else Estimate(ratio, (low, high_end))


LOGRANK_P = Metric("logrank_p", "log-rank p", ("survival",), P, False, NONE, logrank_p, of_training=False)
HAZARD_RATIO = Metric(
    "hazard_ratio", "hazard ratio, high against low risk", ("survival",), RATIO, None, ROBUST, hazard_ratio
)
