"""Random forest (Breiman 2001): trees of bootstrapped cases that may cut at a random few of the columns each time."""

from __future__ import annotations

import numpy as np

from radioloom.prediction.models.learner import learner, log_odds, seed_of
from radioloom.prediction.models.record import Draws, Fitted, Settings, State
from radioloom.prediction.models.trees import SMALLEST, TREES, nodes, shares, values
from radioloom.prediction.outcome import Outcome


def fit_forest(columns: np.ndarray, outcomes: Outcome, settings: Settings, draws: Draws) -> Fitted:
    """A forest of standardised columns (n, p), of which each cut sees sqrt(p)."""
    from sklearn.ensemble import RandomForestClassifier

    grown = RandomForestClassifier(
        settings["trees"], min_samples_leaf=settings["smallest_leaf"], random_state=seed_of(draws), n_jobs=1
    ).fit(columns, outcomes.event)
    trees = nodes((each.tree_, shares(each.tree_)) for each in grown.estimators_)
    return Fitted({"trees": trees, "cases": len(outcomes)}, tuple(range(columns.shape[1])))


def predict_forest(state: State, columns: np.ndarray) -> np.ndarray:
    """Log odds (m,) of the mean over the trees of the share with the event in a leaf."""
    return np.asarray(log_odds(values(state["trees"], columns).mean(axis=1), state["cases"]))


RANDOM_FOREST = learner(
    "random_forest",
    "random forest of classification trees (Gini, sqrt(p) columns a cut)",
    fit_forest,
    predict_forest,
    settings={"trees": TREES | {"default": 200}, "smallest_leaf": SMALLEST},
)
