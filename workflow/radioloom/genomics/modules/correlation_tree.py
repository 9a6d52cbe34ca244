"""Hierarchical clustering of genes by average linkage on 1 - Pearson correlation."""

from __future__ import annotations

import numpy as np

from radioloom.genomics.modules.record import Method
from radioloom.stats.branches import branches, tree_of


def cluster(z: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """Labels (genes,) of the tree of genes, cut into k branches.

    z : z-scored genes, gene x case
    rng : not used: there is nothing random
    """
    distance = np.clip(1.0 - np.corrcoef(z), 0.0, 2.0)
    np.fill_diagonal(distance, 0.0)
    return branches(tree_of(distance), k)


METHOD = Method(
    "correlation_tree",
    cluster,
    "hierarchical clustering (average linkage on 1 - Pearson correlation), the tree cut into n_modules",
)
