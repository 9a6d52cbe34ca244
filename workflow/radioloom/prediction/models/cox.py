"""Cox proportional hazards with Efron's ties (Efron 1977)."""

from __future__ import annotations

import numpy as np

from radioloom.prediction.baseline_hazard import BaselineHazard, efron
from radioloom.prediction.models.newton import Loss, maximum_likelihood
from radioloom.prediction.models.record import Fitted, Model, Settings, linear_predictor
from radioloom.prediction.outcome import Outcome

COHORT = "cohort"  # value of the setting `strata`: each training cohort has a baseline hazard of its own


def cox_loss(columns: np.ndarray, outcomes: Outcome) -> Loss:
    """Minus the log partial likelihood of Cox with Efron's ties; parameters are the p coefficients.

    Efron 1977; Therneau and Grambsch 2000, section 3.3: the l-th of d tied events sees the risk set minus l/d of
    the tied events.
    """
    order = np.lexsort((~outcomes.event, -outcomes.time_days))  # longest follow-up first
    x, time, event = columns[order], outcomes.time_days[order], outcomes.event[order]
    _, last = np.unique(-time, return_index=True)
    last = np.append(last[1:], len(time)) - 1  # last row of each distinct time: the risk set is all rows up to it
    group = np.searchsorted(-time[last], -time)
    rows = np.flatnonzero(event)
    at = group[rows]
    starts = np.flatnonzero(np.diff(at, prepend=-1))  # first event of each distinct time with one
    sizes = np.diff(starts, append=len(rows))
    tie = np.repeat(np.arange(len(starts)), sizes)
    share = (np.arange(len(rows)) - starts[tie]) / sizes[tie]  # l/d
    squares = x[:, :, None] * x[:, None, :]

    def at_risk(table: np.ndarray) -> np.ndarray:
        """Sum over the risk set of each event, its tied events counted by Efron's share."""
        whole = np.cumsum(table, axis=0)[last[at]]
        if len(starts) == len(rows):
            return whole
        tied = np.add.reduceat(table[rows], starts, axis=0)[tie]
        return whole - share.reshape(-1, *[1] * (table.ndim - 1)) * tied

    def loss(beta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        eta = np.einsum("ij,j->i", x, beta)
        shift = eta.max(initial=0.0)
        weight = np.exp(eta - shift)
        s0, s1, s2 = (at_risk(table) for table in (weight, weight[:, None] * x, weight[:, None, None] * squares))
        mean = s1 / s0[:, None]
        value = np.sum(np.log(s0) + shift) - eta[rows].sum()
        gradient = mean.sum(axis=0) - x[rows].sum(axis=0)
        hessian = (s2 / s0[:, None, None]).sum(axis=0) - np.einsum("ei,ej->ij", mean, mean)
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


def fit_cox(columns: np.ndarray, outcomes: Outcome, settings: Settings | None = None, _: object = None) -> Fitted:
    """Maximum partial likelihood of standardised columns (n, p)."""
    stratified = (settings or {}).get("strata") == COHORT
    loss = (stratified_loss if stratified else cox_loss)(np.asarray(columns, dtype=np.float64), outcomes)
    return maximum_likelihood("cox", loss, columns.shape[1], intercept=False)


def baseline_hazard(risk: np.ndarray, outcomes: Outcome, settings: Settings) -> BaselineHazard | None:
    """The hazard of one baseline; None where each centre has one of its own, which no new patient is of."""
    return None if settings["strata"] == COHORT else efron(risk, outcomes)


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
)
