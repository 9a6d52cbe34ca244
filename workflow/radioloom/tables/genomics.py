"""Tables of genomics: gene modules, their associations with features and readers' traits, and trees of these."""

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
TREES = Table(
    "TREES",
    "splits of the trees that explain gene modules: cases on either side of a threshold of a feature or trait",
    ("module", "split"),
    (
        Column("module", "string", "module"),
        Column("split", "int64", "1 for the first; split k moves its upper side to leaf k"),
        Column("leaf", "int64", "leaf that is split: 0 for all cases, k for the upper side of split k"),
        Column("feature_id", "string", "feature as in FEATURES, or a trait's label"),
        Column("kind", "string", "feature or trait"),
        Column("threshold", "float64", "half way between two neighbouring values; above it is the upper side"),
        Column(
            "gaps", "string", "lower or upper: side of cases without a value, the larger one; '' where all have one"
        ),
        Column("n_lower", "int64", "cases on the lower side"),
        Column("n_upper", "int64", "cases on the upper side"),
        Column("mean_lower", "float64", "mean of the module's genes there, in standard deviations of each gene"),
        Column("mean_upper", "float64", "the same of the upper side"),
        Column("explained", "float64", "what the split adds to the share of the module's variance"),
    ),
)
RECONSTRUCTED = Table(
    "RECONSTRUCTED",
    "share of the variance of each module's genes that its tree of features and traits reconstructs",
    ("module",),
    (
        Column("module", "string", "module"),
        Column("n_genes", "int64", "genes"),
        Column("n_splits", "int64", "splits of its tree"),
        Column("explained", "float64", "1 - squared errors / squares, in the cases that trees are grown from"),
        Column("held_out", "float64", "the same of cases left out, against the means of the others"),
        Column("p", "float64", "of `explained`, cases permuted; empty where modules are learnt by traits", null=True),
        Column("q", "float64", "Benjamini-Hochberg over the modules", null=True),
    ),
)
