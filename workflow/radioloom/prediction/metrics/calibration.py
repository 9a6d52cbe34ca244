"""Calibration slope: whether risks are as far apart in new patients as the model says."""

from __future__ import annotations

from radioloom.prediction.metrics.record import ITS_OWN, UNDEFINED, VALUE, Estimate, Judged, Metric
from radioloom.prediction.models.cox import fit_cox
from radioloom.prediction.models.logistic import fit_logistic
from radioloom.prediction.models.record import wald
from radioloom.stats.normal import Z95


def calibration_slope(judged: Judged) -> Estimate:
    """Coefficient of the risk (n,) as the only column of a new model, with its Wald interval; 1 is calibrated.

    Below 1 the risks are too extreme (overfitting). NaN where the risk does not vary, the outcome is separated, or
    there are too few events (of a binary outcome: or too few without).
    """
    risk, outcomes = judged.risks[0], judged.outcomes
    sd = risk.std()
    without = len(outcomes) - outcomes.n_events if outcomes.kind == "binary" else 2
    if not sd > 0 or min(outcomes.n_events, without) <= 1:
        return UNDEFINED
    fit = fit_cox if outcomes.kind == "survival" else fit_logistic
    fitted = fit(((risk - risk.mean()) / sd)[:, None], outcomes)
    if fitted.ridge:
        return UNDEFINED
    coefficients, errors = wald(fitted)
    beta, spread = coefficients[0] / sd, Z95 * errors[0] / sd
    return Estimate(float(beta), (float(beta - spread), float(beta + spread)))


SLOPE = Metric(
    "calibration_slope", "calibration slope", ("survival", "binary"), VALUE, None, ITS_OWN, calibration_slope
)
