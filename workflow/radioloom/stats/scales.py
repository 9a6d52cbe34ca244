"""On which scale the features of a table are: as measured, or standardised over the very rows of the table."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from radioloom.stats.constancy import distance, near_one

NEAR = 0.05  # of an SD, or of what it is held against: how near a standardised value is
NEARLY_ALL = 0.9  # share of the features from which a table counts as standardised
ROWS, FEATURES = 10, 5  # fewer tell nothing
FOLD = 5.0  # times that one spread is wider than another where it is not the patients who differ


def _z_scores(values: np.ndarray) -> np.ndarray:
    scaled, exponent = near_one(values)
    mean, sd = (np.ldexp(of(scaled, axis=0), exponent) for of in (np.nanmean, np.nanstd))
    return (np.abs(mean) < NEAR) & (np.abs(sd - 1) < NEAR)


def _unit_range(values: np.ndarray) -> np.ndarray:
    return (np.abs(np.nanmin(values, axis=0)) < 1e-6) & (np.abs(np.nanmax(values, axis=0) - 1) < 1e-6)


def _robust(values: np.ndarray) -> np.ndarray:
    return (np.abs(np.nanmedian(values, axis=0)) < 1e-6) & (np.abs(_spreads(values) - 1) < 1e-6)


# One row a way to standardise: what is then so of each feature (n, f), and in which of them it is.
STANDARDISED: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "mean 0 and standard deviation 1": _z_scores,
    "minimum 0 and maximum 1": _unit_range,
    "median 0 and interquartile range 1": _robust,
}


@dataclass(frozen=True, slots=True)
class Scale:
    """What the values of a table tell of its scale."""

    n_rows: int
    n_features: int  # that differ between rows
    standardised: str = ""  # a key of STANDARDISED; "" for values as measured
    n_standardised: int = 0  # features of which that is so
    below_zero: str = ""  # a volume below 0; "" for none
    spreads: dict[str, float] = field(default_factory=dict)  # interquartile range by feature, where it is above 0


def scale(features: Sequence[str], values: np.ndarray, volumes: Collection[str] = ()) -> Scale:
    """The scale of a table.

    features : their ids (f,); values : (n, f), NaN where there is none; volumes : ids of those that are volumes
    """
    known = np.isfinite(values).any(axis=0)
    names, values = np.asarray(features, object)[known], values[:, known]
    differ = np.nanmax(values, axis=0) > np.nanmin(values, axis=0) if values.size else np.zeros(len(names), bool)
    negative = [name for name, of in zip(names, values.T, strict=True) if name in volumes and np.nanmin(of) < 0]
    names, values = names[differ], values[:, differ]
    spreads = {name: float(spread) for name, spread in zip(names, _spreads(values), strict=True) if spread > 0}
    found = Scale(len(values), len(names), below_zero=negative[0] if negative else "", spreads=spreads)
    if len(values) < ROWS or len(names) < FEATURES:
        return found
    counts = {words: int(test(values).sum()) for words, test in STANDARDISED.items()}
    words, n = max(counts.items(), key=lambda item: item[1])
    enough = n >= NEARLY_ALL * len(names)
    return replace(found, standardised=words, n_standardised=n) if enough else found


def apart(one: Scale, other: Scale) -> tuple[int, int]:
    """How many features spread more than FOLD times wider in one table than in the other, and how many both have."""
    both = [name for name in one.spreads if name in other.spreads]
    ratios = [one.spreads[name] / other.spreads[name] for name in both]
    return sum(max(ratio, 1 / ratio) > FOLD for ratio in ratios), len(both)


def _spreads(values: np.ndarray) -> np.ndarray:
    """Interquartile range of each feature (n, f)."""
    if not values.size:
        return np.zeros(values.shape[1])
    low, high = np.nanpercentile(values, (25, 75), axis=0)
    return distance(low, high)
