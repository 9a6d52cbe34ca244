"""K-means clustering of patients (Lloyd 1982, started by k-means++ of Arthur and Vassilvitskii 2007).

Distances to a centre follow from the distances among its members, so that no step looks at features.
"""

from __future__ import annotations

import numpy as np

from radioloom.unsupervised.clusterings.record import Clustering

STARTS = 5  # random beginnings; the best one counts
MOST_ROUNDS = 100


def partitions(squared: np.ndarray, most: int, rng: np.random.Generator) -> np.ndarray:
    """Labels (most - 1, m) of k-means into 2, 3 ... `most` clusters, the best of `STARTS` starts each."""
    from radioloom.kernels.lloyd import lloyd  # here, so that other clusterings do not wait for numba

    found = []
    for k in range(2, most + 1):
        tried = [squared[:, _seeds(squared, k, rng)].argmin(axis=1) for _ in range(STARTS)]
        within = [lloyd(squared, labels, k, MOST_ROUNDS) for labels in tried]
        found.append(tried[int(np.argmin(within))])
    return np.array(found)


def _seeds(squared: np.ndarray, k: int, rng: np.random.Generator) -> list[int]:
    """Patients to begin with, each drawn by its squared distance from those before (k-means++)."""
    seeds = [int(rng.integers(len(squared)))]
    for _ in range(k - 1):
        left = squared[:, seeds].min(axis=1)
        total = left.sum()
        seeds.append(int(rng.choice(len(left), p=left / total) if total > 0 else rng.integers(len(left))))
    return seeds


KMEANS = Clustering("kmeans", partitions, f"k-means (Euclidean distances, best of {STARTS} starts)")
