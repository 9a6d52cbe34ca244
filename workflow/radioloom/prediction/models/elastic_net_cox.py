"""Cox proportional hazards under an elastic net, with Efron's ties."""

from __future__ import annotations

import numpy as np

from radioloom.prediction.baseline_hazard import BaselineHazard, efron
from radioloom.prediction.models.elastic_net import SETTINGS, TUNED, Problem, fit_elastic_net
from radioloom.prediction.models.record import Draws, Fitted, Model, Settings, linear_predictor
from radioloom.prediction.outcome import Outcome


def fit(columns: np.ndarray, outcomes: Outcome, settings: Settings, draws: Draws) -> Fitted:
    """Elastic net of standardised columns (n, p)."""
    return fit_elastic_net(Problem(columns, outcomes, settings["mixing"]), settings["folds"], settings["rule"], draws)


def baseline_hazard(risk: np.ndarray, outcomes: Outcome, _: Settings) -> BaselineHazard:
    """The hazard of one baseline."""
    return efron(risk, outcomes)


ELASTIC_NET_COX = Model(
    "elastic_net_cox",
    "survival",
    "Cox proportional hazards under an elastic net, of a strength chosen in inner folds",
    fit,
    linear_predictor,
    "hazard ratio",
    chooses=True,
    random=True,
    tuned=TUNED,
    settings=SETTINGS,
    hazard=baseline_hazard,
)
