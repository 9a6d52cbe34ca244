"""Where models are judged, and the rows that judging them gives."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np

from radioloom.prediction.imputation import too_many_missing
from radioloom.prediction.metrics import METRICS
from radioloom.prediction.metrics.record import UNDEFINED, Estimate, P
from radioloom.prediction.outcome import Outcome
from radioloom.stages.learning.risks import ModelKey
from radioloom.tables.columns import APPARENT, FEWEST_EVENTS, NULL

Measured: TypeAlias = dict[ModelKey, np.ndarray]  # bool (m,): whether the rows have every value that a model takes


@dataclass(frozen=True, slots=True)
class Validation:
    """Rows of the tables that the stage writes, SELECTION of the folds among them; notes are for the log."""

    predictions: list[dict[str, Any]] = field(default_factory=list)
    metrics: list[dict[str, Any]] = field(default_factory=list)
    curves: list[dict[str, Any]] = field(default_factory=list)
    selection: list[dict[str, Any]] = field(default_factory=list)
    risks: list[dict[str, Any]] = field(default_factory=list)
    calibration: list[dict[str, Any]] = field(default_factory=list)
    decisions: list[dict[str, Any]] = field(default_factory=list)
    operating: list[dict[str, Any]] = field(default_factory=list)
    missing: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Place:
    """Where models are judged: an evaluation of one cohort (or of all training cohorts together)."""

    evaluation: str
    cohort: str
    rows: np.ndarray  # (m,) of the material
    outcomes: Outcome  # (m,)
    weights: np.ndarray  # (b, m) resamples, the same for all models and evaluations of these patients
    strata: np.ndarray | None = None  # (repeats, m) fold of each patient in a cross-validation
    measured: Measured = field(default_factory=dict)
    most_missing: float = 1.0  # share of the patients that may lack a value of a model

    def among(self, rows: np.ndarray) -> Place:
        """The same with these of its rows alone, as places in them."""
        return replace(
            self,
            rows=self.rows[rows],
            outcomes=self.outcomes.take(rows),
            weights=self.weights[:, rows],
            strata=None if self.strata is None else self.strata[:, rows],
            measured={key: known[rows] for key, known in self.measured.items()},
        )

    def n_measured(self, *models: ModelKey | None) -> int | None:
        """Patients who have every value of all these models; None where that is not known of one."""
        named = [model for model in models if model is not None]
        if any(model not in self.measured for model in named):
            return None
        return int(np.all([self.measured[model] for model in named], axis=0).sum())

    def lacking(self, *models: ModelKey | None) -> bool:
        """Whether too many patients lack a value of one of these models for an interval or a verdict."""
        known = self.n_measured(*models)
        return known is not None and too_many_missing(known, len(self.rows), self.most_missing)

    @property
    def few(self) -> bool:
        """Whether too few patients had the event, or of a binary outcome had it not, for an interval to hold."""
        event, patients = self.outcomes.event, self.outcomes.patients
        classes = (event,) if self.outcomes.kind == "survival" else (event, ~event)
        return min(len(np.unique(patients[each])) for each in classes) < FEWEST_EVENTS

    def row(
        self,
        model: ModelKey,
        metric: str,
        estimate: Estimate,
        against: ModelKey | None = None,
        horizon_days: float = 0.0,
    ) -> dict[str, Any]:
        """A row of METRICS.

        against : the model whose value was subtracted; None where none was
        horizon_days : of an absolute risk; 0 elsewhere
        The interval is withheld where it would not hold: of the cases that a model was learnt on, of `few` events,
        where too many lack a value of the model, and where the study asks for no resamples. The spread of null models
        is no interval, and stays. Where too many lack a value a p is withheld too, and all where everybody does.
        """
        n_measured = self.n_measured(model, against)
        if self.lacking(model, against):
            told = n_measured and METRICS[metric].read != P
            estimate = estimate.withheld() if told else UNDEFINED
        if model.kind != NULL and (self.evaluation == APPARENT or self.few or not len(self.weights)):
            estimate = estimate.withheld()
        keys = {"evaluation": self.evaluation, "cohort": self.cohort, **model._asdict(), "against": ""}
        if against is not None:
            keys |= {"against": against.model, "variant": against.variant}
        values = {"estimate": estimate.value, "low": estimate.interval[0], "high": estimate.interval[1]}
        return {
            **keys,
            "metric": metric,
            "horizon_days": horizon_days,
            **values,
            "n": len(self.rows),
            "n_measured": n_measured,
            "n_events": self.outcomes.n_events,
        }
