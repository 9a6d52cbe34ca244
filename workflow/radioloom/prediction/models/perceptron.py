"""Multilayer perceptron: layers of hyperbolic tangents of weighted sums, under a penalty on the squared weights."""

from __future__ import annotations

import numpy as np

from radioloom.prediction.models.learner import learner, seed_of
from radioloom.prediction.models.record import Draws, Fitted, Settings, State
from radioloom.prediction.outcome import Outcome

MOST_STEPS, FLAT = 2000, 1e-5  # of L-BFGS, and the largest slope of the mean loss at which it ends


def fit_perceptron(columns: np.ndarray, outcomes: Outcome, settings: Settings, draws: Draws) -> Fitted:
    """A network of standardised columns (n, p), from weights that are drawn (Glorot and Bengio 2010)."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier
    from threadpoolctl import threadpool_limits

    network = MLPClassifier(
        tuple(settings["units"]), "tanh", solver="lbfgs", alpha=settings["penalty"] * len(outcomes),
        max_iter=MOST_STEPS, max_fun=20 * MOST_STEPS, tol=FLAT, random_state=seed_of(draws),
    )  # fmt: skip
    with warnings.catch_warnings(), threadpool_limits(1, "blas"):  # the same sums whatever the cores
        warnings.simplefilter("ignore", ConvergenceWarning)
        network.fit(columns, outcomes.event)
    state = {
        "weights": [each.tolist() for each in network.coefs_],
        "constants": [each.tolist() for each in network.intercepts_],
    }
    note = f"its weights still moved after {MOST_STEPS} steps" if network.n_iter_ >= MOST_STEPS else ""
    return Fitted(state, tuple(range(columns.shape[1])), note=note)


def predict_perceptron(state: State, columns: np.ndarray) -> np.ndarray:
    """Log odds (m,): what the last layer sums up."""
    layers = list(zip(map(np.array, state["weights"]), map(np.array, state["constants"]), strict=True))
    for weights, constants in layers[:-1]:
        columns = np.tanh(np.einsum("mi,ij->mj", columns, weights) + constants)
    weights, constants = layers[-1]
    return np.asarray((np.einsum("mi,ij->mj", columns, weights) + constants)[:, 0])


PERCEPTRON = learner(
    "perceptron",
    "multilayer perceptron (hyperbolic tangents, squared weights penalised)",
    fit_perceptron,
    predict_perceptron,
    settings={
        "units": {
            "description": "units of each hidden layer",
            "type": "array",
            "minItems": 1,
            "maxItems": 3,
            "items": {"type": "integer", "minimum": 1, "maximum": 100},
            "default": [8],
        },
        "penalty": {
            "description": "weight of half the squared weights beside the mean loss of a case",
            "type": "number",
            "minimum": 0,
            "maximum": 100,
            "default": 0.1,
        },
    },
)
