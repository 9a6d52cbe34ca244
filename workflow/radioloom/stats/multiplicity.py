"""Correction for multiple testing: the false discovery rate of Benjamini and Hochberg."""

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
