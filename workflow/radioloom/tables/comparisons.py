"""Tables of what may be said of performance: comparisons of models, and looks at validation cohorts."""

from __future__ import annotations

from radioloom.tables.columns import (
    COHORT,
    EVALUATION,
    EXPLORATORY,
    KIND,
    MODEL,
    OF_CONTROLS,
    OF_MODELS,
    PRIMARY,
    SECONDARY,
    VERDICTS,
)
from radioloom.tables.record import Column, Table

COMPARISONS = Table(
    "COMPARISONS",
    "the signature against chance, and pairs of models, where they are judged on cases that they did not learn from",
    ("evaluation", "cohort", "kind", "model", "variant", "against"),
    (
        EVALUATION,
        COHORT,
        KIND,
        MODEL,
        Column("variant", "string", "as in METRICS"),
        Column("against", "string", "the model whose value is subtracted; '' for chance"),
        Column(
            "rank",
            "string",
            f"{PRIMARY}: declared by the study; {SECONDARY}: the others; {EXPLORATORY}: of a study that declares none",
        ),
        Column("family", "string", f"tests that are adjusted together: {OF_CONTROLS}, or {OF_MODELS} (all others)"),
        Column("metric", "string", "c_index or auc"),
        Column("estimate", "float64", "value, or difference", null=True),
        Column("low", "float64", "lower bound of the 95 % interval, which is not adjusted", null=True),
        Column("high", "float64", "upper bound", null=True),
        Column("p", "float64", "of the interval, two-sided; empty where none is told", null=True),
        Column("tests", "int64", "tests that p_adjusted is adjusted for; 1: not adjusted"),
        Column("p_adjusted", "float64", "p adjusted as the study declares", null=True),
        Column(
            "null_p",
            "float64",
            "against chance: share of null models that do as well",
            null=True,
        ),
        Column("nulls", "int64", "so many of these, whose smallest p is 1 / (nulls + 1)"),
        Column("verdict", "string", "what may be said; " + "; ".join(f"{k}: {v}" for k, v in VERDICTS.items())),
    ),
)
LOOKS = Table(
    "LOOKS",
    "how often each cohort was judged in the results folder of the study, and what was changed between",
    ("evaluation", "cohort"),
    (
        EVALUATION,
        COHORT,
        Column("signatures", "int64", "different signatures that judged it, this one among them"),
        Column("look", "int64", "which of them this one was, from 1"),
        Column("baselines", "int64", "different sets of baselines that stood beside them"),
        Column("patients", "int64", "different choices of its patients, or of their outcomes"),
        Column("values", "int64", "different features or covariates of the same cases, as the same models see them"),
        Column("primaries", "int64", "different primary comparisons that were declared then; none is one of them"),
        Column("declarations", "int64", "the same of multiplicity, subgroups, thresholds, horizons, tau, most_missing"),
        Column("foldings", "int64", "different folds, or seeds of them, of cross-validation; 0 elsewhere"),
    ),
)
