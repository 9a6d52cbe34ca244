"""Tests of whether two things go together: chi-square, Fisher's exact, Kruskal and Wallis's of numbers in groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from radioloom.stats.ranks import twice_ranks

CHI_SQUARE, FISHER, KRUSKAL_WALLIS = "chi-square", "Fisher", "Kruskal-Wallis"
FEWEST, SHARE_BELOW = 5.0, 0.2  # Cochran 1954: at most a fifth of the expected counts below 5, and none below 1
TABLES = 9999  # random tables behind Fisher's p of a table beyond 2 x 2
SAME = 1e-7  # relative, of probabilities of tables that count as equal, as in R


@dataclass(frozen=True, slots=True)
class Tested:
    """One test; NaN where it could not be made."""

    name: str
    statistic: float  # chi-square or H; NaN of Fisher's
    df: int
    p: float
    effect: float  # Cramer's V of a table, epsilon squared of Kruskal and Wallis; 0 to 1


def independence(table: np.ndarray, rng: np.random.Generator) -> Tested | None:
    """Whether rows and columns of a table of counts (r, c) go together; None where either has one level.

    Pearson's chi-square without continuity correction where Cochran's rule holds; else Fisher's exact test, whose p of
    tables beyond 2 x 2 is of `TABLES` random ones with the same margins (Freeman and Halton 1951), the given one too.
    """
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if min(table.shape) < 2:
        return None
    n, df = table.sum(), (table.shape[0] - 1) * (table.shape[1] - 1)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / n
    chi2 = float(((table - expected) ** 2 / expected).sum())
    effect = float(np.sqrt(chi2 / n / (min(table.shape) - 1)))
    if (expected < FEWEST).mean() <= SHARE_BELOW and expected.min() >= 1:
        return Tested(CHI_SQUARE, chi2, df, float(special.chdtrc(df, chi2)), effect)
    p = fisher(table) if table.shape == (2, 2) else fisher_by_chance(table, rng)
    return Tested(FISHER, float("nan"), df, p, effect)


def fisher(table: np.ndarray) -> float:
    """Two-sided p of Fisher's exact test of a table (2, 2): all tables that are no likelier than the given one."""
    (a, b), (c, d) = table
    first, second, column = a + b, c + d, a + c
    counts = np.arange(max(0, column - second), min(first, column) + 1)
    logs = -(
        special.gammaln(counts + 1)
        + special.gammaln(first - counts + 1)
        + special.gammaln(column - counts + 1)
        + special.gammaln(second - column + counts + 1)
    )
    share = np.exp(logs - special.logsumexp(logs))
    return float(min(1.0, share[share <= share[counts == a] * (1 + SAME)].sum()))


def fisher_by_chance(table: np.ndarray, rng: np.random.Generator, tables: int = TABLES) -> float:
    """The same of any table (r, c), by random tables with the same margins."""
    row = np.repeat(np.arange(table.shape[0]), table.sum(axis=1))
    column = np.concatenate([np.repeat(np.arange(table.shape[1]), counts) for counts in table])
    given = special.gammaln(table + 1).sum()
    least = 1
    for _ in range(tables):
        drawn = np.bincount(row * table.shape[1] + rng.permutation(column), minlength=table.size)
        least += special.gammaln(drawn + 1).sum() >= given - SAME  # no likelier than the given one
    return float(least / (tables + 1))


def kruskal_wallis(values: np.ndarray, groups: np.ndarray) -> Tested | None:
    """Kruskal and Wallis's test, corrected for ties, of numbers (n,) in groups (n,); None where all are of one."""
    names, group, size = np.unique(groups, return_inverse=True, return_counts=True)
    ranks = twice_ranks(values[:, None])[:, 0] / 2
    n, ties = len(values), np.unique(values, return_counts=True)[1]
    whole = 1 - (ties**3 - ties).sum() / (n**3 - n) if n > 1 else 0.0
    if len(names) < 2 or whole <= 0:
        return None
    sums = np.bincount(group, weights=ranks)
    h = float((12 / (n * (n + 1)) * (sums**2 / size).sum() - 3 * (n + 1)) / whole)
    df = len(names) - 1
    return Tested(KRUSKAL_WALLIS, h, df, float(special.chdtrc(df, h)), h / (n - 1))
