"""The record of one way to cluster patients, and the distances that all of them start from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Clustering:
    """One way to cluster m patients: `partitions(squared, most, rng)`, labels int64 (most - 1, m) of 2, 3 ... `most`.

    squared : float64 (m, m), squared Euclidean distances; `most` is less than m
    """

    name: str
    partitions: Callable[[np.ndarray, int, np.random.Generator], np.ndarray]
    definition: str  # what a report says of it


def squared_distances(z: np.ndarray, others: np.ndarray | None = None) -> np.ndarray:
    """Squared Euclidean distances of the rows (n, f) among each other, or to `others` (m, f)."""
    to = z if others is None else others
    square = (z**2).sum(axis=1)[:, None] + (to**2).sum(axis=1)[None, :] - 2 * (z @ to.T)
    square = np.maximum(square, 0.0)
    if others is None:
        np.fill_diagonal(square, 0.0)
    return square
