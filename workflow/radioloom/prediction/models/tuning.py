"""Settings that are searched: of a list of values that of least deviance in inner folds of the patients learnt from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import numpy as np

from radioloom.prediction.inner_folds import inner_folds
from radioloom.prediction.models.cox import cox_loss
from radioloom.prediction.models.record import Draws, Fitted, Rules, Settings, State, is_grid
from radioloom.prediction.outcome import Outcome

FOLDS = 5
FIRST = "too few patients with or without the event to search in folds: of each setting the first value is taken"

Fit = Callable[[np.ndarray, Outcome, Settings, Draws], Fitted]
Predict = Callable[[State, np.ndarray], np.ndarray]


def tuned(rules: Rules, fit: Fit, predict: Predict) -> Fit:
    """A fit for which a setting may be a list of values.

    rules : of the settings. The point of the grid of least deviance is fitted on all cases, of several the first.
    """

    def search(columns: np.ndarray, outcomes: Outcome, settings: Settings, draws: Draws) -> Fitted:
        grids = {key: value for key, value in settings.items() if is_grid(value, rules[key])}
        if not grids:
            return fit(columns, outcomes, settings, draws)
        assert draws is not None  # a model with settings to search says that it is random
        points = [settings | dict(zip(grids, values, strict=True)) for values in product(*grids.values())]
        fold = inner_folds(outcomes, FOLDS, draws)
        if fold is None:
            return _noted(fit(columns, outcomes, points[0], draws), FIRST)
        deviance = np.zeros(len(points))
        for k in np.unique(fold):
            others = np.flatnonzero(fold != k)
            for place, point in enumerate(points):
                found = fit(np.ascontiguousarray(columns[others]), outcomes.take(others), point, draws)
                risk = predict(found.state, columns[:, list(found.chosen)])
                deviance[place] += left_out(risk, outcomes, others)
        best = points[int(np.argmin(deviance))]
        told = ", ".join(f"{key} {best[key]} of {', '.join(map(str, values))}" for key, values in grids.items())
        return _noted(fit(columns, outcomes, best, draws), f"of least deviance in {fold.max() + 1} inner folds: {told}")

    return search


def _noted(fitted: Fitted, note: str) -> Fitted:
    return replace(fitted, note="; ".join(filter(None, [note, fitted.note])))


def left_out(risk: np.ndarray, outcomes: Outcome, others: np.ndarray) -> float:
    """Deviance of the cases that are not among the others, of risks (n,) learnt from these.

    Of survival that of all cases less that of the others, so that the risk sets are whole (Verweij and van Houwelingen
    1993).
    """
    if outcomes.kind == "binary":
        inside = np.setdiff1d(np.arange(len(risk)), others)
        sign = np.where(outcomes.event[inside], -1.0, 1.0)
        return float(2 * np.logaddexp(0, sign * risk[inside]).sum())
    whole, rest = (
        cox_loss(risk[rows, None], outcomes.take(rows))(np.ones(1))[0] for rows in (np.arange(len(risk)), others)
    )
    return 2 * (whole - rest)
