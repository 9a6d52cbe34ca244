"""Stepwise regression: one column is taken or given back at a time, while that lowers an information criterion.

As `step` of R (Venables and Ripley 2002, section 7.2): in each step the change that leaves the lowest criterion is
made. What the steps leave fits the cases learnt from too well: effects are too large, intervals too narrow (Harrell
2015, section 4.3). It is here because published analyses have it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from radioloom.prediction.models.record import Draws, Fitted, Model, Settings
from radioloom.prediction.outcome import Outcome

AIC, BIC = "aic", "bic"
BOTH, FORWARD, BACKWARD = "both", "forward", "backward"
LEAST_GAIN = 1e-7  # of a step, as R has it
TUNED = "which columns are taken, by steps on the cases learnt from"
NOT_ALL = "the model of all columns has no maximum of its likelihood, so steps go both ways from none"

SETTINGS: dict[str, dict[str, Any]] = {
    "criterion": {
        "description": "what a column costs: 2 (aic), or the logarithm of the cases, of survival of the events (bic)",
        "enum": [AIC, BIC],
        "default": AIC,
    },
    "direction": {
        "description": "from no column taking and giving back, from none taking alone, or from all giving back alone",
        "enum": [BOTH, FORWARD, BACKWARD],
        "default": BOTH,
    },
    "most": {
        "description": "columns at which nothing more is taken",
        "type": "integer",
        "minimum": 1,
        "maximum": 100,
        "default": 10,
    },
}


def stepwise(plain: Model, name: str) -> Model:
    """The stepwise form of a model by maximum likelihood."""

    def fit(columns: np.ndarray, outcomes: Outcome, settings: Settings, _: Draws) -> Fitted:
        return fit_stepwise(plain, columns, outcomes, settings)

    return Model(
        name,
        plain.outcome,
        f"{plain.definition}, columns chosen by steps",
        fit,
        plain.predict,
        plain.ratio,
        chooses=True,
        tuned=TUNED,
        settings=SETTINGS,
        hazard=plain.hazard,
        link=plain.link,
    )


def fit_stepwise(plain: Model, columns: np.ndarray, outcomes: Outcome, settings: Settings) -> Fitted:
    """A model by maximum likelihood of those of the standardised columns (n, p) that the steps leave.

    Columns with which the likelihood has no maximum are passed over.
    """
    n = outcomes.n_events if outcomes.kind == "survival" else len(outcomes)
    price = 2.0 if settings["criterion"] == AIC else math.log(n)
    direction, p = settings["direction"], columns.shape[1]

    def fitted(places: Sequence[int]) -> Fitted:
        return plain.fit(columns[:, list(places)], outcomes, plain.checked({}), None)

    def cost(places: Sequence[int]) -> float:
        found = fitted(places)
        assert found.log_likelihood is not None  # a model by maximum likelihood
        return math.inf if found.ridge else price * len(places) - 2 * found.log_likelihood

    notes, taken = [], list(range(p)) if direction == BACKWARD else []
    reached = cost(taken)
    if math.isinf(reached):
        notes, direction, taken, reached = [NOT_ALL], BOTH, [], cost([])
    while True:
        fewer = [[each for each in taken if each != gone] for gone in taken if direction != FORWARD]
        room = direction != BACKWARD and len(taken) < settings["most"]
        more = [[*taken, new] for new in range(p) if room and new not in taken]
        costs = [cost(each) for each in (*fewer, *more)]
        if min(costs, default=math.inf) >= reached - LEAST_GAIN:
            break
        best = int(np.argmin(costs))
        taken, reached = (*fewer, *more)[best], costs[best]
    chosen = tuple(sorted(taken))
    full = ", the most that the study allows" * (direction != BACKWARD and len(taken) == settings["most"])
    notes.append(f"{len(taken)} of {p} columns by steps of {settings['criterion'].upper()}{full}")
    return replace(fitted(chosen), chosen=chosen, note="; ".join(notes))
