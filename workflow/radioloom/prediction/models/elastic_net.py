"""Elastic net: a linear predictor under a penalty that shrinks coefficients and leaves columns out.

Minimised is loss / n + strength * (mixing * sum|b| + (1 - mixing) * sum(b²) / 2), where the loss of n cases is minus
their log-likelihood (Friedman, Hastie and Tibshirani 2010; Simon et al. 2011); glmnet calls the strength `lambda` and
the mixing `alpha`. Columns come standardised, an intercept is not penalised. From the strength at which nothing is
taken downwards each solution starts at the one before it: Newton steps, of which each is a weighted least squares
solved by coordinate descent. Columns that the strong rule discards (Tibshirani et al. 2012) are taken back where they
break the conditions of the minimum. The strength is chosen by cross-validation among the patients learnt from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from radioloom.prediction.inner_folds import inner_folds
from radioloom.prediction.models.cox import risk_sets
from radioloom.prediction.models.record import Draws, Fitted, Settings, linear_state
from radioloom.prediction.outcome import Outcome

STRENGTHS = 100  # of a path
LEAST_MIXING = 1e-3  # by which the path of a ridge begins, that leaves nothing out at any strength, as in glmnet
WEAKEST = {True: 0.01, False: 1e-4}  # share of the strength where nothing is taken; whether columns outnumber cases
PATIENCE = 20  # strengths without less deviance in the folds, after which weaker ones are not tried
SATURATED = 1e-3  # share of the loss of no column, below which weaker penalties only overfit
EXACT, ROUGH = 1e-13, 1e-7  # share of the loss of no column that a step may still gain: of the model, and of folds
TUNED = "the strength of the penalty, in inner folds"
SLACK = 1e-6  # share by which a gradient may exceed its bound

SETTINGS: dict[str, dict[str, Any]] = {
    "mixing": {
        "description": "share of the penalty that is on |coefficients|, not on their squares: 1 is the lasso, 0 ridge",
        "type": "number",
        "minimum": 0,
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
    """What a path is of: standardised columns (n, p), outcomes (n,), and the mixing of the penalty."""

    columns: np.ndarray
    outcomes: Outcome
    mixing: float

    def take(self, rows: np.ndarray) -> Problem:
        """The same of some cases."""
        return replace(self, columns=self.columns[rows], outcomes=self.outcomes.take(rows))


@dataclass(frozen=True, slots=True)
class Cases:
    """Those cases that a likelihood depends on, as the kernels take them."""

    rows: np.ndarray  # (m,) places of the cases; of survival by falling follow-up
    event: np.ndarray  # bool (m,)
    ties: np.ndarray  # int64 (3, k), see `kernels.elastic_net.loss`

    def loss(self, eta: np.ndarray) -> tuple[float, np.ndarray]:
        """Minus the log-likelihood of linear predictors (n,), and its gradient (m,)."""
        from radioloom.kernels.elastic_net import loss

        slope = np.empty(len(self.rows))
        return loss(eta[self.rows], self.event, self.ties, slope, np.empty(len(slope))), slope

    def design(self, columns: np.ndarray) -> np.ndarray:
        """(1 + p, m), the intercept first. Cox has none: there it takes off each step what moves nobody's risk."""
        return np.ascontiguousarray(np.vstack([np.ones(len(self.rows)), columns[self.rows].T]))


def cases_of(outcomes: Outcome) -> Cases:
    """Of a binary outcome all cases, of survival those that are at risk at an event."""
    if outcomes.kind == "binary":
        return Cases(np.arange(len(outcomes)), outcomes.event, np.zeros((3, 0), dtype=np.int64))
    sets = risk_sets(outcomes)
    ties = sets.rows[sets.starts], np.diff(np.append(sets.starts, len(sets.rows))), sets.last[sets.starts]
    return Cases(sets.order, outcomes.event[sets.order], np.array(ties, dtype=np.int64))


