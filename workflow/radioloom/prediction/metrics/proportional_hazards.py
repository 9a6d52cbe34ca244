"""Whether the hazard ratio of the risk changes with time: the test of proportional hazards."""

from __future__ import annotations

import numpy as np
from scipy import special

from radioloom.prediction.metrics.kaplan_meier import kaplan_meier
from radioloom.prediction.metrics.record import NONE, UNDEFINED, Estimate, Judged, Metric, P
from radioloom.prediction.models.cox import fit_cox
from radioloom.prediction.models.record import wald
from radioloom.prediction.outcome import Outcome


def zph(risk: np.ndarray, outcomes: Outcome) -> tuple[float, float]:
    """Chi-square (1 degree of freedom) and p of the score test for a coefficient of risk times g(time).

    risk : (n,), the only column of a Cox model (Efron's ties) of these outcomes
    g is 1 - Kaplan-Meier just before each event: `cox.zph(transform = "km")` of R's survival 3 and later (Grambsch and
    Therneau 1994, as an exact score test). (NaN, NaN) where that model has no maximum.
    """
    sd = risk.std()
    if not sd > 0 or outcomes.n_events < 3:
        return float("nan"), float("nan")
    x = (risk - risk.mean()) / sd
    fitted = fit_cox(x[:, None], outcomes)
    if fitted.ridge:
        return float("nan"), float("nan")
    residual, variance, time = _moments(x, outcomes, float(wald(fitted)[0][0]))
    curve = kaplan_meier(outcomes.time_days, outcomes.event)
    g = 1 - curve.survival[np.searchsorted(curve.time_days, time, "left") - 1]
    g = g - g.mean()
    left = (variance * g**2).sum() - (variance * g).sum() ** 2 / variance.sum()
    if not left > 0:
        return float("nan"), float("nan")
    chi2 = float((g * residual).sum() ** 2 / left)
    return chi2, float(special.chdtrc(1, chi2))


def _moments(x: np.ndarray, outcomes: Outcome, beta: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each event (e,): x minus its mean over those at risk, its variance there, time; tied events by Efron."""
    order = np.argsort(outcomes.time_days, kind="stable")
    x, time, event = x[order], outcomes.time_days[order], outcomes.event[order]
    powers = np.exp(beta * x)[:, None] * x[:, None] ** np.arange(3)
    whole = np.cumsum(powers[::-1], axis=0)[::-1]
    rows = np.flatnonzero(event)
    _, tie, sizes = np.unique(time[rows], return_inverse=True, return_counts=True)
    tied = np.zeros((len(sizes), 3))
    np.add.at(tied, tie, powers[rows])
    share = (np.arange(len(rows)) - (np.cumsum(sizes) - sizes)[tie]) / sizes[tie]
    s0, s1, s2 = (whole[np.searchsorted(time, time[rows], "left")] - share[:, None] * tied[tie]).T
    return x[rows] - s1 / s0, s2 / s0 - (s1 / s0) ** 2, time[rows]


def proportional_hazards(judged: Judged) -> Estimate:
    """P of the test; a small one says that the hazard ratio of the risk is not the same at all times."""
    p = zph(judged.risks[0], judged.outcomes)[1]
    return UNDEFINED if np.isnan(p) else Estimate(p)


PROPORTIONAL_HAZARDS = Metric(
    "proportional_hazards_p",
    "proportional hazards, p",
    ("survival",),
    P,
    None,
    NONE,
    proportional_hazards,
    of_training=False,
)
