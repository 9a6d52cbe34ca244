"""Logistic regression of a binary outcome."""

from __future__ import annotations

import numpy as np
from scipy import special

from radioloom.prediction.models.newton import Loss, maximum_likelihood
from radioloom.prediction.models.record import Fitted, Model, Settings, linear_predictor
from radioloom.prediction.outcome import Outcome


def logistic_loss(columns: np.ndarray, outcomes: Outcome) -> Loss:
    """Minus the log-likelihood of logistic regression; parameters are the intercept and the p coefficients."""
    x = np.vstack([np.ones(len(columns)), columns.T])
    y = outcomes.event.astype(np.float64)

    def loss(beta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        eta = np.einsum("jn,j->n", x, beta)
        chance = 0.5 * (1 + np.tanh(eta / 2))
        value = (np.logaddexp(0, eta) - y * eta).sum()
        gradient = np.einsum("jn,n->j", x, chance - y)
        hessian = np.einsum("in,jn->ij", x * (chance * (1 - chance)), x)
        return float(value), gradient, hessian

    return loss


def fit_logistic(columns: np.ndarray, outcomes: Outcome, _: Settings | None = None, __: object = None) -> Fitted:
    """Maximum likelihood of standardised columns (n, p)."""
    loss = logistic_loss(np.asarray(columns, dtype=np.float64), outcomes)
    return maximum_likelihood("logistic", loss, columns.shape[1], intercept=True)


LOGISTIC = Model(
    "logistic",
    "binary",
    "logistic regression",
    fit_logistic,
    linear_predictor,
    "odds ratio",
    steady=True,
    link=special.expit,
)
