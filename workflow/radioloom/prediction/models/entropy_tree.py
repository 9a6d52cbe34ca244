"""Decision tree grown by entropy, C4.5-like.

It is scikit-learn's CART with the gain of information as its measure. Of C4.5 (Quinlan 1993) it has the entropy; it has
no gain ratio, cuts in two alone, and is held small by its depth and the cases of a leaf in the place of pruning.
"""

from __future__ import annotations

import numpy as np

from radioloom.prediction.models.learner import learner, log_odds, seed_of
from radioloom.prediction.models.record import Draws, Fitted, Settings, State
from radioloom.prediction.models.trees import DEPTH, SMALLEST, nodes, shares, taken, values
from radioloom.prediction.outcome import Outcome


def fit_tree(columns: np.ndarray, outcomes: Outcome, settings: Settings, draws: Draws) -> Fitted:
    """One tree of standardised columns (n, p), with the columns that it cuts at."""
    from sklearn.tree import DecisionTreeClassifier

    grown = DecisionTreeClassifier(
        criterion="entropy",
        max_depth=settings["depth"],
        min_samples_leaf=settings["smallest_leaf"],
        random_state=seed_of(draws),  # of two cuts that gain the same
    ).fit(columns, outcomes.event)
    trees, places = taken(nodes([(grown.tree_, shares(grown.tree_))]))
    note = "" if places else "no cut leaves enough cases on both sides"
    return Fitted({"trees": trees, "cases": len(outcomes)}, places, note=note)


def predict_tree(state: State, columns: np.ndarray) -> np.ndarray:
    """Log odds (m,) of the share with the event among the training cases of the same leaf."""
    return np.asarray(log_odds(values(state["trees"], columns)[:, 0], state["cases"]))


ENTROPY_TREE = learner(
    "entropy_tree",
    "decision tree grown by entropy (C4.5-like: cuts in two, no gain ratio, not pruned)",
    fit_tree,
    predict_tree,
    chooses=True,
    settings={"depth": DEPTH | {"default": 3}, "smallest_leaf": SMALLEST},
)
