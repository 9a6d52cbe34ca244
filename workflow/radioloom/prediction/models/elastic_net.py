"""Elastic net: a linear predictor under a penalty that shrinks coefficients and leaves columns out.

Minimised is loss / n + strength * (mixing * sum|b| + (1 - mixing) * sum(b²) / 2), where the loss of n cases is minus
their log-likelihood (Friedman, Hastie and Tibshirani 2010; Simon et al. 2011); glmnet calls the strength `lambda` and
the mixing `alpha`. Columns come standardised, an intercept is not penalised. From the strength at which nothing is
taken downwards each solution starts at the one before it: Newton steps, of which each is a weighted least squares
solved by coordinate descent. Columns that the strong rule discards (Tibshirani et al. 2012) are taken back where they
break the conditions of the minimum. The strength is chosen by cross-validation among the patients learnt from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from radioloom.prediction.inner_folds import inner_folds
from radioloom.prediction.models.record import Draws, Fitted, linear_state
from radioloom.prediction.outcome import Outcome

STRENGTHS = 100  # of a path
WEAKEST = {True: 0.01, False: 1e-4}  # share of the strength where nothing is taken; whether columns outnumber cases
PATIENCE = 20  # strengths without less deviance in the folds, after which weaker ones are not tried
SATURATED = 1e-3  # share of the loss of no column, below which weaker penalties only overfit
MOST_STEPS, MOST_SWEEPS = 100, 100_000
EXACT, ROUGH = 1e-13, 1e-7  # share of the loss of no column that a step may still gain: of the model, and of folds
SLACK = 1e-6  # share by which a gradient may exceed its bound
LEAST_WEIGHT = 1e-5  # of a case in least squares: a bound of the curvature from above, so it costs steps alone

# (linear predictor (n,)) -> loss, its gradient (n,), a bound (n,) of its curvature
Loss: TypeAlias = Callable[[np.ndarray], tuple[float, np.ndarray, np.ndarray]]

SETTINGS: dict[str, dict[str, Any]] = {
    "mixing": {
        "description": "share of the penalty that is on |coefficients| and not on their squares: 1 is the lasso",
        "type": "number",
        "minimum": 0.01,
        "maximum": 1,
        "default": 1.0,
    },
    "folds": {
        "description": "folds of the patients learnt from, in which the strength of the penalty is chosen",
        "type": "integer",
        "minimum": 3,
        "maximum": 20,
        "default": 10,
    },
    "rule": {
        "description": "the strength of least deviance in the folds, or the strongest within a standard error of it",
        "enum": ["least", "one_standard_error"],
        "default": "least",
    },
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What a path is of.

    columns : (n, p), standardised
    losses : loss of some outcomes
    """

    columns: np.ndarray
    outcomes: Outcome
    losses: Callable[[Outcome], Loss]
    mixing: float

    def take(self, rows: np.ndarray) -> Problem:
        """The same of some cases."""
        return Problem(self.columns[rows], self.outcomes.take(rows), self.losses, self.mixing)

    @property
    def design(self) -> np.ndarray:
        """(1 + p, n), the intercept first. Cox has none: there it takes off each step what moves nobody's risk."""
        return np.ascontiguousarray(np.vstack([np.ones(len(self.columns)), self.columns.T]))


def fit_elastic_net(problem: Problem, folds: int, rule: str, draws: Draws) -> Fitted:
    """The model at the strength that the inner folds choose, of the columns whose coefficient is not 0 there."""
    assert draws is not None  # the model says that it is random
    strengths = path_strengths(problem)
    fold = inner_folds(problem.outcomes, folds, draws)
    if fold is None or not len(strengths):
        return _fitted(problem, _nothing(problem), "too little is known to choose a penalty")
    place = chosen(*left_out(problem, strengths, fold), rule)
    beta = path(problem, strengths[: place + 1])[-1]
    note = f"penalty of strength {strengths[place]:.4g}, number {place + 1} of {len(strengths)} from none taken"
    return _fitted(problem, beta, note)


def _fitted(problem: Problem, beta: np.ndarray, note: str) -> Fitted:
    intercept, coefficients = float(beta[0]) if problem.outcomes.kind == "binary" else 0.0, beta[1:]
    taken = np.flatnonzero(coefficients)
    return Fitted(
        state=linear_state(intercept, coefficients[taken]),
        chosen=tuple(taken.tolist()),
        coefficients=coefficients[taken],
        intercept=intercept,
        note=note,
    )


def _nothing(problem: Problem) -> np.ndarray:
    """Coefficients (1 + p,) where no column is taken."""
    return path(Problem(problem.columns[:, :0], problem.outcomes, problem.losses, 1.0), np.ones(1))[0]


def path_strengths(problem: Problem) -> np.ndarray:
    """Strengths (k,) from the one at which nothing is taken; none where no column says anything of the outcome."""
    x, n = problem.design, len(problem.columns)
    slope = problem.losses(problem.outcomes)(np.repeat(_nothing(problem), n))[1]
    most = np.abs(np.einsum("pn,n->p", x[1:], slope)).max(initial=0.0) / (n * problem.mixing)
    if not most > n * np.finfo(float).eps:
        return np.zeros(0)
    return np.asarray(np.geomspace(most, most * WEAKEST[problem.columns.shape[1] > n], STRENGTHS))


