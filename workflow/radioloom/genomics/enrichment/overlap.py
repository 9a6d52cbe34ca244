"""Overlap of gene modules with gene sets: the hypergeometric test among the genes that were measured."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from radioloom.genomics.enrichment.gene_sets import GeneSets
from radioloom.stats.multiplicity import benjamini_hochberg


def table(members: pd.DataFrame, genes: pd.Index, sets: GeneSets) -> pd.DataFrame:
    """MODULE_ENRICHMENT of modules with all sets, each pair once.

    members : MODULES; genes : of the matrix, all that could have been drawn
    """
    modules = sorted(members["module"].unique())
    inside = np.zeros((len(modules), len(genes)))
    inside[members["module"].map(modules.index), genes.get_indexer(pd.Index(members["gene"]))] = 1
    both = np.stack([inside[:, each].sum(axis=1) for each in sets.genes], axis=1).astype(np.int64)
    n_module = np.broadcast_to(inside.sum(axis=1).astype(np.int64)[:, None], both.shape)
    n_set = np.broadcast_to(sets.sizes[None, :], both.shape)
    p = at_least(both, n_module, n_set, len(genes))
    names, known = np.meshgrid(modules, sets.names, indexing="ij")
    columns = {
        "module": names, "set": known, "n_module": n_module, "n_set": n_set, "n_both": both,
        "expected": n_module * n_set / len(genes), "p": p, "q": benjamini_hochberg(p),
    }  # fmt: skip
    return pd.DataFrame({name: values.ravel() for name, values in columns.items()})


def at_least(both: np.ndarray, drawn: np.ndarray, marked: np.ndarray, n: int) -> np.ndarray:
    """Chance that of n genes, `marked` in a set, as many as `both` are among `drawn` without replacement, any shape."""
    most = np.minimum(drawn, marked)
    k = both[..., None] + np.arange(int((most - both).max(initial=0)) + 1)
    possible = (k <= most[..., None]) & (k >= (drawn + marked - n)[..., None])
    k = np.where(possible, k, both[..., None])
    drawn, marked = drawn[..., None], marked[..., None]
    log = _choose(marked, k) + _choose(n - marked, drawn - k) - _choose(n, drawn)
    return np.minimum(1.0, np.where(possible, np.exp(log), 0.0).sum(axis=-1))


def _choose(n: np.ndarray | int, k: np.ndarray) -> np.ndarray:
    """Logarithm of the binomial coefficient."""
    inside = (k >= 0) & (k <= n)
    k = np.where(inside, k, 0)
    return np.where(inside, -special.betaln(1 + n - k, 1 + k) - np.log1p(n), -np.inf)
