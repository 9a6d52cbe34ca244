"""Support vector machine (Cortes and Vapnik 1995), its margins made probabilities by Platt's scaling (Platt 1999).

Of a radial kernel the support vectors, which are training cases, stand in the state; of a linear one its weights alone.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from radioloom.prediction.inner_folds import inner_folds
from radioloom.prediction.models.learner import HELD, learner
from radioloom.prediction.models.logistic import fit_logistic
from radioloom.prediction.models.record import Draws, Fitted, Settings, State
from radioloom.prediction.outcome import Outcome

FOLDS = 5  # in which margins of patients not learnt from are told, as LIBSVM has it
MOST_STEPS = 200_000  # of LIBSVM, of two cases each: a linear kernel may need millions where classes overlap
RADIAL, LINEAR = "radial", "linear"
TOO_FEW = "too few cases of a class to tell how margins become probabilities: they stand as log odds"
UNENDED = f"its margins still moved after {MOST_STEPS} steps: take a lower cost, or the radial kernel"
NOT_RISING = "margins of patients not learnt from do not rise with the outcome: everybody has the same risk"


def fit_machine(columns: np.ndarray, outcomes: Outcome, settings: Settings, draws: Draws) -> Fitted:
    """A machine of standardised columns (n, p), with the line from its margins to log odds."""
    state, ended = _machine(columns, outcomes, settings)
    state["slope"], state["offset"], note = _line(columns, outcomes, settings, draws)
    held = HELD.format("", len(state["vectors"])) if "vectors" in state else ""
    notes = filter(None, ["" if ended else UNENDED, note, held])
    return Fitted(state, tuple(range(columns.shape[1])), note="; ".join(notes))


def _machine(columns: np.ndarray, outcomes: Outcome, settings: Settings) -> tuple[State, bool]:
    """State of a machine without its line, and whether LIBSVM came to its end."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.svm import SVC

    gamma = 1 / columns.shape[1]
    kernel = {RADIAL: "rbf", LINEAR: "linear"}[settings["kernel"]]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = SVC(C=settings["cost"], kernel=kernel, gamma=gamma, max_iter=MOST_STEPS).fit(columns, outcomes.event)
    ended = fitted.fit_status_ == 0
    dual, vectors, constant = fitted.dual_coef_[0], fitted.support_vectors_, float(fitted.intercept_[0])
    if settings["kernel"] == LINEAR:
        return {"weights": np.einsum("v,vp->p", dual, vectors).tolist(), "constant": constant}, ended
    return {"vectors": vectors.tolist(), "dual": dual.tolist(), "gamma": gamma, "constant": constant}, ended


def _line(columns: np.ndarray, outcomes: Outcome, settings: Settings, draws: Draws) -> tuple[float, float, str]:
    """Slope and offset that make log odds of margins, from patients that each fold's machine has not seen; a note."""
    assert draws is not None  # the model says that it is random
    fold = inner_folds(outcomes, FOLDS, draws)
    if fold is None:
        return 1.0, 0.0, TOO_FEW
    margin = np.zeros(len(outcomes))
    for k in np.unique(fold):
        inside, others = np.flatnonzero(fold == k), np.flatnonzero(fold != k)
        margin[inside] = margins(_machine(columns[others], outcomes.take(others), settings)[0], columns[inside])
    mean, sd = margin.mean(), margin.std()
    fitted = fit_logistic(((margin - mean) / sd)[:, None], outcomes) if sd > 0 else None
    if fitted is None or fitted.coefficients is None or not fitted.coefficients[0] > 0:
        return 0.0, float(special.logit(outcomes.n_events / len(outcomes))), NOT_RISING
    slope = float(fitted.coefficients[0] / sd)
    return slope, float(fitted.intercept - slope * mean), fitted.note


def margins(state: State, columns: np.ndarray) -> np.ndarray:
    """Signed distance (m,) from the border between the classes, in margins."""
    if "weights" in state:
        return np.asarray(state["constant"] + np.einsum("ij,j->i", columns, np.array(state["weights"])))
    from scipy.spatial.distance import cdist

    near = np.exp(-state["gamma"] * cdist(columns, np.array(state["vectors"]), "sqeuclidean"))
    return np.asarray(state["constant"] + np.einsum("ij,j->i", near, np.array(state["dual"])))


def predict_machine(state: State, columns: np.ndarray) -> np.ndarray:
    """Log odds (m,)."""
    return np.asarray(state["offset"] + state["slope"] * margins(state, columns))


SUPPORT_VECTORS = learner(
    "support_vectors",
    "support vector machine, its margins made log odds in inner folds (Platt's scaling)",
    fit_machine,
    predict_machine,
    settings={
        "kernel": {
            "description": "radial (of width sqrt(p / 2)) or linear; a radial one holds values of training cases",
            "enum": [RADIAL, LINEAR],
            "default": RADIAL,
        },
        "cost": {
            "description": "price of a case on the wrong side of its margin; more of it fits closer",
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 1000,
            "default": 1.0,
        },
    },
)
