"""Module networks after Segal: genes fall into modules, and a small tree of traits explains each module.

A leaf of a tree holds the cases that answer its splits alike, and the numbers of all genes of the module in these cases
are draws of one normal distribution whose mean and precision are normal-gamma (Segal et al. 2003, Nat Genet 34:166;
2005, JMLR 6:557; for imaging traits 2007, Nat Biotechnol 25:675). Genes move to the module whose tree foretells them
best, and trees are grown anew, until the marginal likelihood rises no more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from radioloom.errors import StudyError

WEIGHT, SHAPE = 0.1, 0.1  # of the prior: its mean 0 counts as much as a tenth of a number; precision of mean 1
SETTLED = 1e-3  # gain of log likelihood a gene below which the search ends
MOST_ROUNDS = 100


@dataclass(frozen=True, slots=True)
class Rules:
    """How trees are grown; the study's `genomics.modules.trees`."""

    max_splits: int = 3
    min_cases: int = 3  # of a leaf
    starts: int = 3  # networks learnt from other beginnings, of which the likeliest counts

    def __post_init__(self) -> None:
        if self.max_splits < 1 or self.min_cases < 1 or self.starts < 1:
            raise StudyError("genomics.modules.trees: max_splits, min_cases and starts must be at least 1")


@dataclass(frozen=True, slots=True)
class Network:
    """Modules of genes and the trees that explain them."""

    labels: np.ndarray  # int64 (genes,)
    trees: np.ndarray  # float64 (modules, 4, splits), as in kernels.module_network
    leaves: np.ndarray  # int64 (modules, cases)
    score: float  # log marginal likelihood


def learn(z: np.ndarray, x: np.ndarray, k: int, rules: Rules, rng: np.random.Generator) -> Network:
    """The likeliest network of k modules of several starts, each from k-means of the genes.

    z : (genes, cases), z-scored; x : (cases, traits), NaN for gaps
    Raises StudyError where there are fewer cases than two leaves need.
    """
    from sklearn.cluster import KMeans

    best: Network | None = None
    for _ in range(rules.starts):
        start = KMeans(n_clusters=k, n_init=1, random_state=int(rng.integers(2**31 - 1))).fit(z).labels_
        one = improved(z, x, start.astype(np.int64), k, rules)
        best = one if best is None or one.score > best.score else best
    assert best is not None
    return best


def improved(z: np.ndarray, x: np.ndarray, labels: np.ndarray, k: int, rules: Rules) -> Network:
    """The network that the search reaches from these modules of genes."""
    from radioloom.kernels import module_network as kernel

    network = explained(z, x, labels, k, rules)
    labels, trees, leaves, score = network.labels.copy(), network.trees, network.leaves, network.score
    constants, prior = _constants(z.size)
    for _ in range(MOST_ROUNDS):
        moves = kernel.assign(z, labels, leaves, constants, prior, MOST_ROUNDS)
        reached = kernel.trees(z, labels, x, _order(x), constants, prior, _limits(rules), trees, leaves)
        settled, score = reached - score < SETTLED * len(z), reached
        if settled or not moves:
            break
    return Network(labels, trees, leaves, score)


def explained(z: np.ndarray, x: np.ndarray, labels: np.ndarray, k: int, rules: Rules) -> Network:
    """Trees of traits for modules of genes as they are, whatever method they come from.

    labels : int64 (genes,), from 0 to k - 1; others are of no module
    """
    from radioloom.kernels import module_network as kernel

    check(z.shape[1], rules)
    z, x = np.ascontiguousarray(z, float), np.ascontiguousarray(x, float)
    trees, leaves = np.full((k, 4, rules.max_splits), -1.0), np.zeros((k, z.shape[1]), np.int64)
    labels = np.ascontiguousarray(labels, np.int64)
    constants, prior = _constants(z.size)
    score = kernel.trees(z, labels, x, _order(x), constants, prior, _limits(rules), trees, leaves)
    return Network(labels, trees, leaves, score)


def check(n_cases: int, rules: Rules) -> None:
    """StudyError where so many cases are fewer than two leaves need."""
    if n_cases < 2 * rules.min_cases:
        raise StudyError(
            f"genomics.modules.trees: {n_cases} cases have expression and traits, and a tree of leaves of "
            f"{rules.min_cases} needs {2 * rules.min_cases}; add cases, or lower min_cases"
        )


def foretold(network: Network, z: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Expression (modules, cases) of each module in new cases: the mean of their leaf in those learnt from.

    z : the genes that were learnt from, (genes, cases); x : traits of the new cases. A module without genes is NaN.
    """
    from radioloom.kernels.module_network import leaves_of

    means = np.full((len(network.trees), len(x)), np.nan)
    for module, tree in enumerate(network.trees):
        genes = network.labels == module
        if genes.any():
            profile, at = z[genes].mean(axis=0), network.leaves[module]
            by_leaf = np.array([profile[at == leaf].mean() for leaf in range(at.max() + 1)])
            means[module] = by_leaf[leaves_of(tree, np.ascontiguousarray(x, float))]
    return means


class Split(NamedTuple):
    """One split of a tree, and the leaf of each case before and after it."""

    leaf: int  # that is split
    trait: int
    threshold: float
    gaps_above: bool  # whether cases without the trait go to the upper side
    before: np.ndarray  # int64 (cases,)
    after: np.ndarray


def splits(tree: np.ndarray, x: np.ndarray) -> Iterator[Split]:
    """Splits of one tree of a network in the order of growth. x : (cases, traits), NaN for gaps."""
    from radioloom.kernels.module_network import leaves_of

    x = np.ascontiguousarray(x, float)
    before = np.zeros(len(x), np.int64)
    for number in range(int((tree[0] >= 0).sum())):
        leaf, trait, threshold, gaps = tree[:, number].tolist()
        after = leaves_of(np.ascontiguousarray(tree[:, : number + 1]), x)
        yield Split(int(leaf), int(trait), threshold, gaps > 0, before, after)
        before = after


def _constants(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Of 0 to n numbers, what their number alone adds to a leaf's score; and the prior."""
    from scipy.special import gammaln

    many = np.arange(n + 1)
    parts = gammaln(SHAPE + many / 2) - gammaln(SHAPE) + SHAPE * np.log(SHAPE) - many / 2 * np.log(2 * np.pi)
    return parts + (np.log(WEIGHT) - np.log(WEIGHT + many)) / 2, np.array([WEIGHT, SHAPE])


def _order(x: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(np.argsort(x, axis=0, kind="stable").T)


def _limits(rules: Rules) -> np.ndarray:
    return np.array([rules.max_splits, rules.min_cases])
