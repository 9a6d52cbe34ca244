"""Variance of each feature that a linear model explains (adjusted R squared): scanner, protocol, cohort."""

from __future__ import annotations

import numpy as np

from radioloom.stats.constancy import SAME, near_one

ROUNDING = 1e-9  # singular values below this share of the largest count as zero


def explained(values: np.ndarray, columns: np.ndarray, given: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Adjusted R squared (f,) of a linear model of each feature, and cases (f,) that it rests on.

    values : float64 (n, f), NaN where a feature is undefined: such a case does not count for it
    columns : (n, p) what explains, categories as 0/1 columns; given : (n, q) what is held fixed, the constant among it

    1 - (RSS / df of both) / (RSS / df of `given` alone). Given a constant alone it is the adjusted R squared,
    of one category the epsilon squared of analysis of variance (Kelley 1935, Okada 2013): nil on average where there is
    no effect, however many the levels; by chance it is negative too. With cohorts given it is the partial one: of what
    the cohorts leave. Columns that say the same count once. NaN where nothing is left to explain, no column says
    anything beyond `given`, or no degree of freedom is left.
    """
    values, columns, given = (near_one(np.asarray(each, float))[0] for each in (values, columns, given))
    share, n = np.full(values.shape[1], np.nan), np.isfinite(values).sum(axis=0)
    patterns, of = np.unique(np.isfinite(values).T, axis=0, return_inverse=True)
    for k, defined in enumerate(patterns):
        places = np.flatnonzero(of == k)
        share[places] = _share(values[np.ix_(defined, places)], columns[defined], given[defined])
    return share, n


def dummies(levels: np.ndarray) -> np.ndarray:
    """0/1 columns (n, k) of the k levels of a category (n,), sorted."""
    return (levels[:, None] == np.unique(levels)).astype(float)


def _share(values: np.ndarray, columns: np.ndarray, given: np.ndarray) -> np.ndarray:
    if not len(values):
        return np.full(values.shape[1], np.nan)
    less, df_less = _residual(values, given)
    more, df_more = _residual(values, np.column_stack([given, columns]))
    if df_more < 1 or df_more == df_less:
        return np.full(values.shape[1], np.nan)
    varies = less > SAME * (values**2).sum(axis=0)
    ratio = np.divide(more / df_more, less / df_less, out=np.full(len(less), np.nan), where=varies)
    return 1.0 - ratio


def _residual(values: np.ndarray, design: np.ndarray) -> tuple[np.ndarray, int]:
    """Residual sums of squares (f,) and their degrees of freedom; columns of the design may depend on each other."""
    size = np.sqrt((design**2).mean(axis=0))
    base, singular, _ = np.linalg.svd(design / np.where(size > 0, size, 1.0), full_matrices=False)
    base = base[:, singular > ROUNDING * singular.max(initial=0.0)]
    left = values - base @ (base.T @ values)
    return (left**2).sum(axis=0), len(values) - base.shape[1]
