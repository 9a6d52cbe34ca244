"""Correction for multiple testing: the false discovery rate of Benjamini and Hochberg, and the adjustment of Holm."""

from __future__ import annotations

import numpy as np


def benjamini_hochberg(p: np.ndarray) -> np.ndarray:
    """Benjamini-Hochberg q (1995) of the p-values of one family, any shape; NaN stays NaN and is not counted."""
    p = np.asarray(p, dtype=np.float64)
    q = np.full(p.shape, np.nan)
    tested = np.isfinite(p)
    values = p[tested]
    m = len(values)
    order = np.argsort(values, kind="stable")[::-1]
    raised = np.minimum.accumulate(values[order] * (m / np.arange(m, 0, -1)))
    back = np.empty(m)
    back[order] = np.minimum(raised, 1.0)
    q[tested] = back
    return q


def holm(p: np.ndarray) -> np.ndarray:
    """P-values (m,) of one family adjusted after Holm 1979; NaN stays NaN and is not counted.

    The chance of one false positive or more in the family is at most the level, however the tests depend on each other.
    """
    p = np.asarray(p, dtype=np.float64)
    adjusted = np.full(p.shape, np.nan)
    tested = np.flatnonzero(np.isfinite(p))
    order = tested[np.argsort(p[tested], kind="stable")]
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * np.arange(len(order), 0, -1)))
    return adjusted
