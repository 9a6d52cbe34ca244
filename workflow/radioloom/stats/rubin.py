"""One estimate of several imputed data sets (Rubin, Multiple Imputation for Nonresponse in Surveys, 1987)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Pooled:
    """Estimates over imputations.

    estimate : (p,), unit of the coefficients
    variance : (p,), within and between imputations
    degrees : (p,), degrees of freedom of Student's t (Barnard and Rubin, Biometrika 1999)
    """

    estimate: np.ndarray
    variance: np.ndarray
    degrees: np.ndarray


def pool(estimates: np.ndarray, variances: np.ndarray, complete_degrees: float) -> Pooled:
    """Pool coefficients of m >= 2 imputed data sets.

    estimates, variances : (m, p), one row an imputation; variances above zero
    complete_degrees : degrees of freedom had nothing been missing (rows - coefficients)
    """
    m = len(estimates)
    between = (1 + 1 / m) * estimates.var(axis=0, ddof=1)
    total = variances.mean(axis=0) + between
    share = between / total
    observed = (complete_degrees + 1) / (complete_degrees + 3) * complete_degrees * (1 - share)
    # Reciprocals, so that imputations that agree (share 0) need no case of their own.
    degrees = 1 / (share**2 / (m - 1) + 1 / observed)
    return Pooled(estimates.mean(axis=0), total, degrees)
