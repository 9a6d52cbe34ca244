"""Table of targets: published numbers, what the study has in their place, and the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from radioloom.tables.columns import EVALUATION, KIND, MODEL
from radioloom.tables.record import Column, Table

if TYPE_CHECKING:
    import pandas as pd

PAPER, DIGEST, MEMORY, UNVERIFIED = "paper", "digest", "memory", "none"  # `verified`
JUDGED = (PAPER, DIGEST)
REPRODUCED, WITHIN, DIFFERS, SHOWN, NOT_COMPARABLE = (
    "reproduced",
    "within band",
    "differs",
    "shown",
    "not comparable",
)
VERDICTS = {  # `verdict`
    REPRODUCED: "by no more than the tolerance apart, or on the published side of a bound",
    WITHIN: "farther apart, and in the band that was declared",
    DIFFERS: "neither",
    SHOWN: "not judged, for what was published is not verified",
    NOT_COMPARABLE: "the study has no such number, or none to judge by, for the reason given",
}
SIGNS = {"below": "< ", "above": "> "}  # `bound` -> before the number that was published
SURVIVAL, MEDIAN_SURVIVAL = "survival", "median_survival"  # `metric` of a group of CURVES, in the place of METRICS'
RECONSTRUCTION = "reconstruction"
# `metric` of gene modules, in the place of METRICS' -> what it is, and where it stands: input of the rule, keys in it;
# of a dict it is how many there are.
OF_GENES = {
    "genes": ("genes read", ("summary", "genes", "genes_read")),
    "genes_in_modules": ("genes in modules", ("summary", "genes", "in_modules")),
    "gene_modules": ("gene modules", ("summary", "explained")),
    "traits_offered": ("features and traits that trees may ask for", (RECONSTRUCTION, "offered")),
    "traits_asked": ("features and traits that trees ask for", (RECONSTRUCTION, "used")),
    "variance_reconstructed": ("share of the variance that trees reconstruct", (RECONSTRUCTION, "explained")),
    "variance_held_out": ("share of the variance in cases left out", (RECONSTRUCTION, "held_out")),
}

TARGETS = Table(
    "TARGETS",
    "published numbers that the study is held against, and the verdict on each",
    ("target",),
    (
        Column("target", "string", "its short name in the study's file of targets"),
        Column("what", "string", "what the number is"),
        Column("evaluation", "string", f"of the study's number: {EVALUATION.meaning}; '' where there is none"),
        Column("cohort", "string", "its cohort; '' where there is none"),
        Column("kind", "string", f"{KIND.meaning}; '' where there is none"),
        Column("model", "string", f"{MODEL.meaning}; '' where there is none"),
        Column("against", "string", "the model whose value is subtracted; '' for a value"),
        Column("group", "string", "group of risk, of a number of CURVES; '' elsewhere"),
        Column(
            "metric",
            "string",
            f"as in METRICS; of CURVES {SURVIVAL} or {MEDIAN_SURVIVAL} (days); of genes {', '.join(OF_GENES)}",
        ),
        Column("days", "float64", "horizon of an absolute risk, or day of the curve; 0 where there is none", "days"),
        Column("published", "float64", "the published number"),
        Column("written", "string", "the same as it is written in the file of targets"),
        Column("bound", "string", "'below' or 'above' where the published number is a bound; else ''"),
        Column("published_low", "float64", "lower bound of the published 95 % interval", null=True),
        Column("published_high", "float64", "upper bound of the published 95 % interval", null=True),
        Column("published_n", "int64", "cases behind the published number; 0: not told"),
        Column("tolerance", "float64", "difference up to which it is reproduced"),
        Column("band_low", "float64", "lowest value of the declared band", null=True),
        Column("band_high", "float64", "highest value of the declared band", null=True),
        Column("source", "string", "short name of the source in the file of targets"),
        Column("verified", "string", f"how sure the published number is: {', '.join((*JUDGED, MEMORY, UNVERIFIED))}"),
        Column("estimate", "float64", "the study's number", null=True),
        Column("low", "float64", "lower bound of its 95 % interval", null=True),
        Column("high", "float64", "upper bound of its 95 % interval", null=True),
        Column("n", "int64", "cases behind it; 0 where there is none"),
        Column("n_events", "int64", "of them with the event; 0 where there is none, and of a group"),
        Column("holds", "bool", "whether its interval holds the published number", null=True),
        Column("verdict", "string", "; ".join(f"{k}: {v}" for k, v in VERDICTS.items())),
        Column("reason", "string", "why there is nothing to compare; '' elsewhere"),
    ),
)


def counted(frame: pd.DataFrame) -> dict[str, int]:
    """How many targets have each verdict, of those that occur. frame : TARGETS."""
    counts = frame["verdict"].value_counts()
    return {name: int(counts[name]) for name in VERDICTS if name in counts}


def as_written(frame: pd.DataFrame, published: Mapping[str, Any]) -> pd.DataFrame:
    """TARGETS in the order of the study's file of targets."""
    return frame.set_index("target").loc[list(published["targets"])].reset_index()
