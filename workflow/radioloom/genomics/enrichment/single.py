"""Scores of gene sets in single patients: mean of standardised genes, and ssGSEA."""

from __future__ import annotations

import numpy as np

from radioloom.genomics.enrichment.gene_sets import GeneSets
from radioloom.stats.ranks import twice_ranks

WEIGHT = 0.25  # exponent of a gene's rank


def mean_z(z: np.ndarray, sets: GeneSets) -> np.ndarray:
    """Mean over the genes of each set (cases, sets) of standardised expression (genes, cases)."""
    return np.stack([z[each].mean(axis=0) for each in sets.genes], axis=1)


def ssgsea(expression: np.ndarray, sets: GeneSets) -> np.ndarray:
    """Single-sample enrichment (cases, sets) of expression (genes, cases), of which each case is ranked by itself.

    Sum of the running sum over all genes, from the highest: up by a gene's share of rank^0.25 in its set, down by
    1 / (genes outside) elsewhere (Barbie 2009, doi:10.1038/nature08460), as gseapy defines it: not divided by the range
    of the cohort, so that no other patient has a part in it. Equal values are in the order of the rows.
    """
    n, ranks = len(expression), twice_ranks(expression)
    weights = (ranks / 2.0) ** WEIGHT
    order = np.argsort(-ranks, axis=0, kind="stable")
    left = np.empty(expression.shape)  # genes from a gene's place to the end
    np.put_along_axis(left, order, np.arange(n, 0, -1.0)[:, None] * np.ones(expression.shape[1]), axis=0)
    out = np.empty((expression.shape[1], len(sets.names)))
    for one, rows in enumerate(sets.genes):
        inside = (weights[rows] * left[rows]).sum(axis=0) / weights[rows].sum(axis=0)
        out[:, one] = inside - (n * (n + 1) / 2 - left[rows].sum(axis=0)) / (n - len(rows))
    return out
