"""A learner of a binary outcome: what all that are no linear model have in common.

Its risk is the log odds of its own probability, so that calibration and absolute risk are read as of any other model.
A probability of 0 or 1, which shares of few cases reach, counts as half a case: the log odds of nothing are no number.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special

from radioloom.prediction.models.record import Draws, Fitted, Model, Settings, State
from radioloom.prediction.outcome import Outcome

SAME = "log_odds"  # key of the state of a model by which everybody has the same risk
Fit = Callable[[np.ndarray, Outcome, Settings, Draws], Fitted]
Predict = Callable[[State, np.ndarray], np.ndarray]
FEWEST = 2  # cases with and without the event that a learner needs
HELD = "holds the standardised values{} of {} training cases, row by row: whoever has it has these"


def learner(name: str, definition: str, fit: Fit, predict: Predict, **more: Any) -> Model:
    """The model of a binary outcome of a learner; where there is nothing to learn from, everybody has the same risk.

    fit : of columns (n, p), p above 0, and outcomes with `FEWEST` cases of either class
    predict : log odds (m,)
    more : fields of Model; it draws at random unless they say that it does not
    """

    def fit_or_none(columns: np.ndarray, outcomes: Outcome, settings: Settings, draws: Draws) -> Fitted:
        n, events = len(outcomes), outcomes.n_events
        if columns.shape[1] and min(events, n - events) >= FEWEST:
            return fit(np.ascontiguousarray(columns), outcomes, settings, draws)
        classes = f"{events} with and {n - events} without the event are too few to tell apart"
        note = classes if columns.shape[1] else "no column to learn from"
        return Fitted({SAME: log_odds(events / n, n)}, (), note=f"{note}: everybody has the same risk")

    def predict_or_same(state: State, columns: np.ndarray) -> np.ndarray:
        return np.full(len(columns), state[SAME]) if SAME in state else predict(state, columns)

    asked = {"random": True, **more}
    return Model(name, "binary", definition, fit_or_none, predict_or_same, link=special.expit, **asked)


def log_odds(chance: np.ndarray | float, cases: float) -> Any:
    """Log odds of probabilities that so many cases tell: 0 and 1 count as half a case of them."""
    return special.logit(np.clip(chance, 0.5 / cases, 1 - 0.5 / cases))


def seed_of(draws: Draws) -> int:
    """What scikit-learn draws by."""
    assert draws is not None  # the model says that it is random
    return int(draws.integers(2**31))
