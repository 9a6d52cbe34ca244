"""Tables of how sure gene modules are: their number, their stability, and their preservation in other patients."""

from __future__ import annotations

from radioloom.tables.record import Column, Table

PROGRAMS = Table(
    "PROGRAMS",
    "features and traits of the linear program (elastic net) that foretells each module",
    ("module", "feature_id"),
    (
        Column("module", "string", "module"),
        Column("feature_id", "string", "feature as in FEATURES, or a trait's label"),
        Column("kind", "string", "feature or trait"),
        Column("slope", "float64", "change of the module's mean with a standard deviation of the feature or trait"),
    ),
)
PROGRAM_SHARES = Table(
    "PROGRAM_SHARES",
    "share of the variance of each module's mean that its linear program foretells",
    ("module",),
    (
        Column("module", "string", "module"),
        Column("n_genes", "int64", "genes"),
        Column("n_features", "int64", "features and traits of its program"),
        Column("explained", "float64", "1 - squared errors / squares, in the cases that programs are learnt from"),
        Column("held_out", "float64", "the same of cases left out, against the means of the others"),
        Column("n", "int64", "cases"),
    ),
)
HALF, OTHER = "half", "other"  # patients that modules are looked for in
MODULE_NUMBERS = Table(
    "MODULE_NUMBERS",
    "how alike modules are that are learnt anew from resamples of 80 % of the cases, by their number",
    ("n_modules",),
    (
        Column("n_modules", "int64", "number of modules that was tried"),
        Column("agreement", "float64", "mean adjusted Rand index with the modules of all cases"),
        Column("ambiguous", "float64", "share of pairs of genes that are together in 10 to 90 % of the resamples"),
        Column("chosen", "bool", "whether the rule takes this number"),
    ),
)
MODULE_STABILITY = Table(
    "MODULE_STABILITY",
    "how much of each module is learnt again from resamples of the cases; empty where modules are given",
    ("module",),
    (
        Column("module", "string", "module"),
        Column("n_genes", "int64", "genes"),
        Column("kept", "float64", "mean share of its pairs of genes that share a module of the resample"),
        Column("outside", "float64", "the same of pairs of one of its genes and another"),
        Column("jaccard", "float64", "mean overlap (Jaccard) with the module of the resample that fits best"),
    ),
)
MODULE_PRESERVATION = Table(
    "MODULE_PRESERVATION",
    "preservation of modules in other patients (Langfelder 2011); z: distance from random genes in standard deviations",
    ("against", "module"),
    (
        Column("against", "string", "half: learnt anew from one half of the cases, sought in the other; other: a file"),
        Column("module", "string", "module"),
        Column("n_genes", "int64", "genes that are sought; of `half` those of the half's module that fits best"),
        Column("jaccard", "float64", "overlap of these with the module"),
        Column("correlation", "float64", "mean correlation of pairs, with the sign that they had"),
        Column("adjacency", "float64", "mean adjacency of pairs, ((1 + r) / 2)^12"),
        Column("explained", "float64", "share of variance that the first principal component carries"),
        Column("membership", "float64", "mean correlation with the eigengene, with the sign that they had"),
        Column("r_connectivity", "float64", "correlation, of both groups of patients, of connectivities in the module"),
        Column("r_membership", "float64", "the same of correlations with the eigengene, without its sign"),
        Column("r_correlation", "float64", "the same of correlations of pairs"),
        Column("z_density", "float64", "median z of the first four"),
        Column("z_connectivity", "float64", "median z of the last three"),
        Column("z_summary", "float64", "mean of both: below 2 no evidence, above 10 strong evidence of preservation"),
    ),
)
