"""Tables of features: of the images, of negative controls and of perturbed images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from radioloom.tables.columns import CASE, COHORT, FIRST, MODALITY, PARTS, REPLICATE, ROI, VISIT
from radioloom.tables.record import Column, Table

if TYPE_CHECKING:
    import pandas as pd

FEATURES = Table(
    "FEATURES",
    "features: one number of one ROI in one image",
    ("cohort", "case", "replicate", *PARTS, "image", "family", "aggregation", "discretisation", "feature"),
    (
        COHORT,
        CASE,
        REPLICATE,
        ROI,
        MODALITY,
        VISIT,
        Column(
            "image",
            "string",
            "original, or the filtered image: wavelet-LLH ...; '' where a table does not say",
        ),
        Column("family", "string", "family of the feature; '' where a table of features does not say"),
        Column("aggregation", "string", "how directions and slices were brought together; '' where there is no choice"),
        Column("discretisation", "string", "grey levels the feature rests on: FBS:25, FBN:32; '' none or not said"),
        Column("feature", "string", "IBSI name in snake_case; of a table of features the name that it bears there"),
        Column("ibsi", "string", "IBSI id; '' where IBSI has none"),
        Column(
            "group",
            "string",
            "shape, intensity, texture; filtered: of any filtered image; other: not known",
        ),
        Column(
            "feature_id",
            "string",
            "image, family, feature and, where needed, aggregation and bins, joined; a label only",
        ),
        Column("value", "float64", "the number; empty only where the definition is undefined", null=True),
    ),
)
# Features of images that no patient has. A table of their own, not rows of FEATURES: nothing that learns reads it, and
# its columns are others, so that the one cannot be taken for the other by mistake.
VARIANT = Column("variant", "string", "how the image was changed: shuffled_roi ..., RCV-01 ...")
VARIANT_COLUMNS = (
    COHORT,
    CASE,
    REPLICATE,
    ROI,
    VARIANT,
    Column("feature_id", "string", "feature, as in FEATURES"),
    Column("value", "float64", "the number; empty only where the definition is undefined", null=True),
)
VARIANT_KEY = ("cohort", "case", "replicate", "roi", "variant", "feature_id")
CONTROLS = Table("CONTROLS", "features of negative-control images", VARIANT_KEY, VARIANT_COLUMNS)
PERTURBED = Table("PERTURBED", "features of perturbed images", VARIANT_KEY, VARIANT_COLUMNS)
SKIPPED = Table(
    "SKIPPED",
    "changed images that could not be measured; the case itself stays in the study",
    VARIANT_KEY[:-1],
    (COHORT, CASE, REPLICATE, ROI, VARIANT, Column("reason", "string", "why, for a person")),
)


def first_replicates(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of the first replicate, which is the one that models take.

    rows : of any table with `replicate`
    """
    return rows[rows["replicate"] == FIRST]


def wide(features: pd.DataFrame) -> pd.DataFrame:
    """The first replicate of features as one row per (cohort, case) and one column per feature id, both sorted.

    features : FEATURES, or CONTROLS of one kind of control; one value of each feature for each case
    """
    return first_replicates(features).pivot(index=["cohort", "case"], columns="feature_id", values="value")
