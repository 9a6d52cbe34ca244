"""Hierarchical clustering of patients by Ward's criterion (Ward 1963; `ward.D2` of R, Murtagh and Legendre 2014)."""

from __future__ import annotations

import numpy as np

from radioloom.unsupervised.clusterings.record import Clustering


def partitions(squared: np.ndarray, most: int, rng: np.random.Generator) -> np.ndarray:
    """Labels (most - 1, m) of one tree, cut into 2, 3 ... `most` branches.

    squared : (m, m); rng : not used: there is nothing random
    """
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    tree = linkage(squareform(np.sqrt(squared), checks=False), method="ward")
    return np.array([fcluster(tree, k, criterion="maxclust") - 1 for k in range(2, most + 1)], dtype=np.int64)


HIERARCHICAL = Clustering(
    "hierarchical", partitions, "hierarchical clustering (Ward’s criterion on Euclidean distances)"
)
