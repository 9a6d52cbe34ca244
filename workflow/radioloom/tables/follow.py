"""Tables of cohorts that go on: periods of entry, models judged by period, cumulative sums, drift."""

from __future__ import annotations

from radioloom.tables.columns import CASE, COHORT, KIND, MODEL
from radioloom.tables.record import Column, Table

ALONE, SO_FAR = "period", "so far"  # `span` of FOLLOWED
EARLIER, LATER, DIFFERENCE = "earlier", "later", "difference"  # `version` of SUCCESSION
WITHIN, OVER, UNDER = "within", "above", "below"  # `verdict` of FOLLOWED
PERIOD = Column("period", "int64", "in which patients entered: 1, 2, ... from the first entry on; 0: nobody knows when")
PERIODS = Table(
    "PERIODS",
    "period that each case of a followed cohort entered in, those without a usable outcome or features among them",
    ("cohort", "case"),
    (COHORT, CASE, Column("period", "int64", "1, 2, ... from the first entry on; 0: without a date of entry")),
)
ENTERED = Table(
    "ENTERED",
    "how many entered in each period of a followed cohort, how many are judged, and what others lack",
    ("cohort", "period"),
    (
        COHORT,
        PERIOD,
        Column("n", "int64", "cases that entered in it"),
        Column("judged", "int64", "of them those that the signature is judged on"),
        Column("no_features", "int64", "without features"),
        Column("no_outcome", "int64", "with features, without a usable outcome"),
        Column("lacking", "int64", "with both, without values that the signature or a baseline takes"),
        Column("left_out", "int64", "all others that it is not judged on: EXCLUSIONS and the log say why"),
    ),
)
FOLLOWED = Table(
    "FOLLOWED",
    "the frozen signature and its baselines in the patients of each period, and of all periods so far",
    ("cohort", "period", "span", "kind", "model", "metric", "horizon_days"),
    (
        COHORT,
        PERIOD,
        Column("span", "string", f"{ALONE}: who entered in it; {SO_FAR}: in it or before"),
        KIND,
        MODEL,
        Column("metric", "string", "name of the metric"),
        Column("horizon_days", "float64", "of an absolute risk; 0 elsewhere", "days"),
        Column("estimate", "float64", "value", null=True),
        Column("low", "float64", "lower bound of the 95 % interval", null=True),
        Column("high", "float64", "upper bound of the 95 % interval", null=True),
        Column("withheld", "string", "why there is no interval, as in METRICS"),
        Column("reference", "float64", "value that it is held against", null=True),
        Column("of_period", "int64", "period that the reference is of; 0: the cross-validation, or 1 of calibration"),
        Column("limit_low", "float64", "lower limit of what chance alone does around that", null=True),
        Column("limit_high", "float64", "upper limit", null=True),
        Column("verdict", "string", f"{WITHIN} the limits, {OVER} or {UNDER} them; '' without limits"),
        Column("n", "int64", "cases"),
        Column("n_measured", "int64", "of them with every value that the model takes, measured", null=True),
        Column("n_events", "int64", "cases with the event, so far or by the horizon"),
        Column("followed_days", "float64", "median follow-up of the cases without the event so far", "days", null=True),
    ),
)
CUSUM = Table(
    "CUSUM",
    "observed events beside those that the frozen signature expects, and their cumulative sums, by period of entry",
    ("cohort", "period"),
    (
        COHORT,
        PERIOD,
        Column("n", "int64", "cases that entered in it"),
        Column("observed", "int64", "of them with the event, within the time that the signature knows"),
        Column("expected", "float64", "events that the signature expects of them in the time they were followed"),
        Column("excess", "float64", "observed minus expected, of all periods so far"),
        Column("upper", "float64", "cumulative sum for more events than expected"),
        Column("lower", "float64", "cumulative sum for fewer"),
        Column(
            "upper_limit",
            "float64",
            "beyond which it is an alarm; empty: patients have several cases",
            null=True,
        ),
        Column("lower_limit", "float64", "the same of `lower`", null=True),
    ),
)
AGAINST = Column("against", "int64", "whom they are held against: 0: training; in a study without, the first period")
DRIFT = Table(
    "DRIFT",
    "features of the patients of each period beside those of training",
    ("cohort", "period", "feature_id"),
    (
        COHORT,
        PERIOD,
        AGAINST,
        Column("feature_id", "string", "feature"),
        Column("of_signature", "bool", "whether the frozen signature takes it"),
        Column("n", "int64", "patients with a value"),
        Column("difference", "float64", "of the mean normal scores of ranks, in their SD; above 0: higher", null=True),
        Column("low", "float64", "lower bound of its 95 % interval", null=True),
        Column("high", "float64", "upper bound of its 95 % interval", null=True),
        Column("outside", "float64", "share of them outside the range of `against`", null=True),
        Column("p", "float64", "Kolmogorov and Smirnov's test; empty of too few patients", null=True),
        Column("q", "float64", "Benjamini and Hochberg over the cohort's tests of features of its kind", null=True),
    ),
)
SCANNERS = Table(
    "SCANNERS",
    "how the images of each period were acquired, beside those of training",
    ("cohort", "period", "attribute", "value"),
    (
        COHORT,
        PERIOD,
        AGAINST,
        Column("attribute", "string", "column of SERIES"),
        Column("value", "string", "what headers state; '' where they do not"),
        Column("n", "int64", "cases of the period with it"),
        Column("n_known", "int64", "cases of `against` with it"),
    ),
)
SUCCESSION = Table(
    "SUCCESSION",
    "the signature beside the one that it supersedes, in cross-validation, in patients whom that one has not seen",
    ("cohort", "version"),
    (
        COHORT,
        Column("version", "string", f"{EARLIER}: as it is; {LATER}: learnt anew in each fold; {DIFFERENCE} of the two"),
        Column("metric", "string", "c_index or auc, by pairs within folds"),
        Column("estimate", "float64", "value", null=True),
        Column("low", "float64", "lower bound of the 95 % interval", null=True),
        Column("high", "float64", "upper bound of the 95 % interval", null=True),
        Column("withheld", "string", "why there is no interval, as in METRICS"),
        Column("n", "int64", "cases"),
        Column("n_measured", "int64", "of them with every value that the version (or both) takes, measured", null=True),
        Column("n_events", "int64", "of them with the event"),
    ),
)
