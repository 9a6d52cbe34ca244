"""Likelihood-ratio tests of frozen risks: what one adds to another, and whether one means the same in all subgroups."""

from __future__ import annotations

import numpy as np
from scipy import special

from radioloom.prediction.metrics.record import NONE, UNDEFINED, Estimate, Metric, P
from radioloom.prediction.models.cox import fit_cox
from radioloom.prediction.models.logistic import fit_logistic
from radioloom.prediction.models.record import Fitted
from radioloom.prediction.outcome import Outcome


def added_value(known: np.ndarray, added: np.ndarray, outcomes: Outcome) -> Estimate:
    """P of the likelihood-ratio test, 1 df: new models of these patients of the risk `known` and of both risks.

    known, added : (n,) risks of models that were learnt on other patients, so that neither is too good here
    NaN where `added` does not vary, is a line of `known`, the outcome is separated, or there are too few events.
    """
    if not np.ptp(added) > 0:
        return UNDEFINED
    return _ratio([_standard(known)] if np.ptp(known) > 0 else [], [_standard(added)], outcomes)


def interaction(risk: np.ndarray, level: np.ndarray, outcomes: Outcome) -> Estimate:
    """P of the likelihood-ratio test that the risk has another weight in some subgroup; df: subgroups less one.

    risk : (n,) of a model that was learnt on other patients
    level : (n,) subgroup of each patient
    The models are new ones of these patients: the risk and the subgroups; and these with their products, in which
    each subgroup has a weight of its own. NaN where there is one subgroup, the risk does not vary in one of them, the
    outcome is separated, or there are too few events.
    """
    known = np.unique(level)
    if len(known) < 2 or any(not np.ptp(risk[level == each]) > 0 for each in known):
        return UNDEFINED
    standard = _standard(risk)
    members = [(level == each).astype(np.float64) for each in known[1:]]
    return _ratio([standard, *members], [standard * each for each in members], outcomes)


def _ratio(first: list[np.ndarray], more: list[np.ndarray], outcomes: Outcome) -> Estimate:
    """P of adding the columns `more` to a model of the columns `first`, as many df as are added."""
    without = len(outcomes) - outcomes.n_events if outcomes.kind == "binary" else 3
    if min(outcomes.n_events, without) <= 2:
        return UNDEFINED
    one, both = _fit(first, outcomes), _fit([*first, *more], outcomes)
    if one.ridge or both.ridge or one.log_likelihood is None or both.log_likelihood is None:
        return UNDEFINED
    return Estimate(float(special.chdtrc(len(more), max(0.0, 2 * (both.log_likelihood - one.log_likelihood)))))


def _fit(columns: list[np.ndarray], outcomes: Outcome) -> Fitted:
    table = np.column_stack([np.zeros((len(outcomes), 0)), *columns])
    return fit_cox(table, outcomes) if outcomes.kind == "survival" else fit_logistic(table, outcomes)


def _standard(risk: np.ndarray) -> np.ndarray:
    return (risk - risk.mean()) / risk.std()


# Of two models, not of one: clinical+signature against clinical, in patients that neither was learnt on.
ADDED_LR_P = Metric("added_lr_p", "likelihood-ratio p of the signature", ("survival", "binary"), P, False, NONE, None)
# Of one model in the subgroups of a cohort.
INTERACTION_P = Metric("interaction_p", "p of interaction", ("survival", "binary"), P, False, NONE, None)
