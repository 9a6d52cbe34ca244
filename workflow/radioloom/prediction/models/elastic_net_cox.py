"""Cox proportional hazards under an elastic net, with Efron's ties."""

from __future__ import annotations

import numpy as np

from radioloom.prediction.baseline_hazard import BaselineHazard, efron
from radioloom.prediction.models.cox import risk_sets
from radioloom.prediction.models.elastic_net import SETTINGS, Loss, Problem, fit_elastic_net
from radioloom.prediction.models.record import Draws, Fitted, Model, Settings, linear_predictor
from radioloom.prediction.outcome import Outcome


def cox_loss(outcomes: Outcome) -> Loss:
    """Minus the log partial likelihood of linear predictors (n,), its gradient, and a bound of its curvature.

    The bound is the diagonal of Simon et al. 2011, section 2.3, without the squares that are taken off it there: the
    whole matrix of second derivatives lies below it, so that no step goes too far.
    """
    sets, event = risk_sets(outcomes), outcomes.event.astype(np.float64)

    def loss(eta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        at = eta[sets.order]
        shift = at.max(initial=0.0)
        hazard = np.exp(at - shift)
        at_risk = np.cumsum(hazard)[sets.last]
        at_risk -= sets.share * np.add.reduceat(hazard[sets.rows], sets.starts)[sets.tie]
        exposure = np.cumsum(1 / at_risk[::-1])[::-1][sets.seen]
        exposure[sets.rows] -= np.add.reduceat(sets.share / at_risk, sets.starts)[sets.tie]
        expected = np.zeros(len(event))
        expected[sets.order] = hazard * exposure
        value = float((shift - at[sets.rows] + np.log(at_risk)).sum())
        return value, expected - event, expected

    return loss


def fit(columns: np.ndarray, outcomes: Outcome, settings: Settings, draws: Draws) -> Fitted:
    """Elastic net of standardised columns (n, p)."""
    problem = Problem(columns, outcomes, cox_loss, settings["mixing"])
    return fit_elastic_net(problem, settings["folds"], settings["rule"], draws)


def baseline_hazard(risk: np.ndarray, outcomes: Outcome, _: Settings) -> BaselineHazard:
    """The hazard of one baseline."""
    return efron(risk, outcomes)


ELASTIC_NET_COX = Model(
    "elastic_net_cox",
    "survival",
    "Cox proportional hazards under an elastic net, of a strength chosen in inner folds",
    fit,
    linear_predictor,
    "hazard ratio",
    chooses=True,
    random=True,
    settings=SETTINGS,
    hazard=baseline_hazard,
)
