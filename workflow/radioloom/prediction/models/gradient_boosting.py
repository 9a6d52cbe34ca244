"""Gradient boosting of small trees for a binary outcome (Friedman 2001, 2002)."""

from __future__ import annotations

import numpy as np
from scipy import special

from radioloom.prediction.declared import Rules
from radioloom.prediction.models.learner import learner, seed_of
from radioloom.prediction.models.record import Draws, Fitted, Settings, State
from radioloom.prediction.models.trees import DEPTH, SMALLEST, TREES, nodes, taken, values
from radioloom.prediction.outcome import Outcome


def fit_boosting(columns: np.ndarray, outcomes: Outcome, settings: Settings, draws: Draws) -> Fitted:
    """Trees of standardised columns (n, p), each fitted on half of the cases, with the columns that they cut at."""
    from sklearn.ensemble import GradientBoostingClassifier

    grown = GradientBoostingClassifier(
        n_estimators=settings["trees"],
        learning_rate=settings["rate"],
        max_depth=settings["depth"],
        min_samples_leaf=settings["smallest_leaf"],
        subsample=0.5,
        random_state=seed_of(draws),
    ).fit(columns, outcomes.event)
    trees, places = taken(nodes((each.tree_, each.tree_.value[:, 0, 0]) for each in grown.estimators_[:, 0]))
    start = float(special.logit(outcomes.n_events / len(outcomes)))
    return Fitted({"trees": trees, "rate": settings["rate"], "start": start}, places)


def predict_boosting(state: State, columns: np.ndarray) -> np.ndarray:
    """Log odds (m,): those of training, and of each tree its share."""
    return np.asarray(state["start"] + state["rate"] * values(state["trees"], columns).sum(axis=1))


SETTINGS: Rules = {
    "trees": TREES | {"default": 100},
    "rate": {
        "description": "share of each tree that is added",
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 1,
        "default": 0.1,
    },
    "depth": DEPTH | {"default": 2},
    "smallest_leaf": SMALLEST,
}
GRADIENT_BOOSTING = learner(
    "gradient_boosting",
    "gradient boosting of small trees by the logistic loss, each on half of the cases",
    fit_boosting,
    predict_boosting,
    chooses=True,
    settings=SETTINGS,
)
