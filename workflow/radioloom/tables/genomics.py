"""Tables of genomics: MODULES, ASSOCIATIONS."""

from __future__ import annotations

from radioloom.tables.record import Column, Table

MODULES = Table(
    "MODULES",
    "gene modules",
    ("module", "gene"),
    (
        Column("module", "string", "module"),
        Column("gene", "string", "gene"),
        Column("weight", "float64", "loading of the gene on the module's score"),
    ),
)
ASSOCIATIONS = Table(
    "ASSOCIATIONS",
    "gene modules against features and readers' traits",
    ("module", "feature_id"),
    (
        Column("module", "string", "module"),
        Column("feature_id", "string", "feature, or 'trait: ...' (with '= value' for one answer against all others)"),
        Column("rho", "float64", "Spearman correlation of module score and feature or trait", null=True),
        Column("p", "float64", "two-sided permutation p", null=True),
        Column("q", "float64", "Benjamini-Hochberg over the whole table", null=True),
        Column("p_max", "float64", "family-wise permutation p, of the largest |rho| sqrt(n - 1)", null=True),
        Column("rho_given_volume", "float64", "partial Spearman correlation given volume", null=True),
        Column("n", "int64", "cases with both"),
    ),
)
