"""Uno's C: concordance that does not depend on how the study was censored (Uno et al. 2011)."""

from __future__ import annotations

import numpy as np

from radioloom.prediction.metrics.censoring import censoring
from radioloom.prediction.metrics.concordance import comparable, concordance, resampled
from radioloom.prediction.metrics.record import RESAMPLED, VALUE, Estimate, Judged, Metric, resampled_estimate
from radioloom.prediction.outcome import Outcome


def uno_pairs(outcomes: Outcome, tau: float | None = None) -> np.ndarray:
    """Comparable pairs of a survival outcome weighed by 1 / G(t_i-)^2, float64 (n, n), for Uno's C (Uno et al. 2011).

    tau : days; events at or after it begin no pair. None: no truncation, the last event is the end
    G is the Kaplan-Meier estimate of staying uncensored, just before the event of i; at one time events come before
    censorings. So weighed, C no longer depends on how the study was censored; without tau the weight of late events
    grows without bound, so a tau within the follow-up of most patients should be declared.
    """
    event, time = outcomes.event, outcomes.time_days
    counts = event if tau is None else event & (time < tau)
    before = censoring(outcomes).before(time)
    weight = np.divide(1.0, before**2, out=np.zeros(len(time)), where=counts)  # an event at t was at risk: G(t-) > 0
    return comparable(outcomes) * weight[:, None]


def uno_c(judged: Judged) -> Estimate:
    """Uno's C of one repeat; in the resamples the censoring distribution of these patients is held fixed."""
    pairs = uno_pairs(judged.outcomes, judged.tau)
    risk = judged.risks[0]
    return resampled_estimate(concordance(pairs, risk), resampled(pairs, risk, judged.weights), share=True)


UNO_C = Metric("uno_c", "Uno's C", ("survival",), VALUE, True, RESAMPLED, uno_c, chance=0.5)
