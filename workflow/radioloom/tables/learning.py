"""Tables of learning: outcomes, reliability, splits, selection, predictions, metrics, curves."""

from __future__ import annotations

from radioloom.tables.columns import CASE, COHORT, EVALUATIONS, KIND, MODEL, REFITTED, VARIANT_OF_MODEL
from radioloom.tables.record import Column, Table

CLINICAL = Table(
    "CLINICAL",
    "outcome of each patient",
    ("cohort", "case"),
    (
        COHORT,
        CASE,
        Column("time_days", "float64", "follow-up; empty for a binary outcome", "days", null=True),
        Column("event", "bool", "event at the end of follow-up, or the binary outcome"),
    ),
)
COVARIATES = Table(
    "COVARIATES",
    "clinical covariates, one row each",
    ("cohort", "case", "covariate"),
    (
        COHORT,
        CASE,
        Column("covariate", "string", "name in the study"),
        Column("value", "float64", "value; levels of a category are 0/1 columns", null=True),
    ),
)
RELIABILITY = Table(
    "RELIABILITY",
    "agreement of each feature over replicates",
    ("split", "source", "feature_id"),
    (
        Column("split", "string", "'frozen', or the fold whose test cases were left out of perturbed images"),
        Column("source", "string", "cohort that gave the replicates, or 'perturbed' with the chain"),
        Column("role", "string", "what was repeated: test-retest, observers or perturbations"),
        Column("feature_id", "string", "feature"),
        Column("form", "string", "ICC form, McGraw and Wong: ICC(A,1) ..."),
        Column("scale", "string", "what the ICC is of: measured values, or ranks (their normal scores)"),
        Column("estimate", "float64", "ICC; of a mean of k it may be minus infinity", null=True),
        Column("low", "float64", "lower bound of the 95 % interval", null=True),
        Column("high", "float64", "upper bound of the 95 % interval", null=True),
        Column("n", "int64", "subjects that count: with all replicates; with any, for ICC(1) and ICC(k)"),
        Column("k", "int64", "replicates of each, at most"),
        Column("concordance", "float64", "Lin's concordance correlation, where there are two replicates", null=True),
        Column(
            "friedman", "float64", "Friedman's chi squared over the replicates, k - 1 df; small is stable", null=True
        ),
        Column("friedman_p", "float64", "its p", null=True),
        Column("note", "string", "why there is no estimate; '' where there is one"),
    ),
)
ACQUISITION = Table(
    "ACQUISITION",
    "how much of each feature goes with how its image was acquired: training, validation and genomics cohorts together",
    ("factor", "given", "harmonised", "feature_id"),
    (
        Column("factor", "string", "column of SERIES; 'all' of them; 'cohort'"),
        Column("given", "string", "what is held fixed: nothing, or the cohort"),
        Column("harmonised", "string", "ComBat of the study's batches: no, all cases, or training cases (learnt on)"),
        Column("feature_id", "string", "feature"),
        Column("explained", "float64", "adjusted R squared of a linear model, partial where given", null=True),
        Column("n", "int64", "cases that state the factor and have the feature"),
        Column("levels", "int64", "different values of the factor"),
        Column("note", "string", "why there is no value; '' where there is one"),
    ),
)
SPLITS = Table(
    "SPLITS",
    "who is learnt from and who is predicted, decided before anything is fitted",
    ("split", "cohort", "case"),
    (
        Column("split", "string", "'frozen' (training to validation cohorts) or a label of the fold"),
        Column("repeat", "int64", "repeat of the cross-validation, from 1; 0: the frozen split"),
        Column("fold", "int64", "fold of the repeat, from 1; 0: the frozen split"),
        Column("inner", "int64", "fold inside the training part of the fold, from 1; 0: not a nested split"),
        COHORT,
        CASE,
        Column("part", "string", "train or test"),
    ),
)
SELECTION = Table(
    "SELECTION",
    "what became of each feature in each split",
    ("split", "feature_id"),
    (
        Column("split", "string", "split"),
        Column("feature_id", "string", "feature"),
        Column("group", "string", "group of features that the selector chooses from"),
        Column("step", "string", "step that decided: undefined, constant, reliability, redundancy, selector, model"),
        Column("kept", "bool", "in the signature"),
        Column("reason", "string", "why, with the number that decided"),
        Column("score", "float64", "univariate concordance with the outcome on training data", null=True),
        Column("volume_rho", "float64", "Spearman correlation with volume on training data", null=True),
    ),
)
OUTLIERS = Table(
    "OUTLIERS",
    "cases with a value far from those of training; nothing is left out for it",
    ("cohort", "case"),
    (
        COHORT,
        CASE,
        Column("n", "int64", "features with a value that far"),
        Column("feature_id", "string", "the feature that is farthest"),
        Column("value", "float64", "its value"),
        Column("robust_z", "float64", "its distance from the training median, in robust SDs (quartiles of training)"),
    ),
)
PREDICTIONS = Table(
    "PREDICTIONS",
    "predicted risk of each case",
    ("split", "kind", "model", "variant", "cohort", "case"),
    (
        Column("split", "string", "split"),
        KIND,
        MODEL,
        VARIANT_OF_MODEL,
        COHORT,
        CASE,
        Column("part", "string", "train or test"),
        Column("risk", "float64", "linear predictor; higher is worse"),
    ),
)
METRICS = Table(
    "METRICS",
    "performance of each model, and paired differences between two",
    ("evaluation", "cohort", "kind", "model", "variant", "against", "metric"),
    (
        Column("evaluation", "string", ", ".join(EVALUATIONS)),
        COHORT,
        KIND,
        MODEL,
        Column(
            "variant",
            "string",
            f"of a control, as model or in `against`: '{REFITTED}' where the model was learnt from its images; else ''",
        ),
        Column("against", "string", "'' for a value; for a difference the model whose value is subtracted"),
        Column("metric", "string", "c_index, auc, uno_c, calibration_slope, logrank_p, null_p, added_lr_p ..."),
        Column("estimate", "float64", "value", null=True),
        Column("low", "float64", "lower bound of the 95 % interval", null=True),
        Column("high", "float64", "upper bound of the 95 % interval", null=True),
        Column("n", "int64", "patients"),
        Column("n_events", "int64", "events"),
    ),
)
CURVES = Table(
    "CURVES",
    "Kaplan-Meier curves at the frozen cut-point",
    ("cohort", "kind", "model", "group", "time_days"),
    (
        COHORT,
        KIND,
        MODEL,
        Column("group", "string", "low or high risk"),
        Column("time_days", "float64", "time", "days"),
        Column("survival", "float64", "estimate"),
        Column("low", "float64", "lower bound of the 95 % interval", null=True),
        Column("high", "float64", "upper bound of the 95 % interval", null=True),
        Column("at_risk", "int64", "patients at risk just before"),
    ),
)
