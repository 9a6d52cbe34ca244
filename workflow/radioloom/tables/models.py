"""Tables of the models of a study beside each other: what each learnt, and what each is worth."""

from __future__ import annotations

from radioloom.tables.columns import BESIDE, COHORT, CROSS_VALIDATION, EVALUATION, SIGNATURE, VALIDATION, WITHHELD
from radioloom.tables.record import Column, Table

KIND = Column("kind", "string", f"{SIGNATURE}; {BESIDE}: another model, of the study's `models`")
MODEL = Column("model", "string", "its name in the study")
LEARNER = Column("learner", "string", "its kind, as `model.kind` has it")
LEARNT = Table(
    "LEARNT",
    "what each model took and chose in each training set",
    ("split", "kind", "model"),
    (
        Column("split", "string", "split whose training part it was learnt from"),
        KIND,
        MODEL,
        LEARNER,
        Column("features", "int64", "features that it takes"),
        Column("settings", "string", "combination of its grid that it chose, in words; '' without a grid"),
        Column("score", "float64", "C (AUC) of that in folds of the training patients: the best, too good", null=True),
    ),
)
MODELS = Table(
    "MODELS",
    f"the signature and the models beside it, on the same patients: {CROSS_VALIDATION} and {VALIDATION}",
    ("evaluation", "cohort", "kind", "model"),
    (
        EVALUATION,
        COHORT,
        KIND,
        MODEL,
        LEARNER,
        Column("metric", "string", "c_index or auc"),
        Column("estimate", "float64", "value; of a cross-validation the mean over its repeats", null=True),
        Column("low", "float64", "lower bound of the 95 % interval", null=True),
        Column("high", "float64", "upper bound of the 95 % interval", null=True),
        Column("withheld", "string", f"why there is none: {', '.join(WITHHELD)}, as in METRICS"),
        Column("volume", "float64", "value of the baseline volume; empty where the study has none", null=True),
        Column("difference", "float64", "the model's minus that of volume", null=True),
        Column("difference_low", "float64", "lower bound of its 95 % interval", null=True),
        Column("difference_high", "float64", "upper bound of its 95 % interval", null=True),
        Column(
            "volume_rho",
            "float64",
            "Spearman correlation of its risks with volume here; mean over the folds in which its risks differ",
            null=True,
        ),
        Column("features", "float64", "features that it takes; mean over the folds", null=True),
        Column("settings", "string", "combination of its grid that most training sets chose; '' without a grid"),
        Column("share", "float64", "share of the training sets that did", null=True),
        Column(
            "best_by_chance",
            "float64",
            "of a validation cohort: mean of the highest value of all these models, outcomes exchanged among patients",
            null=True,
        ),
        Column("n", "int64", "cases that all these models have a risk of"),
        Column("n_events", "int64", "of them with the event"),
    ),
)
