"""Consensus clustering: how often patients share a cluster over resamples, and how stable each number of clusters is.

Monti et al. 2003 (doi:10.1023/A:1023949509487); the share of ambiguous pairs is Senbabaoglu et al. 2014
(doi:10.1038/srep06207), and stability beside that of data without clusters John et al. 2020
(doi:10.1038/s41598-020-58766-1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from radioloom.stats.branches import branches, tree_of
from radioloom.tables.columns import SIGNIFICANT
from radioloom.unsupervised.clusterings.record import Clustering, squared_distances

SHARE = 0.8  # of the patients in each resample, drawn without replacement
FEWEST_REFERENCES = int(1 / SIGNIFICANT)  # data without clusters of which the smallest p is below SIGNIFICANT
NEVER, ALWAYS = 0.1, 0.9  # consensus up to which a pair counts as apart, from which as together; between: ambiguous


@dataclass(frozen=True, slots=True)
class Stability:
    """What the consensus of one number of clusters tells."""

    clusters: int
    consensus: np.ndarray  # float64 (n, n): share of the resamples with both patients in which they share a cluster
    labels: np.ndarray  # int64 (n,): 1 is the largest cluster
    order: np.ndarray  # int64 (n,): patients as the leaves of the tree of the consensus, clusters together
    area: float  # under the cumulative distribution of the consensus of all pairs
    ambiguous: float  # share of the pairs that are neither together nor apart
    silhouette: float  # mean of the patients (Rousseeuw 1987)
    by_chance: np.ndarray  # (references,) `ambiguous` of data without clusters

    @property
    def found(self) -> int:
        """Clusters that there are: fewer than were asked for where the consensus does not tell so many apart."""
        return int(self.labels.max())

    @property
    def p(self) -> float:
        """Share of data sets without clusters that are at least as stable, this one counted; 1 where there are none."""
        return float((1 + (self.by_chance <= self.ambiguous).sum()) / (len(self.by_chance) + 1))


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule for the number of clusters: the one of the largest score, compared number by number."""

    name: str
    score: Callable[[Stability], tuple[float, ...]]
    definition: str


RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        Rule(
            "stability",
            lambda each: (-max(each.p, SIGNIFICANT), -round(each.ambiguous, 2), each.clusters),
            "of the numbers that are rarely so stable in data without clusters (after John et al. 2020; p below "
            f"{SIGNIFICANT}, or the smallest) the one that leaves the fewest pairs ambiguous, in whole hundredths; of "
            "several the largest",
        ),
        Rule(
            "ambiguity",
            lambda each: (-round(each.ambiguous, 2), each.clusters),
            "the number that leaves the fewest pairs ambiguous (PAC, Senbabaoglu et al. 2014), in whole hundredths; of "
            "several the largest",
        ),
        Rule(
            "silhouette",
            lambda each: (each.silhouette, -each.clusters),
            "the number of the largest mean silhouette (Rousseeuw 1987)",
        ),
    )
}


def most_tried(settings: dict[str, Any]) -> int:
    """The largest number of clusters that is tried. settings : the study's block `unsupervised`."""
    number, most = settings["number"], int(settings["most_clusters"])
    return max(most, number) if isinstance(number, int) else most


def too_few(n: int, most: int) -> str:
    """What is wrong where a resample of n patients has no more of them than clusters are tried; "" where it has."""
    if int(SHARE * n) > most:
        return ""
    return (
        f"{most} clusters are tried in resamples of {int(SHARE * n)} of the {n} training patients, who have to be "
        "more; lower it, or take out `unsupervised`"
    )


