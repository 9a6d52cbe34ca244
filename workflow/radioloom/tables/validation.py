"""Tables of frozen models beyond one number a cohort: subgroups, summary, competing events, control images."""

from __future__ import annotations

from radioloom.tables.columns import CASE, CAUSE, COHORT, EVALUATION, KIND, MODEL, SIGNATURE, WITHHELD
from radioloom.tables.record import Column, Table

SUBGROUP = Column("subgroup", "string", "column that divides the cases, by the study's name for it")
CHANGED = Table(
    "CHANGED",
    "which features of the frozen signature have another value on control images than on the images themselves",
    ("cohort", "control", "feature_id"),
    (
        COHORT,
        Column("control", "string", "how the voxels were changed, by the study's name for it"),
        Column("feature_id", "string", "feature of the signature"),
        Column("n", "int64", "cases with a value of both"),
        Column("changed", "int64", "of them with another value, by more than a millionth of the largest"),
    ),
)
DIVISIONS = Table(
    "DIVISIONS",
    "subgroup of each case of a validation cohort, as the study declared them",
    ("cohort", "case", "subgroup"),
    (COHORT, CASE, SUBGROUP, Column("level", "string", "level, or interval of the cuts; empty: not known", null=True)),
)
SUBGROUPS = Table(
    "SUBGROUPS",
    "performance of the frozen signature and its baselines within declared subgroups, and tests of interaction",
    ("cohort", "subgroup", "level", "kind", "model", "metric"),
    (
        COHORT,
        SUBGROUP,
        Column("level", "string", "level, or interval of the cuts; '' for what is of all levels together"),
        KIND,
        MODEL,
        Column("metric", "string", "c_index or auc; interaction_p: whether the risk has another weight in some level"),
        Column("estimate", "float64", "value; empty where too few had the event for a verdict", null=True),
        Column("low", "float64", "lower bound of the 95 % interval", null=True),
        Column("high", "float64", "upper bound of the 95 % interval", null=True),
        Column("withheld", "string", f"why there is no interval, or no test: {', '.join(WITHHELD)}, as in METRICS"),
        Column("q", "float64", "of interaction_p: Benjamini and Hochberg over all tests of this model", null=True),
        Column("n", "int64", "cases"),
        Column("n_events", "int64", "cases with the event"),
    ),
)
POOLED = Table(
    "POOLED",
    "random-effects summary of the main metric over validation cohorts; empty where fewer than three can be summarised",
    ("kind", "model", "against", "metric"),
    (
        KIND,
        MODEL,
        Column("against", "string", "'' for a value; for a difference the model whose value is subtracted"),
        Column("metric", "string", "c_index or auc"),
        Column("scale", "string", "on which cohorts are summarised: logit of a value, difference as it is"),
        Column("estimate", "float64", "mean over cohorts, back on the scale of the metric", null=True),
        Column("low", "float64", "lower bound of the 95 % interval (Hartung and Knapp)", null=True),
        Column("high", "float64", "upper bound of the 95 % interval (Hartung and Knapp)", null=True),
        Column(
            "predicted_low", "float64", "lower bound of that of a further cohort's value; of four or more", null=True
        ),
        Column(
            "predicted_high", "float64", "upper bound of that of a further cohort's value; of four or more", null=True
        ),
        Column("tau2", "float64", "variance between cohorts (restricted likelihood), on `scale`", null=True),
        Column("i2", "float64", "its share of the variance of a typical cohort, 0 to 1", null=True),
        Column("cohorts", "int64", "cohorts that are summarised"),
        Column("left_out", "int64", "validation cohorts that are not: METRICS withholds the interval there"),
        Column("n", "int64", "cases of those summarised, of which a patient may have several"),
        Column("n_events", "int64", "of them with the event"),
    ),
)
COMPETING = Table(
    "COMPETING",
    "cases whose follow-up another event ended, after which the event can no longer happen",
    ("cohort", "case"),
    (COHORT, CASE),
)
INCIDENCE = Table(
    "INCIDENCE",
    "cumulative incidence of each event in the groups that the frozen cut-points divide (Aalen and Johansen)",
    ("evaluation", "cohort", "kind", "model", "group", "cause", "time_days"),
    (
        EVALUATION,
        COHORT,
        KIND,
        MODEL,
        Column("group", "string", "risk: low or high; low, middle or high; or the risks that bound it"),
        Column("level", "int64", "place of the group, 1 is the lowest risk"),
        CAUSE,
        Column("time_days", "float64", "time", "days"),
        Column("incidence", "float64", "probability of this event by then"),
        Column("low", "float64", "lower bound of the 95 % interval, point by point", null=True),
        Column("high", "float64", "upper bound of the 95 % interval, point by point", null=True),
        Column("at_risk", "int64", "cases at risk just before"),
    ),
)
CAUSES = Table(
    "CAUSES",
    f"what the frozen {SIGNATURE} and its baselines say of each event alone, the other counted as censoring",
    ("evaluation", "cohort", "kind", "model", "cause", "metric"),
    (
        EVALUATION,
        COHORT,
        KIND,
        MODEL,
        CAUSE,
        Column("metric", "string", "c_index; hazard_ratio: high against low risk, cause-specific Cox model"),
        Column("estimate", "float64", "value", null=True),
        Column("low", "float64", "lower bound of the 95 % interval", null=True),
        Column("high", "float64", "upper bound of the 95 % interval", null=True),
        Column("n", "int64", "cases"),
        Column("n_events", "int64", "of them with this event"),
    ),
)
