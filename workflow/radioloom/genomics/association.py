"""Spearman correlation of module scores with features: permutation p, false discovery rate, partial given volume."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from radioloom.stats.multiplicity import benjamini_hochberg
from radioloom.stats.ranks import twice_ranks

BLOCK = 250  # permutations held in memory at a time
TIE = 1e-9  # a permuted |rho| this close to the observed one counts as equal: sums differ in the last digits


def table(scores: pd.DataFrame, features: pd.DataFrame, volume: pd.Series, permutations: np.ndarray) -> pd.DataFrame:
    """Every module against every feature: one row per pair, columns of ASSOCIATIONS (without `kind`, `trait`, `value`).

    scores, features : the same cases in the same order in rows; modules and features in columns. Features may have
        gaps: a pair uses the cases that have both
    volume : volume of the same cases; its name is the volume's feature id
    permutations : int (B, cases), each row an order of the cases

    p is two-sided, (1 + permuted |rho| >= observed) / (1 + how many) (Phipson and Smyth 2010), over the permutations of
    the pair and of all pairs of the same number of cases and ties: under permutation rho knows nothing else of a pair,
    so that they have one null distribution, and q of many pairs can become small. p_max compares with the largest
    |rho| sqrt(n - 1) of the whole table in the same permutation (Westfall and Young, single step; the root makes
    features of few and of many cases alike: the variance of a permuted rho is 1 / (n - 1)); q is Benjamini-Hochberg
    over the whole table. A feature that is constant over its cases has no rho.
    """
    x, y = scores.to_numpy(float), features.to_numpy(float)
    rho, n = observed(x, y)
    hits, many, hits_max = exceedances(x, y, permutations)
    undefined = np.isnan(rho)
    p = np.where(undefined, np.nan, (1 + hits) / (1 + many))
    p_max = np.where(undefined, np.nan, (1 + hits_max) / (1 + len(permutations)))
    partial = given(x, y, volume.to_numpy(float))
    partial[:, [name == volume.name for name in features.columns]] = np.nan
    modules, names = np.meshgrid(scores.columns, features.columns, indexing="ij")
    columns = {"module": modules, "feature_id": names, "rho": rho, "p": p, "q": benjamini_hochberg(p), "p_max": p_max}
    columns |= {"rho_given_volume": partial, "n": np.broadcast_to(n, rho.shape)}
    return pd.DataFrame({name: values.ravel() for name, values in columns.items()})


def observed(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Spearman's rho of the columns of x (cases, m) with those of y (cases, k): (m, k), and cases used: (k,)."""
    rho = np.full((x.shape[1], y.shape[1]), np.nan)
    for rows, columns in patterns(y):
        rho[:, columns] = unit_ranks(x[rows]).T @ unit_ranks(y[np.ix_(rows, columns)])
    return rho, np.isfinite(y).sum(axis=0)


