"""Branches of a tree of what lies near each other, and the middle of one."""

from __future__ import annotations

import numpy as np


def tree_of(distance: np.ndarray, method: str = "average") -> np.ndarray:
    """Linkage (n - 1, 4), as scipy has it, of distances (n, n) with zeros on the diagonal, n 2 or more."""
    from scipy.cluster.hierarchy import linkage
    from scipy.spatial.distance import squareform

    return linkage(squareform(distance, checks=False), method=method)


def branches(tree: np.ndarray, most: int) -> np.ndarray:
    """Branch (n,) of each leaf, numbered from 1, of a tree cut into `most`; fewer where heights are equal."""
    from scipy.cluster.hierarchy import fcluster

    return fcluster(tree, most, criterion="maxclust")


def at_height(tree: np.ndarray, height: float) -> np.ndarray:
    """Branch (n,) of each leaf, numbered from 1, of a tree cut just above a height."""
    from scipy.cluster.hierarchy import fcluster

    return fcluster(tree, height, criterion="distance")


def compact(labels: np.ndarray) -> np.ndarray:
    """Branches (n,) numbered from 0 on without gaps, int64, -1 of none as before."""
    labels = np.array(labels, np.int64)
    labels[labels >= 0] = np.unique(labels[labels >= 0], return_inverse=True)[1]
    return labels


def medoid(distance: np.ndarray, members: np.ndarray) -> int:
    """Which of the members (m,) has the smallest sum of distances from them; of equal ones the first."""
    return int(members[np.argmin(np.round(distance[np.ix_(members, members)].sum(axis=1), 12))])
