"""Tables of size: patients needed to learn and to validate, learning curve, optimism."""

from __future__ import annotations

from radioloom.tables.columns import CANDIDATES, SIGNATURE
from radioloom.tables.record import Column, Table

SAMPLE_SIZE = Table(
    "SAMPLE_SIZE",
    "training patients against those that a model of so many features needs, and those of each validation cohort",
    ("cohort", "variables", "criterion"),
    (
        Column("cohort", "string", "a validation cohort; '' for all training cohorts together"),
        Column(
            "variables",
            "string",
            f"{CANDIDATES}: that the outcome could choose from; {SIGNATURE}: that it chose; '' of a validation cohort",
        ),
        Column(
            "criterion",
            "string",
            "training, of Riley: shrinkage, r_squared, risk; of van Smeden: error; validation: c, calibration, slope, "
            "events",
        ),
        Column("parameters", "int64", "so many features; 0 of a validation cohort"),
        Column("n", "int64", "patients"),
        Column("n_events", "int64", "of them with the event"),
        Column("per_variable", "float64", "events per feature (binary: of the rarer outcome)", null=True),
        Column("r_squared", "float64", "that is expected of the model: Nagelkerke's"),
        Column("c", "float64", "C (AUC) that this R squared makes; validation cohorts", null=True),
        Column("horizon_days", "float64", "time of which the overall risk is asked; 0 of a binary outcome", "days"),
        Column("needed", "float64", "patients needed; empty where it cannot be said", null=True),
        Column(
            "width", "float64", "of the 95 % interval that is to be expected with the patients there are", null=True
        ),
    ),
)
LEARNING_CURVE = Table(
    "LEARNING_CURVE",
    "cross-validated performance of the whole learning from a part of the training patients of each fold",
    ("metric", "share"),
    (
        Column("metric", "string", "c_index or auc"),
        Column("share", "float64", "of the training patients of each fold"),
        Column("n", "float64", "cases learnt from, mean over the folds"),
        Column("n_events", "float64", "of them with the event"),
        Column("estimate", "float64", "mean over the repeats; empty where a fold has too few to learn from", null=True),
        Column("spread", "float64", "SD (of n - 1) of the estimate over the repeats; empty of one repeat", null=True),
        Column("repeats", "int64", "repeats of the cross-validation that were used"),
        Column("learnt", "int64", "folds in which something could be learnt"),
        Column("folds", "int64", "folds of the repeats that were used"),
    ),
)
OPTIMISM = Table(
    "OPTIMISM",
    "apparent performance of the signature without what bootstrap resamples tell of its optimism",
    ("metric",),
    (
        Column("metric", "string", "c_index or auc"),
        Column("apparent", "float64", "on the cases that were learnt from"),
        Column("optimism", "float64", "mean over resamples of performance inside minus among all patients", null=True),
        Column("corrected", "float64", "apparent minus optimism", null=True),
        Column("resamples", "int64", "asked for"),
        Column("learnt", "int64", "of them enough to learn from"),
    ),
)
