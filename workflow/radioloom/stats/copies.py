"""Rows of a table that are one row but for how their numbers were written: saved again, or rounded."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np

# Largest difference, relative to a value and to its column's interquartile range, of two that are one written twice:
# what seven digits leave of a number, as R prints it, and single precision.
EQUAL = 1e-6


def written(column: np.ndarray, spread: float) -> np.ndarray:
    """Numbers (n,) of the values of a column, in their order; equal ones, and neighbours that differ by writing, share.

    column : (n,), NaN where there is none, which is the last; spread : its interquartile range
    """
    distinct, place = np.unique(column, return_inverse=True)
    near = _reach(distinct[1:], spread)
    with np.errstate(invalid="ignore"):
        return np.r_[0, np.cumsum(~(np.diff(distinct) <= near))][place.ravel()]


def spreads(values: np.ndarray) -> np.ndarray:
    """Interquartile range (f,) of each column of (n, f), 0 where it has none."""
    known = np.sort(values, axis=0)  # NaN are last
    counts = (~np.isnan(known)).sum(axis=0)
    columns = np.arange(values.shape[1])
    low, high = (known[(part * (counts - 1)).clip(0).astype(int), columns] for part in (0.25, 0.75))
    with np.errstate(invalid="ignore"):
        return np.where(np.isfinite(high - low), high - low, 0.0)


def first_equal(values: np.ndarray) -> np.ndarray:
    """Place (n,) of a row that each row is one with in all columns; its own, if it is the first of them.

    Values are one that differ by `EQUAL` at most; of a value that is lacking in one row alone, and of none
    at all, rows are not one. No rounding is compared, for of many columns some are always rounded apart.
    values : (n, f), NaN where there is none
    """
    first = np.arange(len(values))
    if values.size:
        spread, lacking = spreads(values), np.isnan(values)
        patterns: dict[bytes, list[int]] = {}
        for k, row in enumerate(lacking):
            patterns.setdefault(row.tobytes(), []).append(k)
        for rows in patterns.values():
            if len(rows) > 1:
                _join(values, rows, ~lacking[rows[0]], spread, first)
    return first


def _join(values: np.ndarray, rows: list[int], known: np.ndarray, spread: np.ndarray, first: np.ndarray) -> None:
    """Set `first` of rows with the same known columns; they are sought by the column of most values."""
    part, spread = values[rows][:, known], spread[known]
    if not part.size:
        return
    ordered = np.sort(part, axis=0)
    with np.errstate(invalid="ignore"):
        key = int((np.diff(ordered, axis=0) > _reach(ordered[1:], spread)).sum(axis=0).argmax())
    kept, keys = list[int](), list[float]()
    for k in np.argsort(part[:, key], kind="stable"):
        value = part[k, key]
        near = kept[bisect_left(keys, value - 2 * float(_reach(value, spread[key]))) :] if np.isfinite(value) else kept
        if near:
            with np.errstate(invalid="ignore"):
                alike = (part[near] == part[k]) | (np.abs(part[near] - part[k]) <= _reach(part[k], spread))
            if len(found := np.flatnonzero(alike.all(axis=1))):
                first[rows[k]] = rows[near[found[0]]]
                continue
        kept.append(int(k))
        keys.append(float(value))


def _reach(values: np.ndarray, spread: np.ndarray | float) -> np.ndarray:
    """Largest difference from a value that is the same; 0 of one without end."""
    return np.where(np.isfinite(values), EQUAL * (np.abs(values) + spread), 0.0)