def exceedances(x: np.ndarray, y: np.ndarray, permutations: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How often a permutation of the cases of x gives a |rho| as large as the observed: three counts (m, k).

    Of the permuted |rho| of all pairs like it (see `alike`); how many these are; of the permutations, those whose
    largest |rho| sqrt(n - 1) of the table is as large. The same permutation serves every pair, so that the dependence
    among modules and among features is kept; pairs without a rho count nothing.
    """
    rho, n = observed(x, y)
    blocks = (permutations[start : start + BLOCK] for start in range(0, len(permutations), BLOCK))
    return counted(rho, np.maximum(n, 2) - 1.0, alike(x, y), (_permuted(x, y, block) for block in blocks))


def counted(
    rho: np.ndarray, freedom: np.ndarray, pool: np.ndarray, nulls: Iterable[np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The three counts of `exceedances` for observed rho (m, k), NaN where there is none.

    freedom : (k,), 1 / the variance of a permuted rho; pool : int (m, k), pairs of one number count together
    nulls : |rho| of permutations, blocks of (b, m, k)
    """
    rho, scale = np.abs(rho), np.sqrt(freedom)
    scale /= scale.max(initial=1.0)  # 1 where no feature has gaps
    pool = np.where(np.isnan(rho), -1, pool)
    pooled, largest, n_permutations = np.zeros(rho.shape, int), np.zeros(rho.shape, int), 0
    for null in nulls:
        n_permutations += len(null)
        for one in range(pool.max(initial=-1) + 1):
            pooled[pool == one] += _as_large(null[:, pool == one].ravel(), rho[pool == one] - TIE)
        top = np.nanmax(null * scale, axis=(1, 2), initial=0.0)
        largest += (top[:, None, None] >= (rho - TIE) * scale).sum(axis=0)
    sizes = np.bincount(pool[pool >= 0], minlength=1)
    return pooled, np.where(pool >= 0, n_permutations * sizes[pool], 0), largest


def alike(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Number of the kind of each pair of columns of x (cases, m) and y (cases, k), int (m, k).

    Pairs of a kind have the same number of cases and the same ties, hence the same permutation distribution of rho.
    """
    kinds: dict[tuple[int, ...], int] = {}

    def kind(column: np.ndarray) -> int:
        ties = np.unique(column[np.isfinite(column)], return_counts=True)[1]
        return kinds.setdefault(tuple(ties.tolist()), len(kinds))

    of_x, of_y = np.array([kind(column) for column in x.T]), np.array([kind(column) for column in y.T])
    both = of_x[:, None] * (len(kinds) + 1) + of_y
    return np.unique(both, return_inverse=True)[1].reshape(both.shape)


def _as_large(null: np.ndarray, least: np.ndarray) -> np.ndarray:
    """How many values of `null` (b,) are at least each of `least` (p,)."""
    order = np.argsort(least)
    places = np.searchsorted(least[order], null, side="right")
    above = np.bincount(places, minlength=len(least) + 1)[::-1].cumsum()[::-1][1:]
    counts = np.empty(len(least), int)
    counts[order] = above
    return counts


def smallest_q(n_permutations: int, x: np.ndarray, y: np.ndarray) -> float:
    """The smallest q that any single pair of the columns of x (cases, m) and y (cases, k) can have, at worst."""
    rho, _ = observed(x, y)
    pool = alike(x, y)[~np.isnan(rho)]
    if not len(pool):
        return float("nan")
    fewest = np.unique(pool, return_counts=True)[1].min()
    return min(1.0, len(pool) / (1 + n_permutations * int(fewest)))


def orders(n_cases: int, n_permutations: int, rng: np.random.Generator) -> np.ndarray:
    """Random orders of the cases, int (n_permutations, n_cases)."""
    return rng.permuted(np.tile(np.arange(n_cases), (n_permutations, 1)), axis=1)


def given(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Partial Spearman correlation of x (cases, m) and y (cases, k) given z (cases,): (m, k).

    First-order partial correlation of ranks; undefined (NaN) where x or y has the order of z.
    """
    partial = np.full((x.shape[1], y.shape[1]), np.nan)
    gaps = ~np.isfinite(z)
    y = np.where(gaps[:, None], np.nan, y)
    for rows, columns in patterns(y):
        u, v = unit_ranks(x[rows]), unit_ranks(y[np.ix_(rows, columns)])
        w = unit_ranks(z[rows, None])[:, 0]
        xz, yz = (u.T @ w)[:, None], (v.T @ w)[None, :]
        left = (1 - xz**2) * (1 - yz**2)
        defined = left > 1e-12
        partial[:, columns] = np.where(defined, (u.T @ v - xz * yz) / np.sqrt(np.where(defined, left, 1.0)), np.nan)
    return partial


def _permuted(x: np.ndarray, y: np.ndarray, block: np.ndarray) -> np.ndarray:
    """|rho| (b, m, k) under each order of a block."""
    null = np.full((len(block), x.shape[1], y.shape[1]), np.nan)
    for rows, columns in patterns(y):
        unit = unit_ranks(y[np.ix_(rows, columns)])
        complete = len(rows) == len(y)  # the ranks of a shuffled column are the shuffled ranks: no sorting anew
        shuffled = unit_ranks(x)[block] if complete else unit_ranks(x[block][:, rows], axis=1)
        null[:, :, columns] = np.abs(shuffled.swapaxes(1, 2) @ unit)
    return null


def patterns(y: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Columns that have their values in the same cases, with these cases: (rows, columns)."""
    present = np.isfinite(y)
    kinds, member = np.unique(present, axis=1, return_inverse=True)
    for number in range(kinds.shape[1]):
        rows = np.flatnonzero(kinds[:, number])
        if len(rows) > 2:
            yield rows, np.flatnonzero(member == number)


def unit_ranks(values: np.ndarray, axis: int = 0) -> np.ndarray:
    """Mid-ranks along an axis, centred and of unit length, so that a product is Spearman's rho; constant: NaN."""
    lines = np.moveaxis(values, axis, -1)
    doubled = twice_ranks(lines.reshape(-1, lines.shape[-1]).T).T.reshape(lines.shape)
    ranks = np.moveaxis(doubled, -1, axis).astype(np.float64)  # twice the rank is whole: all sums are exact
    ranks -= ranks.mean(axis=axis, keepdims=True)
    length = np.sqrt((ranks**2).sum(axis=axis, keepdims=True))
    return np.divide(ranks, length, out=np.full_like(ranks, np.nan), where=length > 0)
