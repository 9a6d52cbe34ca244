"""What a model of an outcome is: how it is fitted, what it needs to predict, which settings it has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from scipy import special

from radioloom.errors import StudyError
from radioloom.prediction.baseline_hazard import BaselineHazard
from radioloom.prediction.declared import Rules, checked, faults
from radioloom.prediction.outcome import Outcome
from radioloom.stats.normal import Z95

State: TypeAlias = dict[str, Any]  # JSON-able: what a fitted model needs to predict, and all that it needs
Settings: TypeAlias = dict[str, Any]
Draws: TypeAlias = "np.random.Generator | None"


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fitted model of columns (n, p).

    state : what `Model.predict` needs, JSON-able
    chosen : places of the columns that it predicts from, ascending; all p unless the model chooses its own
    coefficients : of the chosen columns; None for a model that has none
    covariance : of the coefficients, from the observed information; None where the model knows none
    log_likelihood : at the fit; None where the model has no likelihood
    ridge : penalty that the fit needed; 0.0 is plain maximum likelihood
    note : why a ridge was taken, or what else a reader of the signature should know; "" if nothing
    degrees : of freedom of Student's t, of coefficients pooled over imputations; None: the normal distribution
    """

    state: State
    chosen: tuple[int, ...]
    coefficients: np.ndarray | None = None
    covariance: np.ndarray | None = None
    intercept: float = 0.0
    log_likelihood: float | None = None
    ridge: float = 0.0
    note: str = ""
    degrees: np.ndarray | None = None

    @property
    def interval(self) -> tuple[np.ndarray, np.ndarray] | None:
        """Wald interval (95 %) of the coefficients; None where there is none."""
        if self.coefficients is None or self.covariance is None:
            return None
        beta, error = wald(self)
        reach = Z95 if self.degrees is None else special.stdtrit(self.degrees, 0.975)
        return beta - reach * error, beta + reach * error


def wald(fitted: Fitted) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients and their standard errors; raises StudyError for a model without them."""
    if fitted.coefficients is None or fitted.covariance is None:
        raise StudyError("this kind of model has no coefficients with standard errors; take another")
    return fitted.coefficients, np.sqrt(np.diag(fitted.covariance))


@dataclass(frozen=True, slots=True)
class Model:
    """One kind of model: a file of `prediction/models` and a row of `MODELS`.

    outcome : kind of outcome that it is for
    fit : (columns (n, p), outcomes (n,), settings, generator) -> Fitted. Columns come standardised on these n cases,
        vary, and have no NaN; p may be 0, then everybody has the same risk. What is random comes from the generator
        alone, which is None unless the model says that it is `random`.
    predict : (state, columns (m, len(chosen)) in the order of `chosen`) -> risk (m,); higher is worse
    ratio : what exp(coefficient) is called; "" for a model without coefficients
    chooses : whether it chooses its own features from those that it is given
    random : whether it draws at random
    tuned : what is searched among the cases learnt from, in words; "" where all settings are declared
    hazard : (risk (n,), outcomes (n,), settings) of training -> what makes a risk a probability at a horizon; None
        where nothing does
    steady : whether intervals of its cross-validation were measured to hold (docs/calibration.md); of another they are
        not told
    link : risk -> probability of a binary outcome; None for another kind
    settings : JSON schema of each setting, with description and default; a study gives them in `model.settings`
    """

    name: str
    outcome: str
    definition: str
    fit: Callable[[np.ndarray, Outcome, Settings, Draws], Fitted]
    predict: Callable[[State, np.ndarray], np.ndarray]
    ratio: str = ""
    chooses: bool = False
    random: bool = False
    steady: bool = False
    tuned: str = ""
    settings: Rules = field(default_factory=dict)
    hazard: Callable[[np.ndarray, Outcome, Settings], BaselineHazard | None] | None = None
    link: Callable[[np.ndarray], np.ndarray] | None = None

    def checked(self, given: Settings) -> Settings:
        """Settings of a study, with defaults; raises StudyError for one that is unknown or against its rule."""
        return checked(self.settings, given, f"the {self.name} model", "model.settings")

    def faults(self, given: Settings) -> Iterator[tuple[str, str]]:
        """Settings of a study that are unknown or against their rule, each with what is wrong."""
        return faults(self.settings, given, f"the {self.name} model")


def linear_state(intercept: float, coefficients: np.ndarray) -> State:
    """What a linear predictor needs."""
    return {"intercept": float(intercept), "coefficients": [float(each) for each in coefficients]}


def linear_predictor(state: State, columns: np.ndarray) -> np.ndarray:
    """Intercept plus the sum of coefficient times column, (m,)."""
    return state["intercept"] + np.einsum("ij,j->i", columns, np.array(state["coefficients"], dtype=np.float64))
