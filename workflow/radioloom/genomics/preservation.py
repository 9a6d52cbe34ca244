"""Preservation of gene modules in other patients: density and connectivity beside those of genes drawn at random.

Langfelder et al. 2011 (doi:10.1371/journal.pcbi.1001057), for signed networks, as WGCNA's modulePreservation has them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from radioloom.genomics.coexpression import adjacency, correlation
from radioloom.genomics.modules.score import eigengene

POWER = 12  # of the adjacency, as WGCNA has it there
DENSITY = ("correlation", "adjacency", "explained", "membership")
CONNECTIVITY = ("r_connectivity", "r_membership", "r_correlation")


class Observed(NamedTuple):
    """Statistics of one module, of its genes in other patients; the last three beside those learnt from."""

    correlation: float  # mean correlation of pairs, with the sign that they had
    adjacency: float  # mean adjacency of pairs
    explained: float  # mean r² of genes with their eigengene
    membership: float  # mean correlation of genes with their eigengene, with the sign that they had
    r_connectivity: float  # correlation of sums of adjacencies within the module
    r_membership: float  # correlation of correlations with the eigengene
    r_correlation: float  # correlation of correlations of pairs


class Preserved(NamedTuple):
    """Statistics of modules, and their distance from those of random genes, in standard deviations of these."""

    observed: np.ndarray  # float64 (modules, 7), as `Observed`
    z: np.ndarray  # float64 (modules, 7)

    @property
    def density(self) -> np.ndarray:
        """Median z (modules,) of the statistics of density."""
        return np.median(self.z[:, : len(DENSITY)], axis=1)

    @property
    def connectivity(self) -> np.ndarray:
        """Median z (modules,) of the statistics of connectivity."""
        return np.median(self.z[:, len(DENSITY) :], axis=1)

    @property
    def summary(self) -> np.ndarray:
        """Zsummary (modules,): the mean of both."""
        return (self.density + self.connectivity) / 2


def preserved(
    reference: np.ndarray,
    test: np.ndarray,
    modules: Sequence[np.ndarray],
    permutations: int,
    rng: np.random.Generator,
) -> Preserved:
    """Preservation of modules in a test matrix.

    reference, test : (genes, cases), z-scored, the same genes; each module: places of 3 genes or more
    In each permutation a module's genes stand for others of the test matrix, drawn without replacement.
    """
    observed = np.array([statistics(reference[genes], test[genes]) for genes in modules])
    null = np.empty((permutations, *observed.shape))
    for each in null:
        for place, genes in enumerate(modules):
            each[place] = statistics(reference[genes], test[rng.permutation(len(test))[: len(genes)]])
    spread = null.std(axis=0, ddof=1)
    return Preserved(observed, (observed - null.mean(axis=0)) / np.where(spread > 0, spread, np.inf))


def statistics(reference: np.ndarray, test: np.ndarray) -> Observed:
    """Statistics of one module. reference, test : (genes, cases), z-scored, its genes, 3 or more, in one order."""
    pairs = np.triu_indices(len(reference), 1)
    (r, a, kme), (r_test, a_test, kme_test) = (_described(each) for each in (reference, test))
    return Observed(
        float((np.sign(r[pairs]) * r_test[pairs]).mean()),
        float(a_test[pairs].mean()),
        float((kme_test**2).mean()),
        float(abs((np.sign(kme) * kme_test).mean())),
        _r(a.sum(axis=1), a_test.sum(axis=1)),
        _r(kme, kme_test),
        _r(r[pairs], r_test[pairs]),
    )


def _described(z: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Correlations and adjacencies (genes, genes), and correlations (genes,) with the eigengene."""
    r = correlation(z)
    score = eigengene(z)[1]
    length = np.linalg.norm(z, axis=1) * np.linalg.norm(score)
    return r, adjacency(r, POWER), z @ score / np.where(length > 0, length, 1)


def _r(one: np.ndarray, other: np.ndarray) -> float:
    """Pearson correlation; 0 where one is constant."""
    one, other = one - one.mean(), other - other.mean()
    length = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other) / length if length > 0 else 0.0
