"""Score test of one feature after another: whether it bears on the outcome, before any model is fitted."""

from __future__ import annotations

import numpy as np
from scipy import special

from radioloom.prediction.models.cox import risk_sets
from radioloom.prediction.models.record import Fitted
from radioloom.prediction.models.robust import by_patient, cox_scores
from radioloom.prediction.outcome import Outcome, one_case_each
from radioloom.stats.constancy import constant


def score_test(columns: np.ndarray, outcomes: Outcome) -> np.ndarray:
    """Two-sided p (f,) of each standardised column (n, f) by itself; NaN of one that does not vary.

    Of Cox's partial likelihood (Efron's ties) or of logistic regression, at coefficient 0: chi-square of 1 degree of
    freedom (Rao 1948), as `coxph(y ~ x + strata(centre))$score` and `anova(glm, test = "Rao")` of R. Each centre has a
    baseline of its own, as in C. Where patients have several cases the variance is that over patients (Lin and Wei
    1989; `$rscore`).
    """
    scores, variance = np.zeros(columns.shape), np.zeros(columns.shape[1])
    for rows in (np.flatnonzero(outcomes.centres == each) for each in np.unique(outcomes.centres)):
        part = outcomes.take(rows)
        if part.n_events:
            scores[rows], information = (_cox if part.kind == "survival" else _logistic)(columns[rows], part)
            variance += information
    if not one_case_each(outcomes):
        variance = (by_patient(scores, outcomes) ** 2).sum(axis=0)
    known = (variance > 0) & ~constant(columns)
    chi = np.divide(scores.sum(axis=0) ** 2, variance, out=np.full(len(known), np.nan), where=known)
    return np.asarray(special.chdtrc(1, chi))


def _logistic(columns: np.ndarray, outcomes: Outcome) -> tuple[np.ndarray, np.ndarray]:
    """Each case's part of the gradient (n, f), and the information (f,), at coefficient 0."""
    apart, chance = columns - columns.mean(axis=0), outcomes.event.mean()
    return apart * (outcomes.event - chance)[:, None], chance * (1 - chance) * (apart**2).sum(axis=0)


def _cox(columns: np.ndarray, outcomes: Outcome) -> tuple[np.ndarray, np.ndarray]:
    """The same of Cox: the information is the variance of a column among those at risk, over all events."""
    sets = risk_sets(outcomes)
    x = np.column_stack([np.ones(len(sets.order)), columns[sets.order], columns[sets.order] ** 2])
    tied = np.add.reduceat(x[sets.rows], sets.starts, axis=0)[sets.tie]
    at_risk = np.cumsum(x, axis=0)[sets.last] - sets.share[:, None] * tied
    mean, square = np.hsplit(at_risk[:, 1:] / at_risk[:, :1], 2)
    nothing = Fitted({}, (), np.zeros(columns.shape[1]))
    return cox_scores(columns, outcomes, nothing), (square - mean**2).sum(axis=0)
