"""K-means clustering of genes: genes that rise and fall together share a module."""

from __future__ import annotations

import numpy as np

from radioloom.genomics.modules.record import STARTS, Method


def cluster(z: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """Labels (genes,) of k clusters of z-scored genes (gene x case), the best of `STARTS` starts."""
    from sklearn.cluster import KMeans

    return KMeans(n_clusters=k, n_init=STARTS, random_state=int(rng.integers(2**31 - 1))).fit(z).labels_


METHOD = Method(
    "kmeans",
    cluster,
    f"k-means on z-scored genes, best of {STARTS} starts: only positively correlated genes share a module",
)
