"""Bootstrap and permutation of patients within strata, and percentile intervals."""

from __future__ import annotations

import numpy as np


def resample_weights(
    strata: np.ndarray, n_resamples: int, generator: np.random.Generator, units: np.ndarray | None = None
) -> np.ndarray:
    """Counts float64 (n_resamples, n): each row draws, with replacement, as many patients of a stratum as it has.

    strata : (n,) what must not vary by chance: the centre
    units : (n,) patient of each case; all cases of a patient are drawn together, from the highest of their
        strata. None where each case is a patient
    """
    strata = np.asarray(strata)
    if units is not None:
        patients, of_case = np.unique(units, return_inverse=True)
        highest = np.array([strata[of_case == k].max() for k in range(len(patients))])
        return resample_weights(highest, n_resamples, generator)[:, of_case]
    weights = np.zeros((n_resamples, len(strata)))
    for stratum in np.unique(strata):
        members = np.flatnonzero(strata == stratum)
        weights[:, members] = generator.multinomial(
            len(members), np.full(len(members), 1 / len(members)), size=n_resamples
        )
    return weights


def permutation_of_patients(
    strata: np.ndarray, units: np.ndarray, generator: np.random.Generator, shared: bool
) -> np.ndarray:
    """Whose outcome each case takes, int64 (n,), when patients exchange theirs within strata.

    strata, units : (n,) stratum and patient of each case; a patient is in the stratum of its first case
    shared : whether all cases of a patient have one outcome; each case then takes that of the other patient's first.
        Else whole patients are exchanged among those with as many cases, case by case: who has a number of cases that
        nobody else in the stratum has keeps the outcomes.
    Outcomes of cases that were permuted one by one would not be as alike within a patient as the real ones are: null
    models would then vary too little, and noise would too often look better than they do.
    """
    _, first, of_case = np.unique(units, return_index=True, return_inverse=True)
    within = np.asarray(strata)[first]
    if not shared:
        within = np.unique(np.stack([within, np.bincount(of_case)]), axis=1, return_inverse=True)[1].ravel()
    giver = permutation_within(within, generator)
    order = first[giver][of_case]
    if not shared:
        for patient in range(len(first)):
            order[of_case == patient] = np.flatnonzero(of_case == giver[patient])
    return order


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
