"""Columns that several tables share (cohort, case, visit, region), and values in them that bear a meaning."""

from __future__ import annotations

from radioloom.tables.record import Column

COHORT = Column("cohort", "string", "cohort of the study")
CASE = Column("case", "string", "pseudonym of the case; a patient may have several")
REPLICATE = Column(
    "replicate", "string", "what is repeated of a case: visit of a test-retest pair, reader; '1' elsewhere"
)
FIRST = "1"  # `replicate` of what is not repeated, and the one of those repeated that models take
FROM_ONE = (
    "models take replicate 1, which is the second one where counting begins with 0; write 1 for the first (baseline), "
    "2 for the next (follow-up)"
)
ROI = Column("roi", "string", "the study's name of the region")
MODALITY = Column("modality", "string", "DICOM modality of the image; '' where a table does not say")
VISIT = Column(
    "visit", "string", "which visit of the patient the image is of; '' where there is one; of COMBINED see there"
)
PARTS = ("roi", "modality", "visit")  # columns by which images of one patient differ, in what a study combines
READER = "pseudonym: reader-1 ..., in no order that says who"

SIGNATURE, BASELINE, CONTROL, NULL, TRUTH = "signature", "baseline", "control", "null", "truth"
BESIDE = "beside"  # a model of the study's list `models`
KIND = Column(
    "kind",
    "string",
    f"{SIGNATURE}; {BASELINE}; {CONTROL}: the signature on control images; {NULL}: learnt on permuted outcomes, "
    f"in validation the signature itself beside them; {BESIDE}: another model, of the study's `models`",
)
MODEL = Column("model", "string", "name of the model; of a control: how the images were changed")
REFITTED = "refitted"
VARIANT_OF_MODEL = Column(
    "variant", "string", f"of a control: '{REFITTED}' where the model was learnt from its images too; else ''"
)
OUTCOME = "outcome"  # `role` of MISSING
CANDIDATES = "candidates"  # `variables` of SAMPLE_SIZE: features that the outcome could choose from
FROZEN = "frozen"  # `split` from the training cohorts to the validation cohorts
APPARENT, CROSS_VALIDATION, VALIDATION = "apparent", "cross-validation", "validation"
LEFT_OUT = "leave-one-cohort-out"  # a training cohort, by what was learnt on the others; all of them: the mean
EVALUATIONS = (APPARENT, CROSS_VALIDATION, LEFT_OUT, VALIDATION)  # where a model is judged: the values of `evaluation`
EVALUATION = Column("evaluation", "string", ", ".join(EVALUATIONS))
EVENT, OTHER_EVENT = "event", "competing"  # which event: the one that is predicted, or one that rules it out
CAUSE = Column("cause", "string", f"'{EVENT}': the one that is predicted; '{OTHER_EVENT}': the one that rules it out")
MEASURED, RANKS = "measured", "ranks"  # what an agreement is of: values, or normal scores of their ranks
# What an interval of METRICS is of: these patients, models fixed; the whole learning; the null models (their range).
OF_PATIENTS, OF_LEARNING, OF_NULLS = "patients", "learning", "nulls"
# Why there is none: values of `withheld`. A reason of its own is a row here, and its words in figures/reasons.py.
TRAINING_CASES, FEW_EVENTS, NO_RESAMPLES, FEW_REPEATS = "training", "events", "resamples", "repeats"
NOT_ASKED, NOT_DEFINED, FEW_COHORTS, TOO_MANY_MISSING = "not asked", "undefined", "cohorts", "missing"
SAME_RISK, SAME_ALWAYS, SEVERAL_CASES, LONG_TAILS = "same risk", "same", "cases", "tails"
TOO_WIDE, UNSTEADY, SMALL_GROUP = "wide", "model", "group"
WITHHELD = {
    TOO_MANY_MISSING: "too many cases lack a value of the model, or of one of the two",
    SAME_RISK: "the model, or one of the two, gives every patient the same risk",
    TRAINING_CASES: "of the cases that a model was learnt on",
    SEVERAL_CASES: "patients have several cases, and its formula takes cases for independent",
    FEW_EVENTS: "too few patients had the event (binary, or at a horizon: or are known to be without it)",
    NO_RESAMPLES: "the study asks for no resamples",
    FEW_REPEATS: "the cross-validation has too few repeats",
    UNSTEADY: "of a kind of model, a selector or a grid for which no interval of cross-validation is shown to hold",
    NOT_ASKED: "`validation.intervals` does not ask for it",
    NOT_DEFINED: "it is not defined for these patients",
    TOO_WIDE: "its ends are more than a thousandfold apart, as where the event all but separates what is compared",
    LONG_TAILS: "few cases, whose risks lie far from the others', carry it",
    SMALL_GROUP: "in one group fewer than two events are to be expected by its share of the patients",
    SAME_ALWAYS: "no resample changes it: two models of one order, or a perfect order",
    FEW_COHORTS: "a mean over so few cohorts does not tell how much cohorts differ",
}
PRIMARY, SECONDARY, EXPLORATORY = "primary", "secondary", "exploratory"  # `rank` of COMPARISONS
OF_MODELS, OF_CONTROLS = "models", "controls"  # `family` of COMPARISONS
ABOVE, BELOW, NO_DIFFERENCE, UNADJUSTED, DISPUTED = "above", "below", "none", "unadjusted", "disputed"
VERDICTS = {  # `verdict` of COMPARISONS
    ABOVE: "better than chance or than the other model",
    BELOW: "worse",
    NO_DIFFERENCE: "neither is shown",
    UNADJUSTED: "the interval leaves no difference out, but p_adjusted does not",
    DISPUTED: "against chance one of the interval and `null_p` shows a difference, the other does not",
    "''": "there is no interval to say it by",
}
FEWEST_EVENTS = 10  # patients of the rarer class below which no interval and no verdict of performance is told
# Of a ratio, from one end of its interval to the other. No hazard ratio of ten events or more reached it in 4,300
# cohorts; of 1,130 odds ratios beyond it, nearly separated, all intervals but one held the truth, and left nothing out.
WIDEST = 1000.0
SIGNIFICANT = 0.05  # p or q below which a result is called significant
MAIN_METRIC = {"survival": "c_index", "binary": "auc"}  # kind of outcome -> `metric` that a study is judged by


def from_zero(replicate: str) -> bool:
    """Whether a replicate is number 0 (0, 00), by which the first one, that models want, is not 1."""
    return replicate.strip("0") == "" != replicate
