"""Every gene against every feature: Spearman's rho with permutation p of all pairs, counted without being kept."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from radioloom.genomics.association import patterns
from radioloom.stats.multiplicity import benjamini_hochberg
from radioloom.stats.ranks import twice_ranks

CELLS = 1 << 18  # products held at a time by a thread: they stay in its cache
EXACT = 2**24  # sizes that are counted apart, and whole numbers up to here are exact in single precision


class Pairs(NamedTuple):
    """Of m genes and k features, each (m, k); NaN where a gene or feature has one value alone."""

    rho: np.ndarray
    p: np.ndarray
    q: np.ndarray
    p_max: np.ndarray
    n: np.ndarray  # int64 (k,)


class _Group(NamedTuple):
    """Genes and features of as many cases and ties: their permuted products have one distribution."""

    rows: np.ndarray  # cases
    genes: np.ndarray
    features: np.ndarray
    x: np.ndarray  # (genes, cases), twice the centred ranks, whole numbers
    y: np.ndarray  # (cases, features)
    length: float  # product of the lengths of a gene and a feature

    @property
    def step(self) -> int:
        """Sizes of products that count as one, so that there are at most 2^24: 1 up to 369 cases."""
        return int(self.length // EXACT) + 1


def every(x: np.ndarray, y: np.ndarray, permutations: np.ndarray, threads: int = 1) -> Pairs:
    """Spearman's rho of genes x (m, cases) and features y (cases, k; gaps allowed), p, q and p_max.

    permutations : int (B, cases), each row an order of the cases

    p, q and p_max are those of `association.table`: two-sided, of the permutations of all pairs of as many cases and
    ties, Benjamini-Hochberg over all pairs, and the largest |rho| sqrt(n - 1) of each permutation. Twice the centred
    ranks are whole numbers, and so are their products: in single precision too no sum of fewer than 370 cases is
    rounded, whatever its order, so that a count of each possible size is exact, and the same on any number of threads.
    """
    n = np.isfinite(y).sum(axis=0)
    rho, p, largest = np.full((len(x), y.shape[1]), np.nan), np.full((len(x), y.shape[1]), np.nan), []
    with ThreadPoolExecutor(threads) as pool:
        for group in _groups(x, y):
            counts, tops = _counted(group, permutations, threads, pool)
            products = (group.x @ group.y).astype(np.float64)
            at = np.ix_(group.genes, group.features)
            rho[at] = products / group.length
            above = counts[::-1].cumsum()[::-1]
            p[at] = (1 + above[np.abs(products).astype(np.int64) // group.step]) / (1 + counts.sum())
            largest.append(tops / group.length * np.sqrt(len(group.rows) - 1))
    top = np.sort(np.max(largest, axis=0)) if largest else np.zeros(len(permutations))
    sizes = np.abs(rho) * np.sqrt(np.maximum(n, 2) - 1.0)
    p_max = (1 + len(top) - np.searchsorted(top, sizes - 1e-9)) / (1 + len(top))
    return Pairs(rho, p, benjamini_hochberg(p), np.where(np.isnan(rho), np.nan, p_max), n)


def _groups(x: np.ndarray, y: np.ndarray) -> Iterator[_Group]:
    for rows, columns in patterns(y):
        genes, features = (twice_ranks(each) - (len(rows) + 1) for each in (x[:, rows].T, y[np.ix_(rows, columns)]))
        exact = max((genes**2).sum(axis=0).max(), (features**2).sum(axis=0).max()) < EXACT
        kind = np.float32 if exact else np.float64
        for of_genes in _kinds(genes):
            for of_features in _kinds(features):
                one, other = genes[:, of_genes], features[:, of_features]
                length = float(np.sqrt((one[:, 0] ** 2).sum() * (other[:, 0] ** 2).sum()))
                if length > 0:
                    a, b = np.ascontiguousarray(one.T, kind), np.ascontiguousarray(other, kind)
                    yield _Group(rows, of_genes, columns[of_features], a, b, length)


def _kinds(ranks: np.ndarray) -> list[np.ndarray]:
    """Columns of the same ranks in whatever order."""
    member = np.unique(np.sort(ranks, axis=0), axis=1, return_inverse=True)[1].ravel()
    order = np.argsort(member, kind="stable")
    ends = np.bincount(member).cumsum()
    return [order[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)]


def _counted(
    group: _Group, permutations: np.ndarray, threads: int, pool: ThreadPoolExecutor
) -> tuple[np.ndarray, np.ndarray]:
    """How often each size of a product was seen, int64 (sizes,), and the largest of each permutation."""
    from radioloom.kernels.exceedances import tally

    order = np.argsort(np.argsort(permutations[:, group.rows], axis=1), axis=1)  # the same order, of these cases
    n_features = group.y.shape[1]
    at_once = max(1, min(len(order), CELLS // (n_features * min(len(group.x), 256))))

    def part(first: int) -> tuple[np.ndarray, np.ndarray]:
        counts, tops = np.zeros(int(group.length) // group.step + 2, np.int64), np.zeros(len(order))
        for start in range(first * at_once, len(order), threads * at_once):
            block = order[start : start + at_once]
            shuffled = group.y[block].transpose(1, 0, 2).reshape(len(group.rows), -1)
            for gene in range(0, len(group.x), 256):
                products = group.x[gene : gene + 256] @ shuffled
                tally(
                    products.reshape(len(products), len(block), n_features),
                    group.step,
                    counts,
                    tops[start : start + at_once],
                )
        return counts, tops

    parts = list(pool.map(part, range(threads)))
    return np.sum([counts for counts, _ in parts], axis=0), np.max([tops for _, tops in parts], axis=0)
