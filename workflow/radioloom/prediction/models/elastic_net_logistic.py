"""Logistic regression under an elastic net."""

from __future__ import annotations

import numpy as np
from scipy import special

from radioloom.prediction.models.elastic_net import SETTINGS, TUNED, Problem, fit_elastic_net
from radioloom.prediction.models.record import Draws, Fitted, Model, Settings, linear_predictor
from radioloom.prediction.outcome import Outcome


def fit(columns: np.ndarray, outcomes: Outcome, settings: Settings, draws: Draws) -> Fitted:
    """Elastic net of standardised columns (n, p)."""
    return fit_elastic_net(Problem(columns, outcomes, settings["mixing"]), settings["folds"], settings["rule"], draws)


ELASTIC_NET_LOGISTIC = Model(
    "elastic_net_logistic",
    "binary",
    "logistic regression under an elastic net, of a strength chosen in inner folds",
    fit,
    linear_predictor,
    "odds ratio",
    chooses=True,
    random=True,
    tuned=TUNED,
    settings=SETTINGS,
    link=special.expit,
)
