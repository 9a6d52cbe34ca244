"""Random-effects summary of one estimate over cohorts: REML, Hartung and Knapp's interval, prediction interval.

Debray et al. 2017 (BMJ 356:i6460) for C and AUC: on the logit scale, where their distribution is nearer to normal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

FEWEST_TO_PREDICT = 3  # cohorts from which a prediction interval can be computed: it has k - 2 degrees of freedom


@dataclass(frozen=True, slots=True)
class Summary:
    """Mean over cohorts; intervals are of 95 %.

    tau2 : variance between cohorts beyond that of chance
    i2 : its share of the variance of a typical cohort, 0 to 1 (Higgins and Thompson 2002)
    prediction : in which the value of a further cohort is expected; NaN below three cohorts
    """

    mean: float
    interval: tuple[float, float]
    prediction: tuple[float, float]
    tau2: float
    i2: float


def random_effects(estimates: np.ndarray, variances: np.ndarray) -> Summary:
    """Summarise estimates (k,), k at least 2, with their variances (k,), all above 0.

    tau2 maximises the restricted likelihood. The interval has k - 1 degrees of freedom (Hartung and Knapp 2001) and is
    never narrower than the usual one: its factor is 1 at least (Roever 2015; metafor's test="adhoc"). The prediction
    interval has k - 2 (Higgins 2009).
    """
    k = len(estimates)
    tau2 = restricted_tau2(estimates, variances)
    weights = 1 / (variances + tau2)
    mean = float((weights * estimates).sum() / weights.sum())
    factor = max(1.0, float((weights * (estimates - mean) ** 2).sum() / (k - 1)))
    variance = factor / weights.sum()
    spread = special.stdtrit(k - 1, 0.975) * np.sqrt(variance)
    ahead = special.stdtrit(k - 2, 0.975) * np.sqrt(tau2 + variance) if k >= FEWEST_TO_PREDICT else np.nan
    interval, prediction = ((float(mean - each), float(mean + each)) for each in (spread, ahead))
    return Summary(mean, interval, prediction, tau2, float(tau2 / (tau2 + _typical(variances))))


def _typical(variances: np.ndarray) -> float:
    """Variance by chance of a typical cohort, of k cohorts (Higgins and Thompson 2002, equation 9)."""
    weights = 1 / variances
    return float((len(weights) - 1) * weights.sum() / (weights.sum() ** 2 - (weights**2).sum()))


def restricted_tau2(estimates: np.ndarray, variances: np.ndarray) -> float:
    """Variance between cohorts that maximises the restricted likelihood: where its derivative is 0; 0 if it falls."""

    def derivative(tau2: float) -> float:
        weights = 1 / (variances + tau2)
        mean = (weights * estimates).sum() / weights.sum()
        squares = (weights**2 * (estimates - mean) ** 2).sum()
        return float(squares - weights.sum() + (weights**2).sum() / weights.sum())

    if derivative(0.0) <= 0:
        return 0.0
    upper = float(np.var(estimates))
    while derivative(upper) > 0:
        upper *= 2
    return float(optimize.brentq(derivative, 0.0, upper, xtol=1e-15, rtol=1e-14))
