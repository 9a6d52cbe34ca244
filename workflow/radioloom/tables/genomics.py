"""Tables of genomics: gene modules, and their associations with features and readers' traits."""

from __future__ import annotations

from radioloom.tables.record import Column, Table

FEATURE, TRAIT = "feature", "trait"  # kinds of ASSOCIATIONS
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
        Column("feature_id", "string", "feature as in FEATURES, or a trait's label: a label only, never taken apart"),
        Column("kind", "string", "feature or trait"),
        Column("trait", "string", "trait as in TRAITS; '' for a feature"),
        Column("value", "string", "the one answer that is tested against all others; '' where the whole trait is"),
        Column("rho", "float64", "Spearman correlation of module score and feature or trait", null=True),
        Column("p", "float64", "two-sided permutation p, of all pairs of as many cases and ties together", null=True),
        Column("q", "float64", "Benjamini-Hochberg over the whole table", null=True),
        Column("p_max", "float64", "family-wise permutation p, of the largest |rho| sqrt(n - 1)", null=True),
        Column("rho_given_volume", "float64", "partial Spearman correlation given volume", null=True),
        Column("n", "int64", "cases with both"),
    ),
)
