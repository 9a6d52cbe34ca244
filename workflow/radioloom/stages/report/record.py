"""All that a report is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

Picture = tuple[str, "np.ndarray"]  # label, uint8 (height, width, 3)


@dataclass(frozen=True)
class ReportInputs:
    """All that a report is made of; tables as `radioloom.tables` declares them."""

    settings: dict[str, Any]  # the checked study
    sheets: dict[str, list[dict[str, Any]]]  # cohort -> rows of its sheet
    cases: pd.DataFrame  # CASES
    series: pd.DataFrame  # SERIES
    exclusions: pd.DataFrame  # EXCLUSIONS
    clinical: pd.DataFrame  # CLINICAL of all cohorts with outcomes
    reliability: pd.DataFrame  # RELIABILITY, empty where nothing was repeated
    selection: pd.DataFrame  # SELECTION of the split `frozen`, and of the folds where they are at hand
    signature: dict[str, Any]  # as stages.fit writes it
    metrics: pd.DataFrame  # METRICS
    predictions: pd.DataFrame  # PREDICTIONS
    masks: pd.DataFrame | None = None  # MASKS
    overlaps: pd.DataFrame | None = None  # OVERLAPS; None or empty where no image was segmented twice
    acquisition: pd.DataFrame | None = None  # ACQUISITION
    skipped: pd.DataFrame | None = None  # SKIPPED; None where no image was changed
    curves: pd.DataFrame | None = None  # CURVES; None or empty for a binary outcome
    modules: pd.DataFrame | None = None  # MODULES; None where the study has no expression
    associations: pd.DataFrame | None = None  # ASSOCIATIONS
    traits: pd.DataFrame | None = None  # TRAITS; None where the study has no annotations
    trait_agreement: pd.DataFrame | None = None  # TRAIT_AGREEMENT
    unread: pd.DataFrame | None = None  # UNREAD
    genomics: dict[str, Any] = field(default_factory=dict)  # `summary` of stages.associate; may be empty
    pictures: dict[str, list[Picture]] = field(default_factory=dict)  # cohort -> (label, tile) of each case
    truth: dict[str, pd.DataFrame] | None = None  # see stages.planted.compare; None for real patients
    provenance: dict[str, Any] = field(default_factory=dict)  # software (dict), hashes (dict), command (str)
