"""Gradient boosting of small trees for survival, by the partial likelihood of Cox (Ridgeway 1999; Friedman 2002).

Each tree is one of scikit-learn's, fitted on what the trees before it leave: the martingale residuals, events less
those that were expected by now. So no package for survival is needed.
"""

from __future__ import annotations

import numpy as np

from radioloom.prediction.baseline_hazard import efron
from radioloom.prediction.models.cox import baseline_hazard
from radioloom.prediction.models.gradient_boosting import SETTINGS
from radioloom.prediction.models.learner import seed_of
from radioloom.prediction.models.record import Draws, Fitted, Model, Settings, State
from radioloom.prediction.models.trees import nodes, single, taken, unasked, values
from radioloom.prediction.outcome import Outcome

HALF = 0.5  # of the cases, on which each tree is fitted


def fit_boosting(
    columns: np.ndarray, outcomes: Outcome, settings: Settings, draws: Draws, share: float = HALF
) -> Fitted:
    """Trees of standardised columns (n, p), each fitted on a share of the cases, with the columns that they cut at."""
    n, p = columns.shape
    if not p:
        return Fitted({"trees": {}}, (), note="no column to learn from")
    from sklearn.tree import DecisionTreeRegressor

    assert draws is not None  # the model says that it is random
    asked = {"max_depth": settings["depth"], "min_samples_leaf": settings["smallest_leaf"]}
    risk, grown, x = np.zeros(n), [], single(columns)
    with unasked():
        for _ in range(settings["trees"]):
            rows = np.sort(draws.permutation(n)[: int(share * n)])
            tree = DecisionTreeRegressor(**asked, random_state=seed_of(draws))
            tree.fit(x[rows], residuals(risk, outcomes)[rows], check_input=False)
            risk = risk + settings["rate"] * tree.predict(x, check_input=False)
            grown.append(tree.tree_)
    trees, places = taken(nodes((each, each.value[:, 0, 0]) for each in grown))
    return Fitted({"trees": trees, "rate": settings["rate"]}, places)


def residuals(risk: np.ndarray, outcomes: Outcome) -> np.ndarray:
    """Martingale residuals (n,) of risks (n,): events less the hazard of each case up to and at its own time."""
    hazard = efron(risk, outcomes)
    return np.asarray(outcomes.event - hazard.at(outcomes.time_days) * np.exp(risk - hazard.centre))


def predict_boosting(state: State, columns: np.ndarray) -> np.ndarray:
    """Log relative hazard (m,): of each tree its share."""
    if not state["trees"]:
        return np.zeros(len(columns))
    return np.asarray(state["rate"] * values(state["trees"], columns).sum(axis=1))


SURVIVAL_BOOSTING = Model(
    "survival_boosting",
    "survival",
    "gradient boosting of small trees by the partial likelihood, each on half of the cases",
    fit_boosting,
    predict_boosting,
    chooses=True,
    random=True,
    settings=SETTINGS,
    hazard=baseline_hazard,
)