def path(problem: Problem, strengths: np.ndarray, tolerance: float = EXACT) -> np.ndarray:
    """Intercept and coefficients (k, 1 + p) at falling strengths (k,); the intercept of Cox means nothing."""
    return np.array(list(_steps(problem, strengths, tolerance)))


def _steps(problem: Problem, strengths: np.ndarray, tolerance: float) -> Iterator[np.ndarray]:
    """Coefficients (1 + p,) at one strength after another."""
    x, n, loss = problem.design, len(problem.columns), problem.losses(problem.outcomes)
    free, beta = np.arange(len(x)) == 0, np.zeros(len(x))
    value, beta, pull = _minimum(x, loss, np.flatnonzero(free), np.zeros((2, len(x))), beta, tolerance)
    tolerance, saturated = tolerance * 2 * value, SATURATED * value
    before = np.abs(pull[~free]).max(initial=0.0) / (n * problem.mixing)
    for strength in strengths:
        penalty = np.array([[problem.mixing], [1 - problem.mixing]]) * np.where(free, 0.0, n * strength)
        likely = free | (beta != 0) | (np.abs(pull) >= n * problem.mixing * (2 * strength - before))
        while value > saturated:
            value, beta, pull = _minimum(x, loss, np.flatnonzero(likely), penalty, beta, tolerance)
            broken = ~likely & (np.abs(pull) > penalty[0] * (1 + SLACK))
            if not broken.any():
                break
            likely |= broken
        before = strength
        yield beta


def _minimum(
    x: np.ndarray, loss: Loss, places: np.ndarray, penalty: np.ndarray, beta: np.ndarray, tolerance: float
) -> tuple[float, np.ndarray, np.ndarray]:
    """Loss, coefficients (q,) and the loss's gradient (q,) at the minimum over the coefficients at `places`.

    penalty : (2, q) of |coefficients| and of half their squares
    """
    from radioloom.kernels.coordinate_descent import descend  # here, so that other models do not wait for numba

    def penalised(value: float, at: np.ndarray) -> float:
        return value + float(penalty[0] @ np.abs(at) + 0.5 * (penalty[1] @ at**2))

    value, slope, weight = loss(beta @ x)
    for _ in range(MOST_STEPS if len(places) else 0):
        weight = np.maximum(weight, LEAST_WEIGHT)
        ahead, residual = beta.copy(), -slope / weight
        descend(x, weight, places, penalty[0], penalty[1], tolerance, MOST_SWEEPS, residual, ahead)
        step = ahead - beta
        gain = float(weight @ (step @ x) ** 2)
        now = penalised(value, beta)
        while gain > tolerance:
            value, slope, weight = loss((beta + step) @ x)
            if penalised(value, beta + step) <= now + 1e-12 * abs(now):
                break
            step, gain = step / 2, gain / 4
        if gain <= tolerance:
            break
        beta = beta + step
    return value, beta, np.einsum("pn,n->p", x, slope)


def left_out(
    problem: Problem, strengths: np.ndarray, fold: np.ndarray, tolerance: float = ROUGH
) -> tuple[np.ndarray, np.ndarray]:
    """Deviance (folds, k) of each fold's cases by the path of the others, and the weight (folds,) of each.

    Of the strengths the first k, up to `PATIENCE` beyond the one of least deviance. Deviance is per case of a binary
    outcome; of survival per event, of all cases less that of the others, so that the risk sets are whole (Verweij and
    van Houwelingen 1993; Simon et al. 2011).
    """
    binary = problem.outcomes.kind == "binary"
    judges, walks, weight = [], [], []
    for k in np.unique(fold):
        inside, others = np.flatnonzero(fold == k), np.flatnonzero(fold != k)
        counted = problem.outcomes.take(inside)
        apart = problem.take(others)
        judges.append((inside, problem.losses(counted)) if binary else (others, problem.losses(apart.outcomes)))
        walks.append(_steps(apart, strengths, tolerance))
        weight.append(len(inside) if binary else max(counted.n_events, 1))
    whole, share = problem.losses(problem.outcomes), np.array(weight) / sum(weight)
    deviance = np.zeros((len(weight), 0))
    for betas in zip(*walks, strict=True):
        etas = [beta[0] + np.einsum("ij,j->i", problem.columns, beta[1:]) for beta in betas]
        loss = [judge(eta[rows])[0] for eta, (rows, judge) in zip(etas, judges, strict=True)]
        if not binary:
            loss = [whole(eta)[0] - rest for eta, rest in zip(etas, loss, strict=True)]
        deviance = np.column_stack([deviance, 2 * np.array(loss) / weight])
        if deviance.shape[1] - np.argmin(share @ deviance) > PATIENCE:
            break
    return deviance, np.array(weight, dtype=np.float64)


def chosen(deviance: np.ndarray, weight: np.ndarray, rule: str) -> int:
    """Place of the strength that the rule takes, by the deviance (folds, k) and the weight (folds,) of each fold."""
    share = weight / weight.sum()
    mean = share @ deviance
    error = np.sqrt(share @ (deviance - mean) ** 2 / (len(weight) - 1))
    best = int(np.argmin(mean))
    return best if rule == "least" else int(np.flatnonzero(mean <= mean[best] + error[best])[0])
