"""A whole map of modules and features beside maps that were learnt anew of permuted cases."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from radioloom.genomics.association import TIE
from radioloom.stats.multiplicity import benjamini_hochberg


class Beside(NamedTuple):
    """One map among those of permuted cases."""

    p: np.ndarray  # float64 (m, k) of the observed map; NaN where there is no rho
    q: np.ndarray
    p_max: np.ndarray
    entries: np.ndarray  # int64 (1 + B,): pairs with q below the level, of the observed map and of each other


def beside(maps: list[np.ndarray], n: np.ndarray, kinds: np.ndarray, level: float) -> Beside:
    """P-values and entries of the first of several maps, by all of them.

    maps : rho (m, k) of the observed map, then of each map of permuted cases; modules may differ in number
    n : (k,) cases of each feature; kinds : int (k,), features of one number have the same null distribution
    level : q below which a pair is an entry

    The observed map is one of 1 + B maps that under the null hypothesis are exchangeable, and all are treated alike: p
    of a pair is the share of all maps' pairs of its kind of feature with as large a |rho|, its own among them; p_max
    the share of maps whose largest |rho| sqrt(n - 1) is as large.
    """
    sizes = [np.abs(each) * np.sqrt(np.maximum(n, 2) - 1.0) for each in maps]
    p = [np.full(each.shape, np.nan) for each in sizes]
    for kind in np.unique(kinds):
        columns = kinds == kind
        pool = np.sort(np.concatenate([each[:, columns].ravel() for each in sizes]))
        pool = pool[np.isfinite(pool)]
        for values, each in zip(p, sizes, strict=True):
            part = each[:, columns]
            shares = (len(pool) - np.searchsorted(pool, part - TIE)) / max(1, len(pool))
            values[:, columns] = np.where(np.isnan(part), np.nan, shares)
    q = [benjamini_hochberg(values) for values in p]
    largest = np.array([np.nanmax(each, initial=0.0) for each in sizes])
    p_max = (largest[:, None, None] >= sizes[0] - TIE).mean(axis=0)
    entries = np.array([(values < level).sum() for values in q])
    return Beside(p[0], q[0], np.where(np.isnan(sizes[0]), np.nan, p_max), entries)
