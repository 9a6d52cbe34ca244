"""Modules of a signed weighted co-expression network (WGCNA): branches of a tree of topological overlap."""

from __future__ import annotations

import numpy as np

from radioloom.genomics.coexpression import Rules, adjacency, chosen_power, correlation, cut_height, overlap
from radioloom.genomics.modules.record import Method
from radioloom.genomics.modules.score import eigengene
from radioloom.stats.branches import at_height, compact, tree_of


def cluster(z: np.ndarray, k: int | None, rng: np.random.Generator, rules: Rules, least: int) -> np.ndarray:
    """Module (genes,) of each gene from 0 on, -1 of genes in none.

    z : (genes, cases), z-scored
    k : modules; None for as many as the tree has, of which those with alike eigengenes are merged
    rng : not used: there is nothing random
    least : genes of a module

    The tree (average linkage of 1 - topological overlap) is cut at the largest height with k branches of so many genes,
    or with the most, where these are fewer or `k` is None.
    """
    r = correlation(z)
    a = adjacency(r, chosen_power(r, z.shape[1], rules))
    del r  # of many genes the matrices fill the memory
    tree = tree_of(np.clip(1 - overlap(a), 0, None))
    labels = at_height(tree, cut_height(tree, k, least))
    sizes = np.bincount(labels)
    labels = compact(np.where(sizes[labels] >= least, labels, -1))
    return labels if k else merged(z, labels, rules.merge)


def merged(z: np.ndarray, labels: np.ndarray, merge: float) -> np.ndarray:
    """Modules (genes,) after those whose eigengenes are correlated by 1 - merge or more are one, until none are.

    z : (genes, cases); labels : from 0 on, -1 of none. Modules are one where average linkage of their eigengenes joins
    them.
    """
    while (k := int(labels.max()) + 1) > 1:
        scores = np.array([eigengene(z[labels == module])[1] for module in range(k)])
        together = at_height(tree_of(np.clip(1 - np.corrcoef(scores), 0, 2) * (1 - np.eye(k))), merge)
        if len(np.unique(together)) == k:
            break
        labels = np.where(labels >= 0, np.unique(together, return_inverse=True)[1][labels], -1)
    return labels


METHOD = Method(
    "coexpression",
    cluster,
    "signed weighted co-expression network (WGCNA): branches of a tree of topological overlap, cut at one height",
    settings="coexpression",
    most_genes=7_000,
    numbers=True,
)