def stabilities(
    z: np.ndarray, clustering: Clustering, most: int, times: tuple[int, int], rng: np.random.Generator
) -> list[Stability]:
    """The stability of 2, 3 ... `most` clusters of standardised patients (n, f) without gaps.

    times : resamples, and data sets without clusters that are resampled as well: normal, with the same covariance
    """
    resamples, references = times
    squared = squared_distances(z)
    left, singular, _ = np.linalg.svd(z - z.mean(axis=0), full_matrices=False)
    spread = singular / np.sqrt(len(z) - 1)
    shares = consensus(squared, clustering, most, resamples, rng)
    by_chance = np.zeros((references, most - 1))
    for number in range(references):
        drawn = squared_distances(rng.normal(size=left.shape) * spread)
        by_chance[number] = [ambiguous(each) for each in consensus(drawn, clustering, most, resamples, rng)]
    return [_stability(share, squared, k, by_chance[:, k - 2]) for k, share in enumerate(shares, start=2)]


def consensus(
    squared: np.ndarray, clustering: Clustering, most: int, resamples: int, rng: np.random.Generator
) -> np.ndarray:
    """Consensus matrices of 2, 3 ... `most` clusters, (most - 1, n, n); 0 of a pair that no resample has."""
    n = len(squared)
    size = int(SHARE * n)
    labels = np.full((resamples, most - 1, n), -1)
    for number in range(resamples):
        rows = np.sort(rng.permutation(n)[:size])
        labels[number][:, rows] = clustering.partitions(squared[np.ix_(rows, rows)], most, rng)
    drawn = (labels[:, 0] >= 0).astype(np.float64)
    both = np.maximum(drawn.T @ drawn, 1)
    shares = np.empty((most - 1, n, n))
    for place in range(most - 1):
        member = np.concatenate([labels[:, place] == each for each in range(place + 2)]).astype(np.float64)
        shares[place] = member.T @ member / both
        np.fill_diagonal(shares[place], 1.0)
    return shares


def ambiguous(consensus: np.ndarray) -> float:
    """Share of the pairs of a consensus matrix (n, n) between `NEVER` and `ALWAYS`."""
    pairs = consensus[np.triu_indices(len(consensus), 1)]
    return float(((pairs > NEVER) & (pairs < ALWAYS)).mean())


def _stability(consensus: np.ndarray, squared: np.ndarray, k: int, by_chance: np.ndarray) -> Stability:
    labels, order = partition(consensus, k)
    pairs = consensus[np.triu_indices(len(consensus), 1)]
    return Stability(
        clusters=k,
        consensus=consensus,
        labels=labels,
        order=order,
        area=float(1 - pairs.mean()),
        ambiguous=ambiguous(consensus),
        silhouette=float(silhouettes(np.sqrt(squared), labels).mean()),
        by_chance=by_chance,
    )


def partition(consensus: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Clusters (n,) of a consensus matrix by average linkage on what is not shared, and the tree's leaves (n,).

    Clusters are numbered by falling size, ties by their first patient; where heights of the tree are equal they may be
    fewer than k.
    """
    from scipy.cluster.hierarchy import leaves_list

    tree = tree_of(1 - consensus)
    found = branches(tree, k)
    names, first, size = np.unique(found, return_index=True, return_counts=True)
    number = dict(zip(names[np.lexsort((first, -size))], range(1, len(names) + 1), strict=True))
    labels = np.array([number[each] for each in found], dtype=np.int64)
    leaves = leaves_list(tree).astype(np.int64)
    return labels, leaves[np.argsort(labels[leaves], kind="stable")]


def silhouettes(distance: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Silhouette of each patient (n,): nearer to the own cluster (1) or to the next one (-1); 0 of a cluster of one.

    distance : (n, n); labels : (n,) of two clusters or more, else all are 0
    """
    names = np.unique(labels)
    if len(names) < 2:
        return np.zeros(len(labels))
    member = (labels[:, None] == names).astype(np.float64)
    size = member.sum(axis=0)
    total = distance @ member
    own = member.astype(bool)
    inside = total[own] / np.maximum(size[own.argmax(axis=1)] - 1, 1)
    outside = np.where(own, np.inf, total / size).min(axis=1)
    larger = np.maximum(inside, outside)
    apart = np.divide(outside - inside, larger, out=np.zeros(len(labels)), where=larger > 0)
    return np.where(size[own.argmax(axis=1)] > 1, apart, 0.0)