def fit_elastic_net(columns: np.ndarray, outcomes: Outcome, settings: Settings, draws: Draws) -> Fitted:
    """Elastic net of standardised columns (n, p) at the strength that inner folds choose, with the columns it takes."""
    assert draws is not None  # the model says that it is random
    problem = Problem(columns, outcomes, settings["mixing"])
    strengths = path_strengths(problem)
    fold = inner_folds(outcomes, settings["folds"], draws)
    if fold is None or not len(strengths):
        return _fitted(problem, _nothing(problem), "too little is known to choose a penalty")
    place = chosen(*left_out(problem, strengths, fold), settings["rule"])
    beta = path(problem, strengths[: place + 1])[-1]
    first = "none taken" if problem.mixing else "the strongest"
    note = f"penalty of strength {strengths[place]:.4g}, number {place + 1} of {len(strengths)} from {first}"
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


def path_strengths(problem: Problem) -> np.ndarray:
    """Strengths (k,) from the one at which nothing is taken; none where no column says anything of the outcome."""
    n, cases = len(problem.columns), cases_of(problem.outcomes)
    pull = np.einsum("pm,m->p", cases.design(problem.columns)[1:], cases.loss(np.repeat(_nothing(problem)[0], n))[1])
    most = np.abs(pull).max(initial=0.0) / (n * max(problem.mixing, LEAST_MIXING))
    if not most > n * np.finfo(float).eps:
        return np.zeros(0)
    return np.asarray(np.geomspace(most, most * WEAKEST[problem.columns.shape[1] > n], STRENGTHS))


def _nothing(problem: Problem) -> np.ndarray:
    """Intercept and coefficients (1 + p,) where no column is taken."""
    return np.pad(path(replace(problem, columns=problem.columns[:, :0]), np.ones(1))[0], (0, problem.columns.shape[1]))


def path(problem: Problem, strengths: np.ndarray, tolerance: float = EXACT) -> np.ndarray:
    """Intercept and coefficients (k, 1 + p) at falling strengths (k,); the intercept of Cox means nothing."""
    return np.array(list(_steps(problem, strengths, tolerance)))


def _steps(problem: Problem, strengths: np.ndarray, tolerance: float) -> Iterator[np.ndarray]:
    """Coefficients (1 + p,) at one strength after another."""
    from radioloom.kernels.elastic_net import minimum  # here, so that other models do not wait for numba

    cases, n = cases_of(problem.outcomes), len(problem.columns)
    x = cases.design(problem.columns)
    free, beta = np.arange(len(x)) == 0, np.zeros(len(x))
    none = np.zeros(len(x))
    value, pull = minimum(x, cases.event, cases.ties, np.flatnonzero(free), none, none, tolerance, beta)
    tolerance, saturated = tolerance * 2 * value, SATURATED * value
    before = np.abs(pull[~free]).max(initial=0.0) / (n * max(problem.mixing, LEAST_MIXING))
    for strength in strengths:
        lasso, ridge = (np.where(free, 0.0, n * strength * part) for part in (problem.mixing, 1 - problem.mixing))
        likely = free | (beta != 0) | (np.abs(pull) >= n * problem.mixing * (2 * strength - before))
        while value > saturated:
            value, pull = minimum(x, cases.event, cases.ties, np.flatnonzero(likely), lasso, ridge, tolerance, beta)
            broken = ~likely & (np.abs(pull) > lasso * (1 + SLACK))
            if not broken.any():
                break
            likely |= broken
        before = strength
        yield beta.copy()


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
        judges.append((inside, cases_of(counted)) if binary else (others, cases_of(apart.outcomes)))
        walks.append(_steps(apart, strengths, tolerance))
        weight.append(len(inside) if binary else max(counted.n_events, 1))
    whole, share = cases_of(problem.outcomes), np.array(weight) / sum(weight)
    deviance = np.zeros((len(weight), 0))
    for betas in zip(*walks, strict=True):
        etas = [beta[0] + np.einsum("ij,j->i", problem.columns, beta[1:]) for beta in betas]
        loss = [judge.loss(eta[rows])[0] for eta, (rows, judge) in zip(etas, judges, strict=True)]
        if not binary:
            loss = [whole.loss(eta)[0] - rest for eta, rest in zip(etas, loss, strict=True)]
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
