"""Standard errors that hold where a model is wrong or cases are of fewer patients (sandwich; Lin and Wei 1989)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy import special

from radioloom.prediction.models.cox import centres_apart
from radioloom.prediction.models.record import Fitted, Settings, wald
from radioloom.prediction.outcome import Outcome, one_case_each

ONE_SIDE = 0.975  # below the upper end of a 95 % interval


def robust_intervals(columns: np.ndarray, outcomes: Outcome, fitted: Fitted) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients (p,) of a Cox or logistic fit of columns (n, p), and half of their 95 % intervals, over patients.

    The errors are `robust_errors`, and no smaller than those of the model: of few events the former alone hold .92,
    of a wrong model or several cases a patient the latter.
    """
    coefficients, of_model = wald(fitted)
    return coefficients, of_patients(outcomes) * np.maximum(robust_errors(columns, outcomes, fitted), of_model)


def of_patients(outcomes: Outcome) -> float:
    """What half of a 95 % interval is, in standard errors that were measured over m patients themselves.

    The quantile of t of m - 1 degrees of freedom times sqrt(m / (m - 1)).
    """
    m = len(np.unique(outcomes.patients))
    return float(special.stdtrit(m - 1, ONE_SIDE) * np.sqrt(m / (m - 1)))


def robust_errors(columns: np.ndarray, outcomes: Outcome, fitted: Fitted) -> np.ndarray:
    """Standard errors (p,) over patients of the coefficients of a Cox or logistic fit of columns (n, p).

    As `coxph(robust = TRUE, cluster = patient)` of R's survival (Efron's ties) and `vcovCL(type = "HC0", cadjust =
    FALSE)` of its sandwich.
    """
    scores = (cox_scores if outcomes.kind == "survival" else _logistic_scores)(columns, outcomes, fitted)
    return np.sqrt(np.diag(_sandwich(scores, outcomes, fitted)))


def jackknife_errors(
    columns: np.ndarray, outcomes: Outcome, fit: Callable[[np.ndarray, Outcome], Fitted], whole: Fitted
) -> np.ndarray:
    """Standard errors (p,) over m patients of a Cox or logistic fit: of m fits without one patient each (Miller 1974).

    fit : (columns, outcomes) -> Fitted; whole : the fit of all. NaN where a fit without somebody needs a ridge.
    They see what one patient far out does to a coefficient, which the sandwich, linear in everybody, misses. Times
    sqrt(m / (m - 1)), which `of_patients` holds, they are the jackknife's.
    """
    units, of_case = np.unique(outcomes.patients, return_inverse=True)
    moved = np.empty((len(units), columns.shape[1]))
    for unit in range(len(units)):
        rest = np.flatnonzero(of_case != unit)
        without = fit(columns[rest], outcomes.take(rest))
        moved[unit] = np.nan if without.ridge else wald(without)[0] - wald(whole)[0]
    return (1 - 1 / len(units)) * np.sqrt((moved**2).sum(axis=0))


def clustered(columns: np.ndarray, outcomes: Outcome, fitted: Fitted, settings: Settings) -> Fitted:
    """The same fit with a covariance over patients, where some of them have several cases; else as it is.

    settings : of the model, which say whether each centre has a baseline hazard of its own
    """
    if fitted.covariance is None or not len(fitted.covariance) or one_case_each(outcomes):
        return fitted
    if len(fitted.chosen) < columns.shape[1]:
        columns = columns[:, list(fitted.chosen)]
    if outcomes.kind == "binary":
        scores = _logistic_scores(columns, outcomes, fitted)
    else:
        scores = np.zeros(columns.shape)
        centre = outcomes.centres if centres_apart(settings) else np.zeros(len(outcomes))
        for rows in (np.flatnonzero(centre == each) for each in np.unique(centre)):
            scores[rows] = cox_scores(columns[rows], outcomes.take(rows), fitted)
    return replace(fitted, covariance=_sandwich(scores, outcomes, fitted))


def _sandwich(scores: np.ndarray, outcomes: Outcome, fitted: Fitted) -> np.ndarray:
    """Covariance (p, p) of the coefficients over patients, of the scores of cases (n, p)."""
    assert fitted.covariance is not None
    moved = by_patient(scores @ fitted.covariance, outcomes)
    return np.einsum("mi,mj->ij", moved, moved)


def by_patient(of_cases: np.ndarray, outcomes: Outcome) -> np.ndarray:
    """Sums (m, p) over the cases of each patient of what each case adds (n, p): their cases are one."""
    _, of_case = np.unique(outcomes.patients, return_inverse=True)
    sums = np.zeros((int(of_case.max()) + 1, *of_cases.shape[1:]))
    np.add.at(sums, of_case, of_cases)
    return sums


def _logistic_scores(columns: np.ndarray, outcomes: Outcome, fitted: Fitted) -> np.ndarray:
    """Each case's part of the gradient by the coefficients, (n, p), the intercept fitted beside them."""
    chance = 0.5 * (1 + np.tanh((fitted.intercept + columns @ fitted.coefficients) / 2))
    mean = np.average(columns, axis=0, weights=chance * (1 - chance))
    return (columns - mean) * (outcomes.event - chance)[:, None]


def cox_scores(columns: np.ndarray, outcomes: Outcome, fitted: Fitted) -> np.ndarray:
    """Score residuals (n, p): `residuals(fit, "score")` of R's survival (Therneau and Grambsch 2000, section 4.6).

    A case's own event brings its distance from the mean of those at risk; each event while it is at risk takes away its
    share in that event's hazard. The l-th of d tied events sees the tied ones less l/d.
    """
    order = np.lexsort((~outcomes.event, outcomes.time_days))
    x, time, event = columns[order], outcomes.time_days[order], outcomes.event[order]
    linear = x @ fitted.coefficients
    weight = np.exp(linear - linear.max())
    of_events = time[event]
    _, first, tie, counts = np.unique(of_events, return_index=True, return_inverse=True, return_counts=True)
    share = (np.arange(len(of_events)) - first[tie]) / counts[tie]
    table = weight[:, None] * np.column_stack([np.ones(len(x)), x])
    whole = np.cumsum(table[::-1], axis=0)[::-1][np.searchsorted(time, of_events, "left")]
    at_risk = whole - share[:, None] * np.add.reduceat(table[event], first, axis=0)[tie]
    mean, hazard = at_risk[:, 1:] / at_risk[:, :1], 1 / at_risk[:, :1]
    steps = np.column_stack([hazard, hazard * mean])
    before = np.vstack([np.zeros(steps.shape[1]), np.cumsum(steps, axis=0)])
    reached = before[np.searchsorted(of_events, time, "right")]
    spared = np.add.reduceat(share[:, None] * steps, first, axis=0)[tie]
    scores = weight[:, None] * (reached[:, 1:] - x * reached[:, :1])
    own = x[event] - (np.add.reduceat(mean, first, axis=0) / counts[:, None])[tie]
    scores[event] += own + weight[event][:, None] * (x[event] * spared[:, :1] - spared[:, 1:])
    back = np.empty_like(scores)
    back[order] = scores
    return back
