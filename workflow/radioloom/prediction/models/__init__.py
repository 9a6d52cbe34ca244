"""Models of an outcome: a table of records, each a loss with gradient and Hessian, fitted by one Newton walk.

Columns are standardised on the training cases before they come here, so a ridge means the same for each of them.
Unpenalised first. Where the likelihood has no maximum (separation, collinear columns, more columns than events) the
fit is repeated with a ridge of `FALLBACK_RIDGE`, and `Fitted.ridge` and `Fitted.note` say so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from radioloom.errors import StudyError
from radioloom.prediction.outcome import Outcome

FALLBACK_RIDGE = 1.0  # precision of a normal prior on a coefficient per standard deviation
LARGEST = 10.0  # a log ratio per standard deviation, or its standard error, beyond this is divergence, not evidence
MAX_STEPS = 30
MAX_HALVINGS = 20
SINGULAR = 1e12  # condition number of a Hessian that cannot be solved
TOLERANCE = 1e-16  # of the Newton decrement, in units of the log-likelihood
ROUNDING = 1e-12  # share of a log-likelihood that its own rounding can move

Loss = Callable[[np.ndarray], tuple[float, np.ndarray, np.ndarray]]


@dataclass(frozen=True, slots=True)
class Fitted:
    """Coefficients of the columns (p,), with their covariance (p, p) from the observed information."""

    coefficients: np.ndarray
    covariance: np.ndarray
    intercept: float
    log_likelihood: float
    ridge: float  # 0.0: plain maximum likelihood
    note: str  # "" or why a ridge was taken


@dataclass(frozen=True, slots=True)
class Model:
    """One kind of model: which outcome it is for, its loss and what exp(coefficient) is called."""

    name: str
    outcome: str
    loss: Callable[[np.ndarray, Outcome], Loss]  # (columns (n, p), outcomes) -> loss of the parameters
    intercept: bool
    ratio: str


def cox_loss(columns: np.ndarray, outcomes: Outcome) -> Loss:
    """Minus the log partial likelihood of Cox with Efron's ties; parameters are the p coefficients.

    Efron 1977; Therneau and Grambsch 2000, section 3.3: the l-th of d tied events sees the risk set minus l/d of
    the tied events.
    """
    order = np.lexsort((~outcomes.event, -outcomes.time_days))  # longest follow-up first
    x, time, event = columns[order], outcomes.time_days[order], outcomes.event[order]
    _, last = np.unique(-time, return_index=True)
    last = np.append(last[1:], len(time)) - 1  # last row of each distinct time: the risk set is all rows up to it
    group = np.searchsorted(-time[last], -time)
    rows = np.flatnonzero(event)
    at = group[rows]
    starts = np.flatnonzero(np.diff(at, prepend=-1))  # first event of each distinct time with one
    sizes = np.diff(starts, append=len(rows))
    tie = np.repeat(np.arange(len(starts)), sizes)
    share = (np.arange(len(rows)) - starts[tie]) / sizes[tie]  # l/d
    squares = x[:, :, None] * x[:, None, :]

    def at_risk(table: np.ndarray) -> np.ndarray:
        """Sum over the risk set of each event, its tied events counted by Efron's share."""
        whole = np.cumsum(table, axis=0)[last[at]]
        if len(starts) == len(rows):
            return whole
        tied = np.add.reduceat(table[rows], starts, axis=0)[tie]
        return whole - share.reshape(-1, *[1] * (table.ndim - 1)) * tied

    def loss(beta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        eta = np.einsum("ij,j->i", x, beta)
        shift = eta.max(initial=0.0)
        weight = np.exp(eta - shift)
        s0, s1, s2 = (at_risk(table) for table in (weight, weight[:, None] * x, weight[:, None, None] * squares))
        mean = s1 / s0[:, None]
        value = np.sum(np.log(s0) + shift) - eta[rows].sum()
        gradient = mean.sum(axis=0) - x[rows].sum(axis=0)
        hessian = (s2 / s0[:, None, None]).sum(axis=0) - np.einsum("ei,ej->ij", mean, mean)
        return float(value), gradient, hessian

    return loss


def logistic_loss(columns: np.ndarray, outcomes: Outcome) -> Loss:
    """Minus the log-likelihood of logistic regression; parameters are the intercept and the p coefficients."""
    x = np.column_stack([np.ones(len(columns)), columns])
    y = outcomes.event.astype(np.float64)

    def loss(beta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        eta = np.einsum("ij,j->i", x, beta)
        chance = 0.5 * (1 + np.tanh(eta / 2))
        value = np.sum(np.logaddexp(0, eta) - y * eta)
        gradient = np.einsum("ij,i->j", x, chance - y)
        hessian = np.einsum("ij,i,ik->jk", x, chance * (1 - chance), x)
        return float(value), gradient, hessian

    return loss


MODELS = {
    model.name: model
    for model in (
        Model("cox", "survival", cox_loss, intercept=False, ratio="hazard ratio"),
        Model("logistic", "binary", logistic_loss, intercept=True, ratio="odds ratio"),
    )
}


def model(name: str, kind: str) -> Model:
    """The model of that name; raises StudyError if there is none or it is for another kind of outcome."""
    if name not in MODELS:
        raise StudyError(f"model.kind is {name!r}; it must be one of {', '.join(MODELS)}")
    found = MODELS[name]
    if found.outcome != kind:
        fitting = ", ".join(m.name for m in MODELS.values() if m.outcome == kind)
        raise StudyError(f"model.kind {name} is for a {found.outcome} outcome, the study's is {kind}; take {fitting}")
    return found


def fit_model(chosen: Model, columns: np.ndarray, outcomes: Outcome) -> Fitted:
    """Fit `chosen` on standardised columns (n, p) without NaN; penalised only where it must be, and then said."""
    loss = chosen.loss(np.asarray(columns, dtype=np.float64), outcomes)
    first = int(chosen.intercept)
    plain = np.zeros(columns.shape[1] + first)
    penalty = plain.copy()
    penalty[first:] = FALLBACK_RIDGE  # the intercept is never penalised
    found = _newton(loss, plain)
    trouble = _divergence(found, first) or found.trouble
    if trouble:
        found = _newton(loss, penalty)
        if found.trouble:
            raise StudyError(f"the {chosen.name} model has no fit even with a ridge of {FALLBACK_RIDGE:g}: {trouble}")
    note = f"{trouble}; fitted with a ridge of {FALLBACK_RIDGE:g} on standardised columns" if trouble else ""
    return Fitted(
        coefficients=found.point[first:],
        covariance=found.covariance[first:, first:],
        intercept=float(found.point[0]) if first else 0.0,
        log_likelihood=-loss(found.point)[0],
        ridge=FALLBACK_RIDGE if trouble else 0.0,
        note=note,
    )


@dataclass(frozen=True, slots=True)
class _Minimum:
    point: np.ndarray
    covariance: np.ndarray  # inverse of the penalised Hessian there (the Hessian itself if there is trouble)
    trouble: str  # why it is not to be believed; "" if it is


def _divergence(found: _Minimum, first: int) -> str:
    far = np.abs(found.point[first:]).max(initial=0.0) > LARGEST
    variance = np.diag(found.covariance)[first:]
    vague = not found.trouble and (variance.max(initial=0.0) > LARGEST**2 or variance.min(initial=0.0) < 0)
    return "a coefficient diverges (the outcome is separated)" if far or vague else ""


def _newton(loss: Loss, ridge: np.ndarray) -> _Minimum:
    """Newton with step halving, from 0; `ridge` (q,) is the penalty of each parameter."""
    point = np.zeros(len(ridge))
    if not len(point):
        return _Minimum(point, np.zeros((0, 0)), "")

    def penalised(at: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        value, gradient, hessian = loss(at)
        return value + 0.5 * np.sum(ridge * at**2), gradient + ridge * at, hessian + np.diag(ridge)

    value, gradient, hessian = penalised(point)
    for _ in range(MAX_STEPS):
        if not np.isfinite(hessian).all() or np.linalg.cond(hessian) > SINGULAR:
            return _Minimum(point, hessian, "the columns are collinear or the outcome is separated")
        step = np.linalg.solve(hessian, gradient)
        if gradient @ step < TOLERANCE:
            return _Minimum(point - step, np.linalg.inv(hessian), "")
        for halving in range(MAX_HALVINGS):
            ahead = point - step / 2**halving
            with np.errstate(all="ignore"):  # a step too far may overflow; it is then halved
                trial = penalised(ahead)
            if np.isfinite(trial[0]) and trial[0] <= value + ROUNDING * abs(value):
                break
        point, (value, gradient, hessian) = ahead, trial
    return _Minimum(point, hessian, f"no maximum of the likelihood within {MAX_STEPS} steps")
