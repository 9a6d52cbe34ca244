"""Logistic regression under an elastic net."""

from __future__ import annotations

import numpy as np
from scipy import special

from radioloom.prediction.models.elastic_net import SETTINGS, Loss, Problem, fit_elastic_net
from radioloom.prediction.models.record import Draws, Fitted, Model, Settings, linear_predictor
from radioloom.prediction.outcome import Outcome


def logistic_loss(outcomes: Outcome) -> Loss:
    """Minus the log-likelihood of linear predictors (n,)."""
    y = outcomes.event.astype(np.float64)

    def loss(eta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        chance = special.expit(eta)
        return float((np.logaddexp(0, eta) - y * eta).sum()), chance - y, chance * (1 - chance)

    return loss


def fit(columns: np.ndarray, outcomes: Outcome, settings: Settings, draws: Draws) -> Fitted:
    """Elastic net of standardised columns (n, p)."""
    problem = Problem(columns, outcomes, logistic_loss, settings["mixing"])
    return fit_elastic_net(problem, settings["folds"], settings["rule"], draws)


ELASTIC_NET_LOGISTIC = Model(
    "elastic_net_logistic",
    "binary",
    "logistic regression under an elastic net, of a strength chosen in inner folds",
    fit,
    linear_predictor,
    "odds ratio",
    chooses=True,
    random=True,
    settings=SETTINGS,
    link=special.expit,
)
