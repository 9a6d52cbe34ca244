"""Gaussian naive Bayes: within each class every column is normal, and independent of the others."""

from __future__ import annotations

import numpy as np
from scipy import special

from radioloom.prediction.models.learner import learner
from radioloom.prediction.models.record import Draws, Fitted, Settings, State
from radioloom.prediction.outcome import Outcome

FARTHEST = 1e100  # standard deviations
LEAST_SPREAD = 1e-9  # of a class, in the largest variance of a column: as scikit-learn's var_smoothing


def fit_bayes(columns: np.ndarray, outcomes: Outcome, _: Settings, __: Draws) -> Fitted:
    """Mean and variance of each standardised column (n, p) in each class."""
    least = LEAST_SPREAD * columns.var(axis=0).max()
    classes = [columns[~outcomes.event], columns[outcomes.event]]
    state = {
        "start": float(special.logit(outcomes.n_events / len(outcomes))),
        "mean": [each.mean(axis=0).tolist() for each in classes],
        "variance": [(each.var(axis=0) + least).tolist() for each in classes],
    }
    return Fitted(state, tuple(range(columns.shape[1])))


def predict_bayes(state: State, columns: np.ndarray) -> np.ndarray:
    """Log odds (m,): those of training, and the log ratio of the densities of both classes over all columns."""
    columns = np.clip(columns, -FARTHEST, FARTHEST)  # its square is a number
    mean, variance = np.array(state["mean"]), np.array(state["variance"])
    without, with_event = (-0.5 * (np.log(v) + (columns - m) ** 2 / v) for m, v in zip(mean, variance, strict=True))
    return np.asarray(state["start"] + (with_event - without).sum(axis=1))


NAIVE_BAYES = learner("naive_bayes", "Gaussian naive Bayes", fit_bayes, predict_bayes, random=False)
