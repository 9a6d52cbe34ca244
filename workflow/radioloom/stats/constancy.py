"""When values count as constant, and how those of any size are squared."""

from __future__ import annotations

import numpy as np

SAME = 1e-12  # share of a value's size (of the mean square, for variances) that rounding alone can make


def constant(values: np.ndarray, axis: int = 0) -> np.ndarray:
    """Whether the range of `values` along an axis is at most `SAME` of the largest |value|, bool; so where none is."""
    span = values.max(axis=axis, initial=-np.inf) - values.min(axis=axis, initial=np.inf)
    return span <= SAME * np.abs(values).max(axis=axis, initial=0.0)


def distance(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """High - low of two quantiles of values; 0 where it is at most `SAME` of the larger, as rounding alone makes it."""
    apart = high - low
    return np.where(apart <= SAME * np.maximum(np.abs(low), np.abs(high)), 0.0, apart)


def near_one(values: np.ndarray, axis: int | tuple[int, ...] = 0) -> tuple[np.ndarray, np.ndarray]:
    """Values over a power of two, and its exponent along the other axes: squares of 1e160 would be infinite.

    The largest |value| along `axis` becomes one between 0.5 and 1; nothing is rounded, so that what is computed is the
    same to the last bit after `np.ldexp(result, exponent)`. What is not finite stays as it is.
    """
    largest = np.where(np.isfinite(values), np.abs(values), 0.0).max(axis=axis, initial=0.0)
    exponent = np.frexp(largest)[1]
    return np.ldexp(values, -np.expand_dims(exponent, axis)), exponent
