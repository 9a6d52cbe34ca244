"""Spearman correlation of module scores with features given confounders, with a permutation null of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from radioloom.genomics.association import BLOCK, alike, counted, patterns
from radioloom.stats.ranks import twice_ranks

EXPLAINED = 1e-10  # share of its squares below which nothing is left of a column


class Tested(NamedTuple):
    """Partial correlations of m modules and k features, float64 (m, k); NaN where nothing is left of one of the two."""

    rho: np.ndarray
    p: np.ndarray
    p_max: np.ndarray
    n: np.ndarray  # int64 (k,): cases used


@dataclass(frozen=True, slots=True)
class Confounders:
    """What is held fixed: numbers by their ranks, categories by a 0/1 column for each level but the first."""

    columns: np.ndarray  # float64 (cases, q), without gaps; q may be 0
    ranked: np.ndarray  # bool (q,): whether a column is a number

    def basis(self, rows: np.ndarray) -> np.ndarray:
        """Orthonormal columns (r, rank) that span a constant and the confounders among some cases."""
        part = self.columns[rows]
        ranks = twice_ranks(part) if part.size else part
        design = np.column_stack([np.ones(len(rows)), np.where(self.ranked, ranks, part)])
        design = design / np.linalg.norm(design, axis=0).clip(1.0)
        left, singular, _ = np.linalg.svd(design, full_matrices=False)
        return left[:, singular > 1e-9 * singular[0]]


def table(x: np.ndarray, y: np.ndarray, confounders: Confounders, permutations: np.ndarray) -> Tested:
    """Partial Spearman correlation of the columns of x (cases, m) and y (cases, k; gaps allowed) given confounders.

    permutations : int (B, cases), each row an order of the cases

    Ranks of both lose what a straight line of the confounders (numbers by their ranks) foretells of them; rho is the
    correlation of what is left. Exchanging cases would break the confounders' tie to x too, so that a map that follows
    a confounder alone would pass: here what is left of x is exchanged, put back on what the confounders foretell, and
    all is computed anew (Freedman and Lane 1983, doi:10.1080/07350015.1983.10509354; Winkler et al. 2014,
    doi:10.1016/j.neuroimage.2014.01.060). What is left of both spreads more in some cases than in others where a
    confounder drives both, which rho mistakes for a tie (level .07 at .05); so p is of the sum of products over the
    root of the sum of squared products (DiCiccio and Romano 2017, doi:10.1080/01621459.2016.1202117). p counts the
    permutations of all pairs of as many cases and ties together, p_max the largest of the table.
    """
    rho, studentised = np.full((2, x.shape[1], y.shape[1]), np.nan)
    parts = list(_parts(x, y, confounders))
    for part in parts:
        lengths = np.sqrt((part.x**2).sum(axis=0)[:, None] * (part.y**2).sum(axis=0))
        rho[:, part.columns] = part.x.T @ part.y / lengths
        studentised[:, part.columns] = _studentised(part.x, part.y)
    blocks = (permutations[start : start + BLOCK] for start in range(0, len(permutations), BLOCK))
    nulls = (np.abs(_permuted(parts, rho.shape, each)) for each in blocks)
    hits, many, hits_max = counted(studentised, np.ones(y.shape[1]), alike(x, y), nulls)
    undefined = np.isnan(rho)
    p = np.where(undefined, np.nan, (1 + hits) / (1 + many))
    p_max = np.where(undefined, np.nan, (1 + hits_max) / (1 + len(permutations)))
    return Tested(rho, p, p_max, np.isfinite(y).sum(axis=0))


class _Part(NamedTuple):
    """Features that have their values in the same cases; what the confounders leave of ranks."""

    rows: np.ndarray  # (r,)
    columns: np.ndarray  # (c,) of y
    basis: np.ndarray  # (r, rank)
    x: np.ndarray  # (r, m)
    y: np.ndarray  # (r, c); both NaN where nothing is left


def _parts(x: np.ndarray, y: np.ndarray, confounders: Confounders) -> Iterator[_Part]:
    for rows, columns in patterns(y):
        basis = confounders.basis(rows)
        yield _Part(rows, columns, basis, left(x[rows], basis), left(y[np.ix_(rows, columns)], basis))


def left(values: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """Ranks (r, c) without what the basis (r, rank) foretells; NaN where that is all."""
    ranks = twice_ranks(values) - (len(values) + 1.0)
    rest = ranks - basis @ (basis.T @ ranks)
    nothing = (rest**2).sum(axis=0) <= EXPLAINED * np.maximum((ranks**2).sum(axis=0), 1.0)
    return np.where(nothing, np.nan, rest)


def _studentised(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Sums of products (..., m, c) of x (..., r, m) and y (r, c), each over the root of the sum of their squares."""
    products, squares = np.swapaxes(x, -1, -2) @ y, np.swapaxes(x**2, -1, -2) @ y**2
    return products / np.sqrt(np.maximum(squares, np.finfo(float).tiny))


def _permuted(parts: list[_Part], shape: tuple[int, int], block: np.ndarray) -> np.ndarray:
    """The statistic (b, m, k) where what is left of x is exchanged by each order of a block (b, cases)."""
    null = np.full((len(block), *shape), np.nan)
    for part in parts:
        order = np.argsort(np.argsort(block[:, part.rows], axis=1), axis=1)  # the same order, of these cases
        shuffled = part.x[order]
        shuffled -= part.basis @ (part.basis.T @ shuffled)
        null[:, :, part.columns] = _studentised(shuffled, part.y)
    return null
