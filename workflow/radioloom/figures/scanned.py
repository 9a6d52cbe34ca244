"""Genes one by one against features: how many pass, and which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from radioloom.figures.exhibit import Exhibit
from radioloom.figures.words import count, number, probability
from radioloom.tables.columns import SIGNIFICANT

if TYPE_CHECKING:
    import pandas as pd

MOST = 20  # features, and pairs, shown


def in_words(counts: pd.DataFrame) -> str:
    """How many pairs pass. counts : GENE_COUNTS."""
    total, passing, family = (int(counts[name].sum()) for name in ("n_genes", "passing", "family_wise"))
    features = int((counts["passing"] > 0).sum())
    return (
        f"Of {count(total, 'pair')} of gene and feature or annotation {passing} have q < {SIGNIFICANT}, of {features} "
        f"of {len(counts)} features, and {family} a family-wise p < {SIGNIFICANT}."
    )


def counts(frame: pd.DataFrame) -> Exhibit:
    """The features of which most genes pass. frame : GENE_COUNTS."""
    top = frame.sort_values(["passing", "feature_id"], ascending=[False, True]).head(MOST)
    rows = tuple((r.feature_id, str(r.n_genes), str(r.passing), str(r.family_wise), str(r.n)) for r in top.itertuples())
    heads = (f"q < {SIGNIFICANT}", f"family-wise p < {SIGNIFICANT}")
    return Exhibit(("feature or annotation", "genes", *heads, "cases"), rows, (1, 2, 3, 4))


def pairs(frame: pd.DataFrame) -> Exhibit:
    """The pairs of smallest p. frame : GENE_PAIRS."""
    top = frame.assign(size=-frame["rho"].abs()).sort_values(["p", "size", "gene", "feature_id"]).head(MOST)
    rows = tuple(
        (r.gene, r.feature_id, number(r.rho), probability(r.p), probability(r.q), probability(r.p_max), str(r.n))
        for r in top.itertuples()
    )
    heads = ("gene", "feature or annotation", "rho", "p", "q", "family-wise p", "cases")
    return Exhibit(heads, rows, tuple(range(2, 7)))
