"""Tables of what a map of gene modules claims: given confounders, by chance, in other patients, and of the outcome."""

from __future__ import annotations

from radioloom.tables.columns import CASE, COHORT
from radioloom.tables.record import Column, Table

NOTHING, EVERYTHING = "", "all confounders"  # `given` of ADJUSTED besides names of confounders
LEARNT, TESTED = "learnt from", "tested in"  # `part` of GENE_PARTS
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
GENE_PARTS = Table(
    "GENE_PARTS",
    "the cases of the genomics cohort that a map of gene modules is learnt from, and those that it is tested in",
    ("cohort", "case"),
    (COHORT, CASE, Column("part", "string", f"'{LEARNT}', '{TESTED}'")),
)
REPLICATED = Table(
    "REPLICATED",
    "entries of a map of gene modules that was learnt from one part of the cases, tested in the other",
    ("module", "feature_id"),
    (
        Column("module", "string", "module of this map: not one of MODULES"),
        *PAIR[1:],
        Column("n_genes", "int64", "genes of the module"),
        Column("rho_learnt", "float64", "Spearman correlation in the cases that the map was learnt from"),
        Column("q_learnt", "float64", "its q there; empty where modules are learnt by features", null=True),
        Column("n_learnt", "int64", "cases with both there"),
        Column("rho", "float64", "in the other cases; empty where one of the two is constant", null=True),
        Column("p", "float64", "one-sided permutation p of the same sign", null=True),
        Column("p_adjusted", "float64", "Holm over the entries", null=True),
        Column("q", "float64", "Benjamini-Hochberg over the entries", null=True),
        Column("n", "int64", "cases with both there"),
        Column("replicated", "bool", "whether p_adjusted is below 0.05"),
    ),
)
RELEARNT = Table(
    "RELEARNT",
    "gene modules against features and traits, by maps that were learnt anew of permuted cases",
    ("module", "feature_id"),
    (
        *PAIR,
        Column("rho", "float64", "Spearman correlation, as in ASSOCIATIONS", null=True),
        Column("p", "float64", "share of the pairs of all maps, of as many cases and ties, as large", null=True),
        Column("q", "float64", "Benjamini-Hochberg over the whole table", null=True),
        Column("p_max", "float64", "family-wise: share of maps whose largest |rho| sqrt(n - 1) is as large", null=True),
        Column("n", "int64", "cases with both"),
    ),
)
MAPS_BY_CHANCE = Table(
    "MAPS_BY_CHANCE",
    "entries of the map of gene modules, and of each map that was learnt anew of permuted cases",
    ("permutation",),
    (
        Column("permutation", "int64", "0: the map of the study"),
        Column("n_modules", "int64", "modules"),
        Column("entries", "int64", "pairs with q below 0.05, by RELEARNT's p"),
        Column("largest", "float64", "largest |rho|"),
    ),
)
MODULE_OUTCOMES = Table(
    "MODULE_OUTCOMES",
    "what the score of each gene module says of the outcome, by itself and beside imaging and clinical columns",
    ("beside", "module"),
    (
        Column("beside", "string", "what it stands beside in the model: volume, clinical, signature; '': nothing"),
        PAIR[0],
        Column("coefficient", "float64", "log hazard or log odds a standard deviation of the score"),
        Column("low", "float64", "lower end of its 95 % interval; empty below 10 events", null=True),
        Column("high", "float64", "upper end", null=True),
        Column("p", "float64", "likelihood-ratio p of what the score adds", null=True),
        Column("q", "float64", "Benjamini-Hochberg over the modules beside the same", null=True),
        Column(
            "c", "float64", "C, or AUC, in cases left out; without an interval, as none is shown to hold", null=True
        ),
        Column("c_without", "float64", "the same without the score; empty where it stands alone", null=True),
        Column("n", "int64", "cases"),
        Column("n_events", "int64", "cases with the event"),
    ),
)
SURROGATES = Table(
    "SURROGATES",
    "what features and traits foretell of the score of each gene module in cases left out, and the outcome by it",
    ("module",),
    (
        PAIR[0],
        Column("n", "int64", "cases with expression and features"),
        Column("r2", "float64", "1 - squared errors / squares in cases left out; below 0: worse than the mean"),
        Column("r", "float64", "Pearson correlation of foretold and true score in cases left out"),
        Column("p", "float64", "of r2, features of cases permuted; empty where modules are learnt by them", null=True),
        Column("q", "float64", "Benjamini-Hochberg over the modules", null=True),
        Column("p_max", "float64", "family-wise: permutations whose largest r2 is as large", null=True),
        Column("c", "float64", "C, or AUC, of the foretold score in cases left out; without an interval", null=True),
        Column("p_outcome", "float64", "score test of the foretold score; empty below 10 events", null=True),
        Column("q_outcome", "float64", "Benjamini-Hochberg over the modules", null=True),
        Column("n_outcome", "int64", "cases that have an outcome too"),
        Column("n_events", "int64", "cases with the event"),
    ),
)
GENE_PAIRS = Table(
    "GENE_PAIRS",
    "single genes against features and traits: pairs with q below 0.05, and the ten strongest of each feature",
    ("feature_id", "gene"),
    (
        *PAIR[1:],
        Column("gene", "string", "gene"),
        Column("rho", "float64", "Spearman correlation"),
        Column("p", "float64", "two-sided permutation p, of all pairs of as many cases and ties together"),
        Column("q", "float64", "Benjamini-Hochberg over every pair of gene and feature"),
        Column("p_max", "float64", "family-wise permutation p, of the largest |rho| sqrt(n - 1)"),
        Column("n", "int64", "cases with both"),
    ),
)
GENE_COUNTS = Table(
    "GENE_COUNTS",
    "how many genes pass against each feature and trait",
    ("feature_id",),
    (
        *PAIR[1:],
        Column("n_genes", "int64", "genes tested"),
        Column("passing", "int64", "with q below 0.05"),
        Column("family_wise", "int64", "with p_max below 0.05"),
        Column("n", "int64", "cases with expression and the feature"),
    ),
)
