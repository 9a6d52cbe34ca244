"""Calibration: whether risks are as far apart and as high in new patients as the model says."""

from __future__ import annotations

import numpy as np

from radioloom.prediction.metrics.kaplan_meier import greenwood
from radioloom.prediction.metrics.record import RATIO, UNDEFINED, VALUE, WALD, Estimate, Judged, Metric
from radioloom.prediction.models.cox import fit_cox
from radioloom.prediction.models.logistic import fit_logistic
from radioloom.prediction.models.record import wald
from radioloom.stats.normal import Z95

STEPS, CLOSE = 100, 1e-12  # of Newton's method for one intercept


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


def observed_expected(judged: Judged) -> Estimate:
    """Observed over expected events by the horizon: event rate of these patients over their mean probability.

    The rate is 1 - Kaplan-Meier (Greenwood's variance) or the prevalence of a binary outcome (binomial); the interval
    is Wald's on the log of the ratio with the mean probability held fixed (Debray et al. 2017). 1 is calibrated; above
    1 the model promises too few events.
    """
    expected = float(judged.probability.mean())
    outcomes = judged.outcomes
    if outcomes.kind == "binary":
        rate = outcomes.n_events / len(outcomes)
        error = float(np.sqrt(rate * (1 - rate) / len(outcomes)))
    else:
        survival, error = greenwood(outcomes.time_days, outcomes.event, judged.horizon_days)
        rate = 1 - survival
    if not expected > 0 or not rate > 0:
        return UNDEFINED
    ratio, spread = rate / expected, Z95 * error / rate
    return Estimate(ratio, (float(ratio * np.exp(-spread)), float(ratio * np.exp(spread))))


def in_the_large(judged: Judged) -> Estimate:
    """Intercept of a logistic model whose offset is the risk (the linear predictor), with its Wald interval.

    0 is calibrated; above 0 the probabilities are too low on average (Cox 1958). The slope is held at 1. The error is
    the robust one, over patients (HC0 of R's sandwich): that of the model is too small where risks are wrong, which
    is what is asked. NaN without a patient with or without the event.
    """
    risk, outcomes = judged.risks[0], judged.outcomes
    if judged.absolute is None or not 0 < outcomes.n_events < len(outcomes):
        return UNDEFINED
    intercept = 0.0
    for _ in range(STEPS):
        chance = 0.5 * (1 + np.tanh((risk + intercept) / 2))
        information = (chance * (1 - chance)).sum()
        if not information > 0:
            return UNDEFINED
        step = (outcomes.event - chance).sum() / information
        intercept += float(np.clip(step, -2, 2))
        if abs(step) < CLOSE:
            of_patients = np.bincount(np.unique(outcomes.patients, return_inverse=True)[1], outcomes.event - chance)
            spread = Z95 * float(np.sqrt((of_patients**2).sum()) / information)
            return Estimate(intercept, (intercept - spread, intercept + spread))
    return UNDEFINED


SLOPE = Metric("calibration_slope", "calibration slope", ("survival", "binary"), VALUE, None, WALD, calibration_slope)
OBSERVED_EXPECTED = Metric(
    "observed_expected",
    "observed / expected",
    ("survival", "binary"),
    RATIO,
    None,
    WALD,
    observed_expected,
    absolute=True,
)
IN_THE_LARGE = Metric(
    "calibration_in_the_large",
    "calibration in the large",
    ("binary",),
    VALUE,
    None,
    WALD,
    in_the_large,
    absolute=True,
)
