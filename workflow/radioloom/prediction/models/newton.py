"""Maximum likelihood by Newton's method, with a ridge where the likelihood has no maximum.

Columns are standardised on the training cases before they come here, so a ridge means the same for each of them.
Unpenalised first. Where the likelihood has no maximum (separation, collinear columns, more columns than events) the
fit is repeated with a ridge of `FALLBACK_RIDGE`, and `Fitted.ridge` and `Fitted.note` say so.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from radioloom.errors import StudyError
from radioloom.prediction.models.record import Fitted, linear_state

FALLBACK_RIDGE = 1.0  # precision of a normal prior on a coefficient per standard deviation
LARGEST = 10.0  # a log ratio per standard deviation, or its standard error, beyond this is divergence, not evidence
FARTHEST = 2.0  # a step: beyond it the likelihood may be flat, where no step leads back
MAX_STEPS = 30
MAX_HALVINGS = 20
SINGULAR = 1e12  # condition number of a Hessian that cannot be solved
TOLERANCE = 1e-16  # of the Newton decrement, in units of the log-likelihood
ROUNDING = 1e-12  # share of a log-likelihood that its own rounding can move

Loss: TypeAlias = Callable[[np.ndarray], tuple[float, np.ndarray, np.ndarray]]  # value, gradient, Hessian


def maximum_likelihood(name: str, loss: Loss, n_columns: int, intercept: bool) -> Fitted:
    """Fit a linear predictor of `n_columns` columns by its loss; penalised only where it must be, and then said.

    loss : of the parameters, the intercept first if there is one
    Raises StudyError naming the model where even the penalised likelihood has no maximum.
    """
    first = int(intercept)
    plain = np.zeros(n_columns + first)
    penalty = plain.copy()
    penalty[first:] = FALLBACK_RIDGE  # the intercept is never penalised
    minimum = _newton(loss, plain)
    trouble = _divergence(minimum, first) or minimum.trouble
    if trouble:
        minimum = _newton(loss, penalty)
        if minimum.trouble:
            raise StudyError(f"the {name} model has no fit even with a ridge of {FALLBACK_RIDGE:g}: {trouble}")
    constant = float(minimum.point[0]) if first else 0.0
    return Fitted(
        state=linear_state(constant, minimum.point[first:]),
        chosen=tuple(range(n_columns)),
        coefficients=minimum.point[first:],
        covariance=minimum.covariance[first:, first:],
        intercept=constant,
        log_likelihood=minimum.log_likelihood,
        ridge=FALLBACK_RIDGE if trouble else 0.0,
        note=f"{trouble}; fitted with a ridge of {FALLBACK_RIDGE:g} on standardised columns" if trouble else "",
    )


@dataclass(frozen=True, slots=True)
class _Minimum:
    point: np.ndarray
    covariance: np.ndarray  # inverse of the penalised Hessian there (the Hessian itself if there is trouble)
    trouble: str  # why it is not to be believed; "" if it is
    log_likelihood: float = math.nan


def _divergence(minimum: _Minimum, first: int) -> str:
    far = np.abs(minimum.point[first:]).max(initial=0.0) > LARGEST
    variance = np.diag(minimum.covariance)[first:]
    vague = not minimum.trouble and (variance.max(initial=0.0) > LARGEST**2 or variance.min(initial=0.0) < 0)
    return "a coefficient diverges (the outcome is separated)" if far or vague else ""


def _newton(loss: Loss, ridge: np.ndarray) -> _Minimum:
    """Newton with step halving, from 0; `ridge` (q,) is the penalty of each parameter."""
    point = np.zeros(len(ridge))

    def penalty(at: np.ndarray) -> float:
        return float(0.5 * np.sum(ridge * at**2))

    def with_penalty(at: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        value, gradient, hessian = loss(at)
        return value + penalty(at), gradient + ridge * at, hessian + np.diag(ridge)

    penalised = with_penalty if ridge.any() else loss
    value, gradient, hessian = penalised(point)
    for _ in range(MAX_STEPS):
        inverse = _inverse(hessian)
        if inverse is None:
            return _Minimum(point, hessian, "the columns are collinear or the outcome is separated")
        step = inverse @ gradient
        if gradient @ step < TOLERANCE:  # what the last step gains is below the rounding of the value
            return _Minimum(point - step, inverse, "", penalty(point - step) - value)
        step *= min(1.0, FARTHEST / np.abs(step).max())
        with np.errstate(all="ignore"):  # a step too far may overflow; it is then halved
            for _ in range(MAX_HALVINGS):
                ahead = point - step
                trial = penalised(ahead)
                if math.isfinite(trial[0]) and trial[0] <= value + ROUNDING * abs(value):
                    break
                step = step / 2
        point, (value, gradient, hessian) = ahead, trial
    return _Minimum(point, hessian, f"no maximum of the likelihood within {MAX_STEPS} steps (the outcome is separated)")


def _inverse(hessian: np.ndarray) -> np.ndarray | None:
    """Inverse of a Hessian (q, q); None where it is not finite or its condition number is above SINGULAR."""
    try:
        inverse = np.linalg.inv(hessian)
    except np.linalg.LinAlgError:
        return None
    # The product of both Frobenius norms bounds the condition number from above, at a fraction of its price.
    bound = math.sqrt(float(np.vdot(hessian, hessian)) * float(np.vdot(inverse, inverse)))
    if bound <= SINGULAR or (np.isfinite(hessian).all() and np.linalg.cond(hessian) <= SINGULAR):
        return inverse
    return None
