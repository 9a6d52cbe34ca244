"""Brier score: mean squared distance between probability and what came, weighed for censoring (Graf et al. 1999).

At a horizon t: mean over all n patients of W_i (y_i - p_i)^2, W the weights of `censoring.status`, as riskRegression's
`Score(cens.model = "km")` has it. The null model gives everybody the event rate of these patients: Kaplan-Meier, or
the prevalence of a binary outcome. The scaled score is 1 - score / null (index of prediction accuracy, Kattan and Gerds
2018): 0 for what knows no more than the rate, 1 for perfection. In resamples W is held fixed, the null's rate is not.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from radioloom.prediction.metrics.censoring import censoring, status
from radioloom.prediction.metrics.record import (
    NONE,
    RESAMPLED,
    UNDEFINED,
    VALUE,
    Estimate,
    Judged,
    Metric,
    resampled_estimate,
)


@lru_cache(maxsize=1)  # of the model and horizon that all of these metrics are asked of in turn
def _scores(judged: Judged) -> tuple[np.ndarray, np.ndarray] | None:
    """Score and null score of all patients, then in each resample, (1 + b,); None where no probability can be said."""
    if np.isnan(judged.probability).any():
        return None
    parts = [_rates(judged, rows) for rows in (np.ones((1, len(judged.outcomes))), judged.weights)]
    score, null = (np.concatenate(each) for each in zip(*parts, strict=True))
    return score, null


def _rates(judged: Judged, resamples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Score and null score in each resample (b, n); (b,) each."""
    had, weight = judged.status
    size = resamples.sum(axis=1)
    score = resamples @ (weight * (had - judged.probability) ** 2) / size
    with_event, all_weight = resamples @ (weight * had) / size, resamples @ weight / size
    rate = with_event
    return score, with_event * (1 - rate) ** 2 + (all_weight - with_event) * rate**2


def brier(judged: Judged) -> Estimate:
    """The score at the horizon."""
    scores = _scores(judged)
    return UNDEFINED if scores is None else resampled_estimate(float(scores[0][0]), scores[0][1:], share=True)


def brier_null(judged: Judged) -> Estimate:
    """The score of the event rate of these patients, given to everybody."""
    scores = _scores(judged)
    return UNDEFINED if scores is None else Estimate(float(scores[1][0]))


def scaled_brier(judged: Judged) -> Estimate:
    """1 - score / null score; NaN where the null has nothing to be wrong about."""
    scores = _scores(judged)
    if scores is None or not scores[1][0] > 0:
        return UNDEFINED
    score, null = scores
    scaled = 1 - np.divide(score, null, out=np.full(len(score), np.nan), where=null > 0)
    return resampled_estimate(float(scaled[0]), scaled[1:])


@lru_cache(maxsize=1)
def integrated(judged: Judged) -> tuple[np.ndarray, np.ndarray]:
    """Each patient's part of the score and of the null score, averaged over the time up to the horizon; (n,) each.

    The score is a step function, which changes where somebody's follow-up ends and where the baseline hazard steps: the
    integral is exact where the probabilities are constant between times of follow-up, and takes them at the left end of
    each step otherwise.
    """
    outcomes, horizon = judged.outcomes, judged.horizon_days
    times = np.unique(
        np.concatenate([[0.0], outcomes.time_days[outcomes.time_days < horizon], judged.steps[judged.steps < horizon]])
    )
    length = np.diff(times, append=horizon) / horizon
    had, weight = status(outcomes, times, censoring(outcomes) if judged.seen is None else judged.seen)
    assert judged.absolute is not None
    score = weight * (had - judged.absolute(times)) ** 2
    rate = (weight * had).mean(axis=0)
    return score @ length, (weight * (had - rate) ** 2) @ length


def integrated_brier(judged: Judged) -> Estimate:
    """The score averaged over the time from 0 to the horizon."""
    if np.isnan(judged.probability).any():
        return UNDEFINED
    parts = integrated(judged)[0]
    drawn = judged.weights @ parts / judged.weights.sum(axis=1)
    return resampled_estimate(float(parts.mean()), drawn, share=True)


def integrated_null(judged: Judged) -> Estimate:
    """The same of Kaplan-Meier's estimate of these patients, given to everybody."""
    return UNDEFINED if np.isnan(judged.probability).any() else Estimate(float(integrated(judged)[1].mean()))


BOTH = ("survival", "binary")
BRIER = Metric("brier", "Brier score", BOTH, VALUE, False, RESAMPLED, brier, absolute=True)
BRIER_NULL = Metric("brier_null", "Brier score, null", BOTH, VALUE, None, NONE, brier_null, absolute=True)
SCALED_BRIER = Metric("scaled_brier", "scaled Brier score", BOTH, VALUE, True, RESAMPLED, scaled_brier, absolute=True)
INTEGRATED_BRIER = Metric(
    "integrated_brier",
    "integrated Brier score",
    ("survival",),
    VALUE,
    False,
    RESAMPLED,
    integrated_brier,
    absolute=True,
)
INTEGRATED_NULL = Metric(
    "integrated_brier_null", "integrated, null", ("survival",), VALUE, None, NONE, integrated_null, absolute=True
)
