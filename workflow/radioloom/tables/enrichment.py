"""Tables of gene set enrichment: sets, modules, features, scores of patients, clusters."""

from __future__ import annotations

from radioloom.tables.claims import EVERYTHING
from radioloom.tables.record import Column, Table

OF_SET = "set"  # kind of ENRICHMENT_CLUSTERS, beside feature and trait
SET = Column("set", "string", "gene set, as its file names it")
ENRICHMENT_SETS = Table(
    "ENRICHMENT_SETS",
    "gene sets of the file, and which of them are tested",
    ("set",),
    (
        SET,
        Column("n_genes", "int64", "genes of the set"),
        Column("n_measured", "int64", "of these, genes of the expression matrix"),
        Column("unused", "string", "why it is not tested; '' where it is"),
    ),
)
MODULE_ENRICHMENT = Table(
    "MODULE_ENRICHMENT",
    "overlap of gene modules with gene sets, among the genes measured",
    ("module", "set"),
    (
        Column("module", "string", "module"),
        SET,
        Column("n_module", "int64", "genes of the module"),
        Column("n_set", "int64", "genes of the set that were measured"),
        Column("n_both", "int64", "genes of both"),
        Column("expected", "float64", "genes of both, were the module's drawn from all that were measured"),
        Column("p", "float64", "hypergeometric p of as many or more"),
        Column("q", "float64", "Benjamini-Hochberg over the whole table"),
    ),
)
FEATURE_ENRICHMENT = Table(
    "FEATURE_ENRICHMENT",
    "gene sets among the genes ranked by their Spearman correlation with a feature or trait",
    ("feature_id", "set", "given"),
    (
        Column("feature_id", "string", "feature as in FEATURES, or a trait's label"),
        Column("given", "string", f"'{EVERYTHING}': by what they leave; '': given nothing"),
        Column("kind", "string", "feature or trait"),
        SET,
        Column("n", "int64", "cases with expression and a value"),
        Column("n_set", "int64", "genes of the set that were measured"),
        Column("es", "float64", "enrichment score, weight 1; empty of a constant feature", null=True),
        Column("nes", "float64", "es over the mean of permuted scores of its sign; empty where none is", null=True),
        Column("p", "float64", "permutation p among scores of its sign", null=True),
        Column("fdr", "float64", "false discovery rate among the sets of the feature (Subramanian 2005)", null=True),
        Column("p_max", "float64", "family-wise permutation p, of the largest |nes| of the whole table", null=True),
    ),
)
LEADING_GENES = Table(
    "LEADING_GENES",
    "leading edge of each gene set with a false discovery rate of 20 % or less: its genes that make its score",
    ("feature_id", "set", "gene"),
    (
        Column("feature_id", "string", "feature as in FEATURES, or a trait's label"),
        SET,
        Column("gene", "string", "gene: up to the peak of the running sum, or from its trough on"),
        Column("place", "int64", "in the ranking, from 1"),
        Column("rho", "float64", "Spearman correlation of the gene with the feature"),
    ),
)
SET_SCORES = Table(
    "SET_SCORES",
    "scores of gene sets in single cases",
    ("cohort", "case", "set"),
    (
        Column("cohort", "string", "cohort"),
        Column("case", "string", "case"),
        SET,
        Column("mean_z", "float64", "mean of the set's genes, each standardised over the cases of the cohort"),
        Column("ssgsea", "float64", "single-sample enrichment of the case's own ranking, as gseapy defines it"),
    ),
)
ENRICHMENT_CLUSTERS = Table(
    "ENRICHMENT_CLUSTERS",
    "features and gene sets that belong together by the iterative signature algorithm",
    ("cluster", "kind", "name"),
    (
        Column("cluster", "int64", "from 1, those of most starts first"),
        Column("kind", "string", "feature, trait or set"),
        Column("name", "string", "feature_id or set"),
        Column("score", "float64", "of unit length over features and over sets; signs that differ: depleted"),
        Column("share", "float64", "random starts that end in the cluster"),
        Column("p", "float64", "permutation p of `share`, of the largest share where sets are permuted over features"),
    ),
)
