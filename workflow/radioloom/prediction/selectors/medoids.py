"""Selector: the feature in the middle of each cluster of features that say the same, whatever the outcome."""

from __future__ import annotations

import numpy as np

from radioloom.prediction.selectors.record import Candidates, Selector
from radioloom.stats.branches import branches, medoid, tree_of
from radioloom.stats.ranks import spearman


def medoids(candidates: Candidates, n_features: int) -> dict[int, str]:
    """The medoid of each of at most `n_features` clusters, the largest cluster first; the outcome is not asked.

    Hierarchical clustering by 1 - |Spearman's rho|, the tree cut into so many branches. The medoid is the feature whose
    distances from those of its cluster have the smallest sum; equal ones, as any two alone, and equal clusters by name.
    """
    distance = np.clip(1 - np.abs(np.nan_to_num(spearman(candidates.columns))), 0, 1)
    np.fill_diagonal(distance, 0)
    label = np.ones(len(distance), dtype=int)
    if len(distance) > 1:
        label = branches(tree_of(distance, candidates.asked["linkage"]), n_features)
    named = np.argsort(candidates.names, kind="stable")
    clusters = [named[label[named] == each] for each in dict.fromkeys(label[named])]
    return {
        medoid(distance, members): f"medoid of a cluster of {len(members)}"
        for members in sorted(clusters, key=len, reverse=True)
    }


MEDOIDS = Selector(
    "medoids",
    medoids,
    "the medoid of each of `n_features` clusters of features (1 - |Spearman's rho|), whatever the outcome",
    asks=False,
    settings={
        "linkage": {
            "description": "distance of two clusters: the mean, largest or smallest of those of their features",
            "enum": ["average", "complete", "single"],
            "default": "average",
        }
    },
)
