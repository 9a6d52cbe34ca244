"""Cox proportional hazards with Efron's ties (Efron 1977)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from radioloom.prediction.baseline_hazard import BaselineHazard, efron
from radioloom.prediction.models.newton import Loss, maximum_likelihood
from radioloom.prediction.models.record import Fitted, Model, Settings, linear_predictor
from radioloom.prediction.outcome import Outcome

COHORT = "cohort"  # value of the setting `strata`: each training cohort has a baseline hazard of its own


@dataclass(frozen=True, slots=True)
class RiskSets:
    """Who is at risk at each of e events; patients are in the order of `order`, longest follow-up first."""

    order: np.ndarray  # (m,) places of the patients that are at risk at any event
    rows: np.ndarray  # (e,) patient of each event, in that order
    last: np.ndarray  # (e,) last patient at risk
    seen: np.ndarray  # (m,) first event that sees each patient; the later ones see it too
    starts: np.ndarray  # first event of each distinct time
    tie: np.ndarray  # (e,) number of the distinct time
    share: np.ndarray  # (e,) part of the tied events that the l-th of d does not see, l/d


def risk_sets(outcomes: Outcome) -> RiskSets:
    """Risk sets with Efron's ties."""
    order = np.lexsort((~outcomes.event, -outcomes.time_days))
    time, rows = -outcomes.time_days[order], np.flatnonzero(outcomes.event[order])
    last = time.searchsorted(time[rows], "right") - 1
    seen = last.searchsorted(np.arange(last.max(initial=-1) + 1))
    first = np.append(True, last[1:] != last[:-1])[: len(rows)]
    starts, tie = np.flatnonzero(first), np.cumsum(first) - 1
    share = (np.arange(len(rows)) - starts[tie]) / np.bincount(tie)[tie]
    return RiskSets(order[: len(seen)], rows, last, seen, starts, tie, share)


def cox_loss(columns: np.ndarray, outcomes: Outcome) -> Loss:
    """Minus the log partial likelihood of Cox with Efron's ties; parameters are the p coefficients.

    Efron 1977; Therneau and Grambsch 2000, section 3.3: the l-th of d tied events sees the risk set minus l/d of
    the tied events. The second moments of all risk sets are never laid out: their sum over events is that over
    patients, each weighed by the hazards (one over the sum of weights at risk) of the events that see the patient.
    """
    sets = risk_sets(outcomes)
    rows, last, seen, starts, tie, share = sets.rows, sets.last, sets.seen, sets.starts, sets.tie, sets.share
    with_one = np.ones((1 + columns.shape[1], len(seen)))
    with_one[1:] = columns[sets.order].T
    x = with_one[1:]
    of_events = x[:, rows].sum(axis=1)
    tied = len(starts) < len(rows)

    def loss(beta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        eta = np.einsum("jn,j->n", x, beta)
        shift = eta.max(initial=0.0)
        weight = np.exp(eta - shift)
        table = weight * with_one
        at_risk = np.add.accumulate(table, axis=1).take(last, axis=1)
        if tied:
            at_risk -= share * np.add.reduceat(table.take(rows, axis=1), starts, axis=1).take(tie, axis=1)
        hazard = 1 / at_risk[0]
        mean = at_risk[1:] * hazard
        exposure = np.add.accumulate(hazard[::-1])[::-1].take(seen)
        if tied:
            exposure[rows] -= np.add.reduceat(share * hazard, starts).take(tie)
        # Risks so far apart that hazards overflow have no value either: such a step is too far.
        value = (shift - eta.take(rows) - np.log(hazard)).sum() if math.isfinite(hazard.sum()) else math.inf
        gradient = mean.sum(axis=1) - of_events
        hessian = np.einsum("in,jn->ij", x * (weight * exposure), x) - np.einsum("ie,je->ij", mean, mean)
        return float(value), gradient, hessian

    return loss


def stratified_loss(columns: np.ndarray, outcomes: Outcome) -> Loss:
    """Minus the log partial likelihood where each centre has a baseline hazard of its own: the sum over centres.

    Kalbfleisch and Prentice 2002, section 4.4; as strata() of R survival.
    """
    members = (np.flatnonzero(outcomes.centres == each) for each in np.unique(outcomes.centres))
    losses = [cox_loss(columns[rows], outcomes.take(rows)) for rows in members]

    def loss(beta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        values, gradients, hessians = zip(*(each(beta) for each in losses), strict=True)
        return sum(values), np.sum(gradients, axis=0), np.sum(hessians, axis=0)

    return loss


def centres_apart(settings: Settings) -> bool:
    """Whether each centre has a baseline hazard of its own; no other model has such a setting."""
    return settings.get("strata") == COHORT


def fit_cox(columns: np.ndarray, outcomes: Outcome, settings: Settings | None = None, _: object = None) -> Fitted:
    """Maximum partial likelihood of standardised columns (n, p)."""
    loss = (stratified_loss if centres_apart(settings or {}) else cox_loss)(
        np.asarray(columns, dtype=np.float64), outcomes
    )
    return maximum_likelihood("cox", loss, columns.shape[1], intercept=False)


def baseline_hazard(risk: np.ndarray, outcomes: Outcome, settings: Settings) -> BaselineHazard | None:
    """The hazard of one baseline; None where each centre has one of its own, which no new patient is of."""
    return None if centres_apart(settings) else efron(risk, outcomes)


COX = Model(
    "cox",
    "survival",
    "Cox proportional hazards, Efron's ties",
    fit_cox,
    linear_predictor,
    "hazard ratio",
    settings={
        "strata": {
            "description": "what has a baseline hazard of its own: no part of the patients, or each training cohort",
            "enum": ["none", COHORT],
            "default": "none",
        }
    },
    hazard=baseline_hazard,
    steady=True,
)
