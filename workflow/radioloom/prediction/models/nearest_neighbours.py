"""The k nearest neighbours of a patient among the training cases, by Euclidean distance of standardised columns.

Such a model is its training cases: their values and outcomes stand in its state.
"""

from __future__ import annotations

import numpy as np

from radioloom.prediction.models.learner import HELD, learner, log_odds
from radioloom.prediction.models.record import Draws, Fitted, Settings, State
from radioloom.prediction.outcome import Outcome


def fit_neighbours(columns: np.ndarray, outcomes: Outcome, settings: Settings, _: Draws) -> Fitted:
    """Standardised columns (n, p) as they are; no more neighbours than half of the cases."""
    n = len(outcomes)
    k = min(settings["neighbours"], n // 2)
    fewer = f"{k} neighbours in the place of {settings['neighbours']}, as there are {n} training cases; "
    state = {"neighbours": k, "values": columns.tolist(), "event": outcomes.event.astype(int).tolist()}
    note = fewer * (k < settings["neighbours"]) + HELD.format(" and outcomes", n)
    return Fitted(state, tuple(range(columns.shape[1])), note=note)


def predict_neighbours(state: State, columns: np.ndarray) -> np.ndarray:
    """Log odds (m,) of the share with the event among the nearest; of two equally near the first in training."""
    from scipy.spatial.distance import cdist

    k = state["neighbours"]
    nearest = np.argsort(cdist(columns, np.array(state["values"]), "sqeuclidean"), axis=1, kind="stable")[:, :k]
    return np.asarray(log_odds(np.array(state["event"])[nearest].mean(axis=1), k))


NEAREST_NEIGHBOURS = learner(
    "nearest_neighbours",
    "share with the event among the nearest neighbours in training",
    fit_neighbours,
    predict_neighbours,
    random=False,
    settings={
        "neighbours": {
            "description": "training cases that tell the risk of a patient",
            "type": "integer",
            "minimum": 1,
            "maximum": 1000,
            "default": 15,
        }
    },
)
