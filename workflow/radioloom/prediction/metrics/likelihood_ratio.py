"""Likelihood-ratio test of what one frozen risk adds to another."""

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
    without = len(outcomes) - outcomes.n_events if outcomes.kind == "binary" else 3
    if not np.ptp(added) > 0 or min(outcomes.n_events, without) <= 2:
        return UNDEFINED
    first = [_standard(known)] if np.ptp(known) > 0 else []
    one, both = _fit(first, outcomes), _fit([*first, _standard(added)], outcomes)
    if one.ridge or both.ridge or one.log_likelihood is None or both.log_likelihood is None:
        return UNDEFINED
    return Estimate(float(special.chdtrc(1, max(0.0, 2 * (both.log_likelihood - one.log_likelihood)))))


def _fit(risks: list[np.ndarray], outcomes: Outcome) -> Fitted:
    columns = np.column_stack([np.zeros((len(outcomes), 0)), *risks])
    return fit_cox(columns, outcomes) if outcomes.kind == "survival" else fit_logistic(columns, outcomes)


def _standard(risk: np.ndarray) -> np.ndarray:
    return (risk - risk.mean()) / risk.std()


# Of two models, not of one: clinical+signature against clinical, in patients that neither was learnt on.
ADDED_LR_P = Metric("added_lr_p", "likelihood-ratio p of the signature", ("survival", "binary"), P, False, NONE, None)
