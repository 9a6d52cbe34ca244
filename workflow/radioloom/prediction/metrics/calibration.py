"""Calibration: whether risks are as far apart and as high in new patients as the model says."""

from __future__ import annotations

import numpy as np

from radioloom.prediction.metrics.kaplan_meier import pseudo_observations, survival_at
from radioloom.prediction.metrics.record import RATIO, ROBUST, UNDEFINED, VALUE, Estimate, Judged, Metric
from radioloom.prediction.models.cox import fit_cox
from radioloom.prediction.models.logistic import fit_logistic
from radioloom.prediction.models.record import wald
from radioloom.prediction.models.robust import by_patient, jackknife_errors, of_patients, robust_errors
from radioloom.prediction.outcome import Outcome
from radioloom.tables.columns import LONG_TAILS

LONG, LOPSIDED = 4.5, 0.7  # kurtosis and skewness: 3 and 0 of a normal distribution, of 80 patients 99 % are below
MANY = 400  # patients of whom none moves a slope so far that leaving each out in turn is worth its time
STEPS, CLOSE = 100, 1e-12  # of Newton's method for one intercept


def calibration_slope(judged: Judged) -> Estimate:
    """Coefficient of the risk (n,) as the only column of a new model, with its interval over patients; 1 is calibrated.

    Below 1 the risks are too extreme (overfitting). NaN where the risk does not vary, the outcome is separated, or
    there are too few events (of a binary outcome: or too few without). The error is that of the jackknife over patients
    (of more than `MANY` the sandwich's), and no smaller than the model's: in 50 patients of two cases it holds .94 of
    normal risks, the sandwich .93 (docs/validation.md). No interval where the risk has long tails or one (kurtosis
    above `LONG`, skewness beyond `LOPSIDED`), or a risk within it has: the slope of the next patients is that of the
    few who lie farthest out, and that of all is another than any number of patients shows.
    """
    risk, outcomes = judged.risks[0], judged.outcomes
    sd = risk.std()
    without = len(outcomes) - outcomes.n_events if outcomes.kind == "binary" else 2
    if not sd > 0 or min(outcomes.n_events, without) <= 1:
        return UNDEFINED
    fit = fit_cox if outcomes.kind == "survival" else fit_logistic
    column = ((risk - risk.mean()) / sd)[:, None]
    fitted = fit(column, outcomes)
    if fitted.ridge:
        return UNDEFINED
    (beta,), (of_model,) = wald(fitted)
    if _tailed(risk) or any(map(_tailed, () if judged.within is None else judged.within)):
        return Estimate(float(beta / sd), why=LONG_TAILS)
    many = len(np.unique(outcomes.patients)) > MANY
    apart = jackknife_errors(column, outcomes, fit, fitted) if not many else robust_errors(column, outcomes, fitted)
    spread = of_patients(outcomes) * np.maximum(apart[0], of_model)
    return Estimate(float(beta / sd), (float((beta - spread) / sd), float((beta + spread) / sd)))


def _tailed(risk: np.ndarray) -> bool:
    """Whether a risk (n,) has long tails or one."""
    sd = risk.std()
    z = (risk - risk.mean()) / sd if sd > 0 else np.zeros(len(risk))
    return bool(np.mean(z**4) > LONG or abs(np.mean(z**3)) > LOPSIDED)


def observed_expected(judged: Judged) -> Estimate:
    """Observed over expected events by the horizon: event rate of these patients over their mean probability.

    The rate is that of Kaplan-Meier, or the prevalence of a binary outcome; the interval that of a ratio of means on
    the log scale, over patients, who stand in it with their pseudo-observations where times are censored. With the mean
    probability held fixed (Debray et al. 2017) it would be too narrow where risks foretell nothing, too wide where they
    do. 1 is calibrated; above 1 the model promises too few events.
    """
    outcomes, probability = judged.outcomes, judged.probability
    expected, n = float(probability.mean()), len(outcomes)
    if outcomes.kind == "binary":
        observed, rate = outcomes.event.astype(np.float64), outcomes.n_events / n
    else:
        observed = pseudo_observations(outcomes.time_days, outcomes.event, judged.horizon_days)
        rate = 1 - float(survival_at(outcomes.time_days, outcomes.event, judged.horizon_days)[0])
    if not expected > 0 or not rate > 0:
        return UNDEFINED
    ratio, parts = rate / expected, (observed - observed.mean()) / rate - (probability - expected) / expected
    spread = of_patients(outcomes) * over_patients(outcomes, parts) / n
    return Estimate(ratio, (float(ratio * np.exp(-spread)), float(ratio * np.exp(spread))))


def over_patients(outcomes: Outcome, parts: np.ndarray) -> float:
    """Standard error of the sum of what each case adds to it, (n,), whose mean is 0: cases of a patient are one."""
    return float(np.sqrt((by_patient(parts, outcomes) ** 2).sum()))


def in_the_large(judged: Judged) -> Estimate:
    """Intercept of a logistic model whose offset is the risk (the linear predictor), with its Wald interval.

    0 is calibrated; above 0 the probabilities are too low on average (Cox 1958). The slope is held at 1. The error is
    the robust one, over patients (HC0 of R's sandwich), and no smaller than that of the model, which is too small where
    risks are wrong, which is what is asked. NaN without a patient with or without the event.
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
            error = max(over_patients(outcomes, outcomes.event - chance), float(np.sqrt(information))) / information
            spread = of_patients(outcomes) * error
            return Estimate(intercept, (intercept - spread, intercept + spread))
    return UNDEFINED


SLOPE = Metric("calibration_slope", "calibration slope", ("survival", "binary"), VALUE, None, ROBUST, calibration_slope)
OBSERVED_EXPECTED = Metric(
    "observed_expected",
    "observed / expected",
    ("survival", "binary"),
    RATIO,
    None,
    ROBUST,
    observed_expected,
    absolute=True,
)
IN_THE_LARGE = Metric(
    "calibration_in_the_large",
    "calibration in the large",
    ("binary",),
    VALUE,
    None,
    ROBUST,
    in_the_large,
    absolute=True,
)
