"""What a report needs so that a reader can compute an absolute risk: the formula, and the baseline it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from radioloom.figures.exhibit import Exhibit
from radioloom.figures.words import DASH, number

DIGITS = 4
HAZARD = (
    "The absolute risk by a horizon is 1 − S₀ to the power exp(risk − centre), where S₀ is the baseline survival at "
    "that horizon, exp(−H₀), and centre the risk of the patient that S₀ and H₀ are of (the mean in training)."
)
ODDS = "The absolute risk is 1 / (1 + exp(−risk))."


def formula(model: Any) -> str:
    """How the risk of a model becomes a probability, in words; "" where it does not."""
    from radioloom.prediction.models import MODELS

    if model.hazard is not None:
        return HAZARD
    return ODDS if MODELS[model.model].link is not None else ""


def table(model: Any, horizons: Sequence[float]) -> Exhibit | None:
    """Centre, baseline survival and cumulative hazard of each model at the horizons; None where there are none.

    model : the frozen signature, with its baselines; horizons : days that the study declares
    """
    rows = [
        (each.name, f"{days:g}", number(each.hazard.centre, DIGITS), *_at(each.hazard, days))
        for each in (model, *model.baselines.values())
        if each.hazard is not None
        for days in sorted(horizons)
    ]
    heads = ("model", "horizon, days", "centre", "baseline survival S₀", "baseline hazard H₀")
    return Exhibit(heads, tuple(rows), (1, 2, 3, 4), grouped=True) if rows else None


def _at(hazard: Any, days: float) -> tuple[str, str]:
    """Survival and cumulative hazard of the patient whose risk is the centre; dashes where they are not known."""
    import numpy as np

    if hazard.limit(days):
        return DASH, DASH
    survival = 1 - float(hazard.risk(np.array([hazard.centre]), np.array([days]))[0, 0])
    return number(survival, DIGITS), number(-np.log(survival), DIGITS)
