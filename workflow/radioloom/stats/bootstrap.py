"""Bootstrap and permutation of patients within strata, and percentile intervals."""

from __future__ import annotations

import numpy as np


def resample_weights(strata: np.ndarray, n_resamples: int, generator: np.random.Generator) -> np.ndarray:
    """Counts float64 (n_resamples, n): each row draws, with replacement, as many patients of a stratum as it has.

    `strata` (n,) is what must not vary by chance: the event, so that no resample is without one.
    """
    strata = np.asarray(strata)
    weights = np.zeros((n_resamples, len(strata)))
    for stratum in np.unique(strata):
        members = np.flatnonzero(strata == stratum)
        weights[:, members] = generator.multinomial(
            len(members), np.full(len(members), 1 / len(members)), size=n_resamples
        )
    return weights


def permutation_within(strata: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """A random permutation int64 (n,) that leaves everyone in their stratum (n,)."""
    order = np.arange(len(strata))
    for stratum in np.unique(strata):
        members = np.flatnonzero(strata == stratum)
        order[members] = generator.permutation(members)
    return order


def percentile_interval(values: np.ndarray, level: float = 0.95) -> tuple[float, float]:
    """Percentile interval of resampled values (b,), NaN left out; (NaN, NaN) where fewer than half are defined."""
    values = np.asarray(values, dtype=np.float64)
    sound = values[np.isfinite(values)]
    if not len(sound) or 2 * len(sound) < len(values):
        return float("nan"), float("nan")
    tail = (1 - level) / 2
    low, high = np.quantile(sound, [tail, 1 - tail])
    return float(low), float(high)
