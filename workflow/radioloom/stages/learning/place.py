"""Where models are judged, and the rows that judging them gives."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np

from radioloom.prediction.imputation import too_many_missing
from radioloom.prediction.metrics import METRICS, NULL_P
from radioloom.prediction.metrics.operating import PREVALENCE
from radioloom.prediction.metrics.record import (
    FEWEST_REPEATS,
    NO_INTERVAL,
    NONE,
    RESAMPLED,
    ROBUST,
    UNDEFINED,
    Estimate,
    Metric,
    P,
)
from radioloom.prediction.metrics.risk_groups import HAZARD_RATIO
from radioloom.prediction.models import of_study
from radioloom.prediction.outcome import Outcome, one_case_each
from radioloom.prediction.selectors import SELECTORS
from radioloom.provenance import rng
from radioloom.stages.learning.risks import THE_SIGNATURE, ModelKey
from radioloom.stats.bootstrap import resample_weights
from radioloom.tables.columns import (
    APPARENT,
    BASELINE,
    CONTROL,
    FEW_EVENTS,
    FEW_REPEATS,
    FEWEST_EVENTS,
    NO_RESAMPLES,
    NOT_ASKED,
    NOT_DEFINED,
    NULL,
    OF_LEARNING,
    OF_NULLS,
    OF_PATIENTS,
    SAME_ALWAYS,
    SAME_RISK,
    SEVERAL_CASES,
    SIGNATURE,
    TOO_MANY_MISSING,
    TRAINING_CASES,
    TRUTH,
    UNSTEADY,
)

MAIN, ALL, NO_INTERVALS = "main", "all", "none"  # which models have intervals: values of `validation.intervals`
OF_MAIN = (
    SIGNATURE,
    BASELINE,
    CONTROL,
    TRUTH,
)  # kinds that have them under `main`, variants excepted

Measured: TypeAlias = dict[ModelKey, np.ndarray]  # bool (m,): whether the rows have every value that a model takes


@dataclass(frozen=True, slots=True)
class Validation:
    """Rows of the tables that the stage writes, SELECTION and TUNING of the folds among them; notes are for the log."""

    predictions: list[dict[str, Any]] = field(default_factory=list)
    metrics: list[dict[str, Any]] = field(default_factory=list)
    comparisons: list[dict[str, Any]] = field(default_factory=list)
    curves: list[dict[str, Any]] = field(default_factory=list)
    selection: list[dict[str, Any]] = field(default_factory=list)
    risks: list[dict[str, Any]] = field(default_factory=list)
    calibration: list[dict[str, Any]] = field(default_factory=list)
    decisions: list[dict[str, Any]] = field(default_factory=list)
    operating: list[dict[str, Any]] = field(default_factory=list)
    missing: list[dict[str, Any]] = field(default_factory=list)
    tuning: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
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
    intervals: str = MAIN  # which models have an interval: MAIN, ALL, NO_INTERVALS
    measured: Measured = field(default_factory=dict)
    constant: frozenset[ModelKey] = frozenset()  # models that give every patient the same risk
    most_missing: float = 1.0  # share of the cases that may lack a value of a model
    steady: bool = True  # whether intervals of cross-validation hold for the study's way of learning

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
        """Cases that have every value of all these models; None where that is not known of one."""
        named = [model for model in models if model is not None]
        if any(model not in self.measured for model in named):
            return None
        return int(np.all([self.measured[model] for model in named], axis=0).sum())

    def lacking(self, *models: ModelKey | None) -> bool:
        """Whether too many cases lack a value of one of these models for an interval or a verdict."""
        known = self.n_measured(*models)
        return known is not None and too_many_missing(known, len(self.rows), self.most_missing)

    def told(
        self,
        metric: str,
        model: ModelKey = THE_SIGNATURE,
        against: ModelKey | None = None,
        horizon_days: float = 0.0,
    ) -> bool:
        """Whether a model has an interval of this metric here, or of its difference from another."""
        return not self._withheld(METRICS[metric], model, against, horizon_days)

    def banded(self, members: np.ndarray, model: ModelKey, robust: bool = False) -> bool:
        """Whether the curve of a group of these patients, bool (m,), has a band: where they alone have an interval.

        robust : whether the formula of the band lets the cases of a patient vary together; Greenwood's does not
        """
        group = replace(self, outcomes=self.outcomes.take(np.flatnonzero(members)))
        return group.told(HAZARD_RATIO.name, model) and (robust or one_case_each(group.outcomes))

    def row(
        self,
        model: ModelKey,
        metric: str,
        estimate: Estimate,
        against: ModelKey | None = None,
        horizon_days: float = 0.0,
    ) -> dict[str, Any]:
        """A row of METRICS, which says what its interval is of, or why it has none.

        against : the model whose value was subtracted; None where none was
        horizon_days : of an absolute risk; 0 elsewhere
        A model that nobody has the values of has no value.
        """
        known, n_measured = METRICS[metric], self.n_measured(model, against)
        of, why = self._interval(known, model), self._withheld(known, model, against, horizon_days)
        why = why or (estimate.why if known.read == P else "")
        if n_measured == 0 or (why and known.read == P):
            estimate = UNDEFINED
        elif why:
            estimate = estimate.withheld()
        elif not of and known.read != P:  # it may be computed from resamples all the same
            estimate = replace(estimate, interval=NO_INTERVAL)
        elif of and np.isnan(estimate.interval[0]):
            why, estimate = estimate.why or NOT_DEFINED, estimate.withheld()
        elif of and of != OF_NULLS and estimate.interval[0] == estimate.interval[1]:
            why, estimate = SAME_ALWAYS, estimate.withheld()
        had = self.outcomes.event & ((self.outcomes.time_days <= horizon_days) | (horizon_days == 0))
        keys = {"evaluation": self.evaluation, "cohort": self.cohort, **model._asdict(), "against": ""}
        if against is not None:
            keys |= {"against": against.model, "variant": against.variant}
        return {
            **keys,
            "metric": metric,
            "horizon_days": horizon_days,
            "estimate": estimate.value,
            "low": estimate.interval[0],
            "high": estimate.interval[1],
            "interval": "" if why else of,
            "withheld": why,
            "draws": estimate.resamples.size,
            "n": len(self.rows),
            "n_measured": n_measured,
            "n_events": int(had.sum()),
            "n_with_event": len(np.unique(self.outcomes.patients[had])),
        }

    def _interval(self, metric: Metric, model: ModelKey) -> str:
        """What an interval of this metric is of here, if there is one; "" where the metric has none."""
        if model.kind == NULL:
            return OF_NULLS
        if metric.interval == RESAMPLED:
            return OF_PATIENTS if self.strata is None else OF_LEARNING
        return "" if metric.interval == NONE else metric.interval

    def _withheld(self, metric: Metric, model: ModelKey, against: ModelKey | None, horizon_days: float) -> str:
        """Why an interval or a p is not told: a key of WITHHELD; "" where it is told.

        The one place of this rule: an interval is told where it was measured to hold (docs/validation.md), of the
        models that the study asks it for. The range of the null models is no interval, and needs no events. Where too
        many patients lack a value of a model, what stands in its place was measured. A model that gives every patient
        the same risk orders nobody: what differs from it is no other model's merit. Events are those that the metric
        is of: by a horizon, those by then. A p against null models holds with any number of events.
        """
        models = (model,) if against is None else (model, against)
        if metric.interval == NONE and metric.read != P:
            return ""
        if metric is not PREVALENCE and self.lacking(*models):  # prevalence is of the cohort, whatever the model
            return TOO_MANY_MISSING
        if metric is not PREVALENCE and self.constant.intersection(models):
            return SAME_RISK
        if self.intervals == NO_INTERVALS:
            return NOT_ASKED
        if metric is NULL_P or model.kind == NULL:
            return ""
        of_others = not all(each.kind in OF_MAIN and not each.variant for each in models)
        resampled = metric.interval == RESAMPLED
        repeats = FEWEST_REPEATS if self.strata is None else len(self.strata)
        reasons = {
            TRAINING_CASES: self.evaluation == APPARENT,
            NOT_ASKED: metric.interval != NONE and self.intervals != ALL and of_others,
            SEVERAL_CASES: metric.interval not in (RESAMPLED, ROBUST) and not one_case_each(self.outcomes),
            FEW_EVENTS: self.outcomes.rarer_by(horizon_days) < FEWEST_EVENTS,
            NO_RESAMPLES: resampled and not len(self.weights),
            UNSTEADY: resampled and self.strata is not None and not self.steady,
            FEW_REPEATS: resampled and repeats < FEWEST_REPEATS,
        }
        return next((why for why, met in reasons.items() if met), "")


def placed(evaluation: str, cohort: str, rows: np.ndarray, outcomes: Outcome, study: dict[str, Any]) -> Place:
    """Where models are judged on the rows (m,) of one or more cohorts, with the resamples of their patients.

    outcomes : (m,); study : read are seed, model and validation
    """
    asked, weights = study["validation"], resamples(outcomes, study, cohort)
    told = {"intervals": asked["intervals"], "most_missing": asked["most_missing"], "steady": steady(study)}
    return Place(evaluation, cohort, rows, outcomes, weights, **told)


def steady(study: dict[str, Any]) -> bool:
    """Whether intervals of cross-validation were measured to hold for model and selector, without a grid."""
    kind, declared = of_study(study), study.get("model", {})
    measured = declared.get("selector") not in SELECTORS or SELECTORS[declared["selector"]].steady
    return (not kind or kind.steady) and measured and not declared.get("grid")


def resamples(outcomes: Outcome, study: dict[str, Any], cohort: str) -> np.ndarray:
    """Weights (b, n) of the patients of a cohort in each bootstrap resample; each has its centres.

    study : read are seed and validation.bootstrap
    The same patients of the same cohort have the same resamples in every job. How many have the event varies among
    them, as it does among cohorts: a score that the event rate enters (Brier) holds .4 where it is held fixed.
    """
    draws = rng(study["seed"], "bootstrap", cohort)
    return resample_weights(outcomes.centres, study["validation"]["bootstrap"], draws, outcomes.patients)
