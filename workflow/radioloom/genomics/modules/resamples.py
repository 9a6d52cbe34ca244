"""Resamples of cases, from which genes are clustered anew."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

SHARE = 0.8  # of the cases in each resample, drawn without replacement
FEWEST = 3  # cases of one


def drawn(n_cases: int, resamples: int, rng: np.random.Generator, share: float = SHARE) -> Iterator[np.ndarray]:
    """Cases of each resample, ascending, int64 (max(share * n_cases, 3),)."""
    for _ in range(resamples):
        yield np.sort(rng.permutation(n_cases)[: max(int(share * n_cases), FEWEST)])
