"""Tables of what a map of gene modules claims: given confounders, by chance, in other patients, and of the outcome."""

from __future__ import annotations

from radioloom.tables.record import Column, Table

NOTHING, EVERYTHING = "", "all confounders"  # `given` of ADJUSTED besides names of confounders
PAIR = (
    Column("module", "string", "module"),
    Column("feature_id", "string", "feature as in FEATURES, or a trait's label"),
    Column("kind", "string", "feature or trait"),
    Column("trait", "string", "trait as in TRAITS; '' for a feature"),
    Column("value", "string", "the one answer that is tested against all others; '' where the whole trait is"),
)
ADJUSTED = Table(
    "ADJUSTED",
    "gene modules against features and traits given declared confounders, all of the same cases",
    ("given", "module", "feature_id"),
    (
        Column("given", "string", f"confounder; '{EVERYTHING}': all of them; '': none, of the same cases"),
        *PAIR,
        Column("rho", "float64", "partial Spearman correlation; empty where confounders leave nothing", null=True),
        Column("p", "float64", "two-sided permutation p (Freedman and Lane), studentised", null=True),
        Column("q", "float64", "Benjamini-Hochberg over all pairs given the same", null=True),
        Column("p_max", "float64", "family-wise permutation p over all pairs given the same", null=True),
        Column("n", "int64", "cases with both and every confounder"),
    ),
)
CONFOUNDERS = Table(
    "CONFOUNDERS",
    "confounders that ADJUSTED holds fixed, and the cases that have each level",
    ("confounder", "level"),
    (
        Column("confounder", "string", "confounder"),
        Column("level", "string", "level of a category, the first the one that others are held against; '': a number"),
        Column("n", "int64", "cases"),
    ),
)
