"""Tables of a study that combines a patient's images: COMBINED, which models read, and COMBINATIONS, what it is of."""

from __future__ import annotations

from dataclasses import replace

from radioloom.tables.columns import COHORT, MODALITY, ROI, VISIT
from radioloom.tables.features import FEATURES
from radioloom.tables.record import Column, Table

AT_FIRST, AT_SECOND, DIFFERENCE, RATIO = OVER_TIME = ("first", "second", "difference", "ratio")
_MEANING = {
    "case": "pseudonym of the patient",
    "visit": f"{AT_FIRST}, {AT_SECOND}; {DIFFERENCE}: second - first; {RATIO}: second / first; '' of one visit",
    "feature_id": "modality, region and visit, where a study takes several, and the label of FEATURES; a label only",
    "value": "the number of the patient, of several lesions by the study's rule; empty where it is not defined",
}
COMBINED = Table(
    "COMBINED",
    "what the images of a patient say, as models read it: FEATURES of a study that combines them",
    FEATURES.key,
    tuple(replace(column, meaning=_MEANING.get(column.name, column.meaning)) for column in FEATURES.columns),
)
COMBINATIONS = Table(
    "COMBINATIONS",
    "what a study combines: of each region, modality and visit, how many patients have it",
    ("cohort", "roi", "modality", "visit"),
    (
        COHORT,
        ROI,
        MODALITY,
        VISIT,
        Column("patients", "int64", "patients with features of it"),
        Column("lacking", "int64", "other patients of the cohort in COMBINED; without those of EXCLUSIONS"),
        Column("images", "int64", "images or rows of the sheet or table, replicates among them"),
        Column("several", "int64", "patients with several lesions of it"),
        Column("undecided", "int64", "of these, with a lesion excluded or of no known volume: they lack it too"),
        Column("not_repeated", "int64", "whose later replicate has other lesions: no agreement is of it"),
    ),
)
