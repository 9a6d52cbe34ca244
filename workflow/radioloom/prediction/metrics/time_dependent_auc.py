"""AUC at a horizon: who has the event by then (cumulative) against who has not (dynamic), weighed for censoring."""

from __future__ import annotations

import numpy as np

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
    risk = judged.risks[0]
    above, of_case, of_control = risk[case][:, None] > risk[control], weight[case], weight[control]
    right = 0.5 * above + 0.5 * (risk[case][:, None] >= risk[control])
    value = float(of_case @ right @ of_control / (of_case.sum() * of_control.sum()))
    cases, controls = judged.weights[:, case] * of_case, judged.weights[:, control] * of_control
    total = cases.sum(axis=1) * controls.sum(axis=1)
    sums = np.einsum("bi,bi->b", cases @ right, controls)
    drawn = np.divide(sums, total, out=np.full(len(sums), np.nan), where=total > 0)
    return resampled_estimate(value, drawn, share=True)


AUC_AT = Metric(
    "auc_at", "AUC at the horizon", ("survival",), VALUE, True, RESAMPLED, auc_at, chance=0.5, absolute=True
)
