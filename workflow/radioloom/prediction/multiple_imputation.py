"""Multiple imputation of a model's training columns: fitted on each completed copy, pooled by Rubin's rules."""

from __future__ import annotations

import numpy as np

from radioloom.errors import StudyError
from radioloom.prediction.baseline_hazard import efron
from radioloom.prediction.models.record import Draws, Fitted, Model, Settings, linear_state
from radioloom.prediction.models.robust import clustered
from radioloom.prediction.outcome import Outcome
from radioloom.stats.rubin import pool

SWEEPS = 10  # of the chained equations of each copy; mice has 5
RIDGE = 1e-5  # share of a predictor's own sum of squares, so that collinear predictors have a solution; as in mice


def pooled_fit(
    kind: Model,
    columns: np.ndarray,
    outcomes: Outcome,
    settings: Settings,
    draws: tuple[np.random.Generator, Draws],
    copies: int,
) -> Fitted:
    """A model whose coefficients are pooled over completed copies of standardised columns (n, p), NaN where missing.

    draws : of the imputation, and of the model
    copies : how many, 2 or more
    Raises StudyError for a kind of model without coefficients and their standard errors.
    """
    fits = []
    for _ in range(copies):
        copy = completed(columns, outcomes, draws[0])
        fitted = kind.fit(copy, outcomes, settings, draws[1])
        fits.append(clustered(copy, outcomes, fitted, settings))
    return pooled(fits, outcomes)


def pooled(fits: list[Fitted], outcomes: Outcome) -> Fitted:
    """One model of those of several completed copies.

    The estimates are means over the copies, so that the linear predictor of a patient is the mean of those of all
    copies. Intervals are of Student's t with the degrees of freedom of Barnard and Rubin 1999; had nothing been
    missing these would be the events (of a binary outcome the cases, and one less) minus the coefficients, as mice
    has it. Raises StudyError for models without coefficients and their standard errors.
    """
    beta = [each.coefficients for each in fits if each.coefficients is not None]
    spread = [np.diag(each.covariance) for each in fits if each.covariance is not None]
    if not len(beta) == len(spread) == len(fits):
        raise StudyError(
            "imputation.multiple: this kind of model has no coefficients with standard errors to pool; take 0"
        )
    p = len(beta[0])
    degrees = max(1, outcomes.n_events - p if outcomes.kind == "survival" else len(outcomes) - p - 1)
    together = pool(np.array(beta), np.array(spread), degrees)
    intercept = float(np.mean([each.intercept for each in fits]))
    notes = dict.fromkeys(each.note for each in fits if each.note)
    return Fitted(
        state=linear_state(intercept, together.estimate),
        chosen=tuple(range(p)),
        coefficients=together.estimate,
        covariance=np.diag(together.variance),
        intercept=intercept,
        ridge=max(each.ridge for each in fits),
        note="; ".join([*notes, f"coefficients are pooled over {len(fits)} imputations (Rubin's rules)"]),
        degrees=together.degrees,
    )


def completed(columns: np.ndarray, outcomes: Outcome, generator: np.random.Generator) -> np.ndarray:
    """One copy of standardised columns (n, p) whose gaps are drawn by chained equations.

    Each gap is drawn from the Bayesian linear regression of its column on the others and the outcome: without the
    outcome the coefficients would be drawn to zero (Moons et al. 2006, J Clin Epidemiol 59:1092). Of survival these
    are the event and the cumulative hazard at the end of follow-up (White and Royston 2009, Stat Med 28:1982).
    Levels of a category are drawn as numbers and not rounded (Horton et al. 2003, Am Stat 57:229).
    """
    gaps = ~np.isfinite(columns)
    whole = np.where(gaps, 0.0, columns)
    open_columns = [place for place in np.flatnonzero(gaps.any(axis=0)) if not gaps[:, place].all()]
    for place in open_columns:
        known = np.flatnonzero(~gaps[:, place])
        whole[gaps[:, place], place] = whole[generator.choice(known, int(gaps[:, place].sum())), place]
    beside = _told_by_outcome(outcomes)
    for _ in range(SWEEPS):
        for place in open_columns:
            others = np.delete(whole, place, axis=1)
            predictors = np.column_stack([np.ones(len(whole)), others, beside])
            whole[gaps[:, place], place] = _drawn(predictors, whole[:, place], gaps[:, place], generator)
    return whole


def _told_by_outcome(outcomes: Outcome) -> np.ndarray:
    """What the outcome tells of a covariate, (n, 1 or 2): the event; of survival the Nelson-Aalen hazard too."""
    event = outcomes.event[:, None].astype(np.float64)
    if outcomes.kind == "binary":
        return event
    return np.column_stack([event, efron(np.zeros(len(outcomes)), outcomes).at(outcomes.time_days)])


def _drawn(x: np.ndarray, y: np.ndarray, gaps: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Values of the gaps: coefficients and residual variance are drawn first (Rubin 1987, example 5.2)."""
    known, target = x[~gaps], y[~gaps]
    square = np.einsum("ij,ik->jk", known, known)
    spread = np.linalg.inv(square + RIDGE * np.diag(np.diag(square)))
    beta = spread @ np.einsum("ij,i->j", known, target)
    left = target - known @ beta
    sigma = np.sqrt(left @ left / generator.chisquare(max(1, len(target) - x.shape[1])))
    beta = beta + sigma * np.linalg.cholesky((spread + spread.T) / 2) @ generator.standard_normal(x.shape[1])
    return x[gaps] @ beta + sigma * generator.standard_normal(int(gaps.sum()))
