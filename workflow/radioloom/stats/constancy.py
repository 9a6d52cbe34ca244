"""When values count as constant: they differ by no more than rounding."""

from __future__ import annotations

import numpy as np

SAME = 1e-12  # share of a value's size (of the mean square, for variances) that rounding alone can make


def constant(values: np.ndarray, axis: int = 0) -> np.ndarray:
    """Whether the range of `values` along an axis is at most `SAME` of the largest |value|, bool; so where none is."""
    span = values.max(axis=axis, initial=-np.inf) - values.min(axis=axis, initial=np.inf)
    return span <= SAME * np.abs(values).max(axis=axis, initial=0.0)
