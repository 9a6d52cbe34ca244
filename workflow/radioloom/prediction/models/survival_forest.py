"""Random forest of relative-risk trees for survival (LeBlanc and Crowley 1992; Ishwaran et al. 2004).

With the cumulative hazard of everybody as the time of each case, a tree of proportional hazards is one of Poisson
rates: a leaf's relative risk is its events over the events that its cases were expected to have. So scikit-learn's
trees of Poisson deviance grow it, and no package for survival is needed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from radioloom.prediction.baseline_hazard import efron
from radioloom.prediction.declared import Rules
from radioloom.prediction.models.cox import baseline_hazard
from radioloom.prediction.models.learner import seed_of
from radioloom.prediction.models.record import Draws, Fitted, Model, Settings, State
from radioloom.prediction.models.trees import SMALLEST, TREES, nodes, single, unasked, values
from radioloom.prediction.outcome import Outcome


def fit_forest(columns: np.ndarray, outcomes: Outcome, settings: Settings, draws: Draws) -> Fitted:
    """A forest of standardised columns (n, p), of which each cut sees sqrt(p); each tree is of cases drawn anew."""
    n, p = columns.shape
    if not p:
        return Fitted({"trees": {}, "events": outcomes.n_events}, (), note="no column to learn from")
    from sklearn.tree import DecisionTreeRegressor

    assert draws is not None  # the model says that it is random
    asked = {"criterion": "poisson", "max_features": "sqrt", "min_samples_leaf": settings["smallest_leaf"]}
    grown, x, rate_of = [], single(columns), rates(outcomes)
    with unasked():
        for _ in range(settings["trees"]):
            tree = DecisionTreeRegressor(**asked, random_state=seed_of(draws))
            grown.append(grow(tree, x, rate_of, np.bincount(draws.integers(n, size=n), minlength=n)))
    trees = nodes((each, each.value[:, 0, 0]) for each in grown)
    return Fitted({"trees": trees, "events": outcomes.n_events}, tuple(range(p)))


def rates(outcomes: Outcome) -> tuple[np.ndarray, np.ndarray]:
    """Events of each case by those that are expected of it, and these (n,)."""
    expected = expected_events(outcomes)
    return np.where(outcomes.event, 1 / np.where(outcomes.event, expected, 1.0), 0.0), expected


def grow(tree: Any, columns: np.ndarray, rate_of: tuple[np.ndarray, np.ndarray], times: np.ndarray) -> Any:
    """Nodes of one of scikit-learn's trees of Poisson deviance, whose value is a relative risk.

    columns : (n, p) in single precision; rate_of : as `rates` gives it; times : (n,) how often each case is taken
    """
    rate, expected = rate_of
    return tree.fit(columns, rate, sample_weight=times * expected, check_input=False).tree_


def expected_events(outcomes: Outcome) -> np.ndarray:
    """Cumulative hazard (n,) of all cases together up to and at the time of each."""
    return efron(np.zeros(len(outcomes)), outcomes).at(outcomes.time_days)


def predict_forest(state: State, columns: np.ndarray) -> np.ndarray:
    """Log (m,) of the mean relative risk over the trees; a leaf of no event counts as half an event of all."""
    if not state["trees"]:
        return np.zeros(len(columns))
    relative = values(state["trees"], columns).mean(axis=1)
    return np.asarray(np.log(np.maximum(relative, 0.5 / state["events"])))


SETTINGS: Rules = {"trees": TREES | {"default": 200}, "smallest_leaf": SMALLEST | {"default": 10}}
SURVIVAL_FOREST = Model(
    "survival_forest",
    "survival",
    "random forest of relative-risk trees (sqrt(p) columns a cut)",
    fit_forest,
    predict_forest,
    random=True,
    settings=SETTINGS,
    hazard=baseline_hazard,
)
