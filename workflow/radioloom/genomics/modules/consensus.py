"""Consensus k-means of genes: genes of one module are those that share a cluster whichever patients are drawn.

Monti et al. 2003 (doi:10.1023/A:1023949509487), for metagenes of images Gevaert et al. 2012
(doi:10.1148/radiol.12111607).
"""

from __future__ import annotations

import numpy as np

from radioloom.genomics.modules.record import Method
from radioloom.genomics.modules.resamples import drawn
from radioloom.genomics.modules.score import unit
from radioloom.stats.branches import branches

RESAMPLES = 50


def cluster(z: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """Labels (genes,) of k branches of the tree (average linkage) of how rarely genes (gene x case) share a cluster."""
    from scipy.cluster.hierarchy import linkage
    from scipy.spatial.distance import squareform

    together = shared(z, k, rng)
    apart = squareform(RESAMPLES - together, checks=False).astype(np.float64)
    return branches(linkage(apart, "average"), k)


def shared(z: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """Resamples, int16 (genes, genes), in which two genes share one of k clusters (k-means, one start)."""
    from sklearn.cluster import KMeans

    together = np.zeros((len(z), len(z)), np.int16)
    for cases in drawn(z.shape[1], RESAMPLES, rng):
        part = unit(z[:, cases] - z[:, cases].mean(axis=1, keepdims=True))
        labels = KMeans(n_clusters=k, n_init=1, random_state=int(rng.integers(2**31 - 1))).fit(part).labels_
        for label in range(k):
            genes = np.flatnonzero(labels == label)
            together[np.ix_(genes, genes)] += 1
    return together


METHOD = Method(
    "consensus",
    cluster,
    f"consensus k-means: genes that share a cluster in {RESAMPLES} resamples of 80 % of the cases, by average linkage",
    most_genes=12_000,
)
