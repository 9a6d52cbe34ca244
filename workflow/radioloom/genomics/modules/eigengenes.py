"""K-lines clustering of genes: k-means in which negatively correlated genes share a module.

A cluster is a line through the origin of the z-scored genes (its eigengene), and a gene belongs to the line of largest
|correlation|. Lines begin at genes (k-means++ on lines), and go by power steps to the first singular vector of their
genes, until no gene changes its line.
"""

from __future__ import annotations

import numpy as np

from radioloom.genomics.modules.record import STARTS, Method
from radioloom.genomics.modules.score import unit

MOST_ROUNDS = 100
POWER_STEPS = 3


def cluster(z: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """Labels (genes,) of k clusters: each gene goes to the line that it follows best, in either direction."""
    z = unit(z)
    best, fit = np.zeros(len(z), int), -1.0
    for _ in range(STARTS):
        lines = _seeds(z, k, rng)
        labels = np.full(len(z), -1)
        for _ in range(MOST_ROUNDS):
            follows = np.abs(z @ lines.T)
            moved, labels = labels, follows.argmax(axis=1)
            if np.array_equal(moved, labels):
                break
            lines = np.array([_towards(z[labels == place], lines[place]) for place in range(k)])
        reached = float((follows.max(axis=1) ** 2).sum())
        if reached > fit:
            best, fit = labels, reached
    return best


def _seeds(z: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """Genes to begin with, each drawn by how little the ones before explain it (k-means++ on lines)."""
    lines = [z[rng.integers(len(z))]]
    left = np.ones(len(z))
    for _ in range(k - 1):
        left = np.minimum(left, np.clip(1 - (z @ lines[-1]) ** 2, 0, None))
        lines.append(z[rng.choice(len(z), p=left / left.sum())])
    return np.array(lines)


def _towards(z: np.ndarray, line: np.ndarray) -> np.ndarray:
    """Power steps from a line to the first right singular vector of the genes; an empty cluster keeps its line."""
    for _ in range(POWER_STEPS if len(z) else 0):
        line = unit(z.T @ (z @ line))
    return line


METHOD = Method(
    "eigengenes",
    cluster,
    f"K-lines clustering (k-means in which negatively correlated genes share a module), best of {STARTS} starts",
)
