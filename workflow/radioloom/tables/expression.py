"""Tables of what a map of genes is made of: samples with their cases, and traits with what became of them."""

from __future__ import annotations

from radioloom.tables.columns import COHORT
from radioloom.tables.record import Column, Table

MATCHED, NO_PATIENT, NO_SAMPLE = "matched", "no patient", "no sample"  # `state` of SAMPLES
SAMPLES = Table(
    "SAMPLES",
    "samples of the expression matrix and cases of its cohort, whether they meet or not",
    ("cohort", "number"),
    (
        COHORT,
        Column("number", "int64", "1 for the first column of the matrix that is a sample; cases without one come last"),
        Column("case", "string", "pseudonym of the case; empty where the sample is of none", null=True),
        Column("state", "string", f"{MATCHED}; {NO_PATIENT}: a sample of no case; {NO_SAMPLE}: a case without"),
        Column("batch", "int64", "batch of the sample, 1 ... in no order; where one is named", null=True),
    ),
)
TRAIT_FILTERS = Table(
    "TRAIT_FILTERS",
    "what became of each trait, and feature where they are filtered too, in each step of `genomics.traits.filter`",
    ("cohort", "feature_id", "step"),
    (
        COHORT,
        Column("feature_id", "string", "feature as in FEATURES, or a trait's label: a label only, never taken apart"),
        Column("step", "string", "prevalence, agreement, independence: in this order, of what the last one left"),
        Column("kind", "string", "feature or trait"),
        Column("trait", "string", "trait as in TRAITS; '' for a feature"),
        Column("value", "string", "the one answer that is tested against all others; '' where the whole trait is"),
        Column("kept", "bool", "whether the next step takes it; of the last: whether it is tested"),
        Column(
            "estimate", "float64",
            "share of cases that differ from the most frequent answer; agreement of the two readers who agree least; "
            "rho with the one that stands for it", null=True,
        ),
        Column("low", "float64", "lower bound of the 95 % interval of an agreement, which is what counts", null=True),
        Column("high", "float64", "upper bound", null=True),
        Column("threshold", "float64", "of the study: below (of a correlation above) it nothing is kept"),
        Column("n", "int64", "cases that it rests on; of an agreement those that both readers read"),
        Column("twin", "string", "the trait or feature that stands for it; ''"),
        Column("reason", "string", "why it is left out, or was not judged; ''"),
    ),
)  # fmt: skip
