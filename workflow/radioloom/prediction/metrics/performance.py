"""How well risks order patients: estimates with bootstrap intervals, for one cohort at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from radioloom.prediction.metrics.concordance import comparable, concordance, concordant, resampled, uno_pairs
from radioloom.prediction.metrics.kaplan_meier import logrank
from radioloom.prediction.models import MODELS, fit_model
from radioloom.prediction.outcome import Outcome
from radioloom.stats.normal import Z95


@dataclass(frozen=True, slots=True)
class Ordering:
    """C (or AUC) of one model's risks: the estimate and its value in each resample (b,)."""

    estimate: float
    resamples: np.ndarray


@dataclass(frozen=True, slots=True)
class Contrast:
    """Patients above the cut-point against the others; NaN where there is nothing to compare."""

    logrank_p: float
    hazard_ratio: float
    low: float
    high: float


def ordering(outcomes: Outcome, risks: np.ndarray, weights: np.ndarray, strata: np.ndarray | None = None) -> Ordering:
    """C of `risks` (r, n), averaged over the r repeats; in repeat k only pairs within one of `strata[k]` (r, n) count.

    `weights` (b, n) are resamples of patients, the same for every model, so that differences of two orderings are
    paired. A single evaluation is one repeat without strata.
    """
    estimates, resamples = [], []
    for k, risk in enumerate(risks):
        pairs = comparable(outcomes, None if strata is None else strata[k])
        estimates.append(concordance(pairs, risk))
        resamples.append(resampled(pairs, concordant(pairs, risk), weights))
    return Ordering(float(np.mean(estimates)), np.mean(resamples, axis=0))


def uno(outcomes: Outcome, risk: np.ndarray, weights: np.ndarray) -> Ordering:
    """Uno's C of `risk` (n,) with its resamples (b,); the censoring distribution of these patients is held fixed."""
    pairs = uno_pairs(outcomes)
    return Ordering(concordance(pairs, risk), resampled(pairs, concordant(pairs, risk), weights))


def contrast(outcomes: Outcome, high_risk: np.ndarray) -> Contrast:
    """Log-rank p and hazard ratio (Cox, Efron; Wald interval) of the high-risk patients, bool (n,)."""
    _, p = logrank(outcomes.time_days, outcomes.event, high_risk)
    events = outcomes.event
    if not (events & high_risk).any() or not (events & ~high_risk).any():
        return Contrast(p, float("nan"), float("nan"), float("nan"))
    fitted = fit_model(MODELS["cox"], high_risk[:, None].astype(np.float64), outcomes)
    if fitted.ridge:
        return Contrast(p, float("nan"), float("nan"), float("nan"))
    beta, spread = fitted.coefficients[0], Z95 * np.sqrt(fitted.covariance[0, 0])
    return Contrast(p, *(float(np.exp(value)) for value in (beta, beta - spread, beta + spread)))


def calibration_slope(outcomes: Outcome, risk: np.ndarray) -> tuple[float, float, float]:
    """Coefficient of the risk (n,) as the only column of a new model, with its Wald interval; 1 is calibrated.

    Below 1 the risks are too extreme (overfitting). NaN where the risk does not vary, the outcome is separated, or
    there are too few events (of a binary outcome: or too few without).
    """
    name = "cox" if outcomes.kind == "survival" else "logistic"
    sd = risk.std()
    without = len(outcomes) - outcomes.n_events if outcomes.kind == "binary" else 2
    if sd > 0 and min(outcomes.n_events, without) > 1:
        fitted = fit_model(MODELS[name], ((risk - risk.mean()) / sd)[:, None], outcomes)
        if not fitted.ridge:
            beta, spread = fitted.coefficients[0] / sd, Z95 * np.sqrt(fitted.covariance[0, 0]) / sd
            return float(beta), float(beta - spread), float(beta + spread)
    return float("nan"), float("nan"), float("nan")
