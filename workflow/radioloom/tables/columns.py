"""Columns that several tables share (cohort, case, visit, region), and values in them that bear a meaning."""

from __future__ import annotations

from radioloom.tables.record import Column

COHORT = Column("cohort", "string", "cohort of the study")
CASE = Column("case", "string", "pseudonym of one patient")
REPLICATE = Column(
    "replicate", "string", "what is repeated of a case: visit of a test-retest pair, reader; '1' elsewhere"
)
FIRST = "1"  # `replicate` of what is not repeated, and the one of those repeated that models take
ROI = Column("roi", "string", "the study's name of the region")
READER = "pseudonym: reader-1 ..., in no order that says who"

SIGNATURE, BASELINE, CONTROL, NULL, TRUTH = "signature", "baseline", "control", "null", "truth"
KIND = Column(
    "kind",
    "string",
    f"{SIGNATURE}; {BASELINE}; {CONTROL}: the signature on control images; {NULL}: learnt on permuted outcomes",
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
EVALUATIONS = (APPARENT, CROSS_VALIDATION, VALIDATION)  # where a model is judged: the values of `evaluation`
MEASURED, RANKS = "measured", "ranks"  # what an agreement is of: values, or normal scores of their ranks
FEWEST_EVENTS = 10  # patients of the rarer class below which no interval and no verdict of performance is told
SIGNIFICANT = 0.05  # p or q below which a result is called significant
MAIN_METRIC = {"survival": "c_index", "binary": "auc"}  # kind of outcome -> `metric` that a study is judged by
