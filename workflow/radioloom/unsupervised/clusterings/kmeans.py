"""K-means clustering of patients (Lloyd 1982, started by k-means++ of Arthur and Vassilvitskii 2007).

Distances to a centre follow from the distances among its members, so that no step looks at features: with squared
distances D and members c, d(i, centre) = mean of D[i, c] - half the mean of D[c, c].
"""

from __future__ import annotations

import numpy as np

from radioloom.unsupervised.clusterings.record import Clustering

STARTS = 5  # random beginnings; the best one counts
MOST_ROUNDS = 100


def partitions(squared: np.ndarray, most: int, rng: np.random.Generator) -> np.ndarray:
    """Labels (most - 1, m) of k-means into 2, 3 ... `most` clusters, the best of `STARTS` starts each."""
    return np.array([_lloyd(squared, k, rng) for k in range(2, most + 1)])


def _lloyd(squared: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """Labels (m,) of the best start; all starts take their steps together, which changes none of them."""
    seeds = [_seeds(squared, k, rng) for _ in range(STARTS)]
    labels = squared[:, seeds].argmin(axis=2).T
    for _ in range(MOST_ROUNDS):
        away = to_centres(squared, labels, k)
        moved = away.argmin(axis=2)
        if np.array_equal(moved, labels):
            break
        labels = moved
    within = to_centres(squared, labels, k).min(axis=2).sum(axis=1)
    return labels[int(within.argmin())]


def to_centres(squared: np.ndarray, labels: np.ndarray, k: int) -> np.ndarray:
    """Squared distance of each of m patients to each of k centres, of s labellings (s, m), float64 (s, m, k).

    Infinite of a centre without members.
    """
    member = (labels[:, :, None] == np.arange(k)).astype(np.float64)
    size = member.sum(axis=1, keepdims=True)
    mean = np.matmul(squared, member) / np.maximum(size, 1)
    within = (mean * member).sum(axis=1, keepdims=True) / np.maximum(size, 1)
    return np.where(size > 0, mean - within / 2, np.inf)


def _seeds(squared: np.ndarray, k: int, rng: np.random.Generator) -> list[int]:
    """Patients to begin with, each drawn by its squared distance from those before (k-means++)."""
    seeds = [int(rng.integers(len(squared)))]
    for _ in range(k - 1):
        left = squared[:, seeds].min(axis=1)
        total = left.sum()
        seeds.append(int(rng.choice(len(left), p=left / total) if total > 0 else rng.integers(len(left))))
    return seeds


KMEANS = Clustering("kmeans", partitions, f"k-means (Euclidean distances, best of {STARTS} starts)")
