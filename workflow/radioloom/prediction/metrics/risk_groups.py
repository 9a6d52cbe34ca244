"""Patients above the frozen cut-point against the others: log-rank test and hazard ratio."""

from __future__ import annotations

import numpy as np

from radioloom.prediction.metrics.kaplan_meier import logrank
from radioloom.prediction.metrics.record import NONE, RATIO, UNDEFINED, WALD, Estimate, Judged, Metric, P
from radioloom.prediction.models.cox import fit_cox
from radioloom.prediction.models.record import wald
from radioloom.stats.normal import Z95


def logrank_p(judged: Judged) -> Estimate:
    """P of the log-rank test of the two groups; NaN where one is empty or there is no event to compare."""
    outcomes = judged.outcomes
    return Estimate(logrank(outcomes.time_days, outcomes.event, judged.high_risk)[1])


def hazard_ratio(judged: Judged) -> Estimate:
    """Hazard of the high-risk patients over that of the others (Cox, Efron; Wald interval).

    NaN where a group has no event or the likelihood has no maximum.
    """
    event, high = judged.outcomes.event, judged.high_risk
    if not (event & high).any() or not (event & ~high).any():
        return UNDEFINED
    fitted = fit_cox(high[:, None].astype(np.float64), judged.outcomes)
    if fitted.ridge:
        return UNDEFINED
    coefficients, errors = wald(fitted)
    beta, spread = coefficients[0], Z95 * errors[0]
    ratio, low, high_end = (float(np.exp(value)) for value in (beta, beta - spread, beta + spread))
    return Estimate(ratio, (low, high_end))


LOGRANK_P = Metric("logrank_p", "log-rank p", ("survival",), P, False, NONE, logrank_p, of_training=False)
HAZARD_RATIO = Metric(
    "hazard_ratio", "hazard ratio, high against low risk", ("survival",), RATIO, None, WALD, hazard_ratio
)
