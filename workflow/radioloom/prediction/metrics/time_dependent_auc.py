"""AUC at a horizon: who has the event by then (cumulative) against who has not (dynamic), weighed for censoring."""

from __future__ import annotations

import numpy as np

from radioloom.prediction.metrics.concordance import concordance, concordant, resampled
from radioloom.prediction.metrics.record import (
    RESAMPLED,
    UNDEFINED,
    VALUE,
    Estimate,
    Judged,
    Metric,
    resampled_estimate,
)


def auc_at(judged: Judged) -> Estimate:
    """Chance that a patient with the event by the horizon has a larger risk than one who is free of it beyond.

    Pairs are weighed by 1 / (G(T_i-) G(t)) (Hung and Chiang 2010; Blanche et al. 2013, marginal weights; the `AUC` of
    riskRegression's `Score`). In resamples the weights are held fixed. NaN where either group is empty.
    """
    if not judged.reached:
        return UNDEFINED
    had, weight = judged.status
    case, control = np.flatnonzero(weight * had), np.flatnonzero(weight * (1 - had))
    if not len(case) or not len(control):
        return UNDEFINED
    used, n = np.concatenate([case, control]), len(case)
    pairs = np.zeros((len(used), len(used)))
    pairs[:n, n:] = weight[case][:, None] * weight[control][None, :]
    risk = judged.risks[0][used]
    right = concordant(pairs, risk)
    return resampled_estimate(concordance(pairs, risk), resampled(pairs, right, judged.weights[:, used]))


AUC_AT = Metric(
    "auc_at", "AUC at the horizon", ("survival",), VALUE, True, RESAMPLED, auc_at, chance=0.5, absolute=True
)
