"""Where models are judged, and the rows that judging them gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from radioloom.prediction.metrics.record import Estimate
from radioloom.prediction.outcome import Outcome
from radioloom.provenance import rng
from radioloom.stages.learning.risks import ModelKey
from radioloom.stats.bootstrap import resample_weights
from radioloom.tables.columns import APPARENT, FEWEST_EVENTS, NULL


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

    @property
    def few(self) -> bool:
        """Whether too few patients had the event, or of a binary outcome had it not, for an interval to hold."""
        event, patients = self.outcomes.event, self.outcomes.patients
        classes = (event,) if self.outcomes.kind == "survival" else (event, ~event)
        return min(len(np.unique(patients[each])) for each in classes) < FEWEST_EVENTS

    @property
    def untold(self) -> bool:
        """Whether no interval of a model would hold here: it learnt from these cases, `few` events, no resamples."""
        return self.evaluation == APPARENT or self.few or not len(self.weights)

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
        and where the study asks for no resamples. The spread of null models is no interval, and stays.
        """
        if model.kind != NULL and self.untold:
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
            "n_events": self.outcomes.n_events,
        }


def resamples(outcomes: Outcome, study: dict[str, Any], cohort: str) -> np.ndarray:
    """Weights (b, n) of the patients of a cohort in each bootstrap resample; each has its centres and its events.

    study : read are seed and validation.bootstrap
    The same patients of the same cohort have the same resamples in every job.
    """
    draws = rng(study["seed"], "bootstrap", cohort)
    strata = 2 * outcomes.centres + outcomes.event
    return resample_weights(strata, study["validation"]["bootstrap"], draws, outcomes.patients)
