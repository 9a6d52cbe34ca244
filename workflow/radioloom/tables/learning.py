"""Tables of learning: outcomes, reliability, splits, selection, predictions, metrics, curves, absolute risk."""

from __future__ import annotations

from radioloom.tables.columns import (
    CASE,
    COHORT,
    EVALUATION,
    KIND,
    MODEL,
    OF_LEARNING,
    OF_NULLS,
    OF_PATIENTS,
    REFITTED,
    VARIANT_OF_MODEL,
    WITHHELD,
)
from radioloom.tables.record import Column, Table

CLINICAL = Table(
    "CLINICAL",
    "outcome of each case",
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
        Column("split", "string", "'frozen' (training to validation cohorts), or a label of fold or cohort left out"),
        Column("repeat", "int64", "repeat of the cross-validation, from 1; 0: not of one"),
        Column("fold", "int64", "fold of the repeat, from 1; 0: not of one; a cohort left out is the part 'test'"),
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
TUNING = Table(
    "TUNING",
    "combinations of the study's grid (`model.grid`) and which of them each training set chose, by its patients alone",
    ("split", "combination", "setting"),
    (
        Column("split", "string", "split whose training part chose"),
        Column("combination", "int64", "number of the combination, from 1"),
        Column("setting", "string", "n_features, or a setting of the model or selector, below `model`"),
        Column("value", "string", "its value, as the study lists it"),
        Column("score", "float64", "C (AUC) in folds of the training patients; empty of too few for folds", null=True),
        Column("folds", "int64", "folds; 0: too few patients with an event, the first combination is taken"),
        Column("chosen", "bool", "whether it was chosen: the highest score, of equal ones the first"),
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
        Column("risk", "float64", "linear predictor, higher is worse; empty where none can be said", null=True),
        Column(
            "measured", "bool", "whether the case has every value that the model takes; else one is imputed, or lacks"
        ),
    ),
)
HORIZON = Column("horizon_days", "float64", "horizon of an absolute risk; 0 where there is none", "days")
RISKS = Table(
    "RISKS",
    "absolute risk of each case at each horizon of the study, by the frozen signature and its baselines",
    ("split", "kind", "model", "variant", "cohort", "case", "horizon_days"),
    (
        Column("split", "string", "split"),
        KIND,
        MODEL,
        VARIANT_OF_MODEL,
        COHORT,
        CASE,
        HORIZON,
        Column("part", "string", "train or test"),
        Column("risk", "float64", "probability of the event by the horizon, or of the binary outcome", null=True),
    ),
)
INTERVAL = f"what low and high are of: {OF_PATIENTS} (resampled, models fixed); {OF_LEARNING}: whole; "
INTERVAL += f"{OF_NULLS}: their range; robust, Wilson, DeLong: patients, by that formula; '' where there is none"
METRICS = Table(
    "METRICS",
    "performance of each model, and paired differences between two",
    ("evaluation", "cohort", "kind", "model", "variant", "against", "metric", "horizon_days"),
    (
        EVALUATION,
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
        HORIZON,
        Column("estimate", "float64", "value", null=True),
        Column("low", "float64", "lower bound of the 95 % interval", null=True),
        Column("high", "float64", "upper bound of the 95 % interval", null=True),
        Column("interval", "string", INTERVAL),
        Column("withheld", "string", "why there is none: " + "; ".join(f"{k}: {v}" for k, v in WITHHELD.items())),
        Column("draws", "int64", "resamples behind the interval, null models behind a range or `null_p`; else 0"),
        Column("n", "int64", "cases, of which a patient may have several"),
        Column("n_measured", "int64", "of them with every value that the model (or both) takes, measured", null=True),
        Column("n_events", "int64", "cases with the event, by the horizon where there is one"),
        Column("n_with_event", "int64", "patients with one of these cases"),
    ),
)
CURVES = Table(
    "CURVES",
    "Kaplan-Meier curves of the groups that the frozen cut-points divide",
    ("cohort", "kind", "model", "group", "time_days"),
    (
        COHORT,
        KIND,
        MODEL,
        Column("group", "string", "risk: low or high; low, middle or high; or the risks that bound it"),
        Column("level", "int64", "place of the group, 1 is the lowest risk"),
        Column("time_days", "float64", "time", "days"),
        Column("survival", "float64", "estimate"),
        Column("low", "float64", "lower bound of the 95 % interval", null=True),
        Column("high", "float64", "upper bound of the 95 % interval", null=True),
        Column("at_risk", "int64", "cases at risk just before"),
    ),
)
CALIBRATION = Table(
    "CALIBRATION",
    "smooth calibration curves of absolute risks, in validation and in training",
    ("evaluation", "cohort", "kind", "model", "horizon_days", "point"),
    (
        EVALUATION,
        COHORT,
        KIND,
        MODEL,
        HORIZON,
        Column("point", "int64", "point of the curve, from 1"),
        Column("predicted", "float64", "probability that the model gives"),
        Column("observed", "float64", "share with the event among cases of that probability"),
        Column("low", "float64", "lower bound of the 95 % interval, point by point", null=True),
        Column("high", "float64", "upper bound of the 95 % interval, point by point", null=True),
    ),
)
DECISIONS = Table(
    "DECISIONS",
    "net benefit of treating by absolute risk, at the thresholds of the study; treating nobody has 0",
    ("evaluation", "cohort", "kind", "model", "horizon_days", "threshold"),
    (
        EVALUATION,
        COHORT,
        KIND,
        MODEL,
        HORIZON,
        Column("threshold", "float64", "risk above which a case is treated"),
        Column("net_benefit", "float64", "of treating by the model, true positives per case", null=True),
        Column("low", "float64", "lower bound of the 95 % interval of net_benefit; empty of few treated", null=True),
        Column("high", "float64", "upper bound of the 95 % interval of net_benefit; empty of few treated", null=True),
        Column("treat_all", "float64", "of treating everybody", null=True),
    ),
)
OPERATING = Table(
    "OPERATING",
    "sensitivity, specificity and precision of a binary outcome at each risk as a threshold",
    ("evaluation", "cohort", "kind", "model", "point"),
    (
        EVALUATION,
        COHORT,
        KIND,
        MODEL,
        Column("point", "int64", "distinct risk, the highest is 1"),
        Column("threshold", "float64", "risk at or above which a case is called positive"),
        Column("sensitivity", "float64", "share of those with the event that is called positive (recall)"),
        Column("specificity", "float64", "share of those without that is not"),
        Column("precision", "float64", "share with the event of those called positive"),
    ),
)
