"""Validation of a signature where nothing is learnt: who has a risk, and what shuffled outcomes would give."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from radioloom.prediction.metrics.concordance import concordance_of
from radioloom.stages.learning.material import Material
from radioloom.stages.learning.null_models import permuted_outcomes
from radioloom.stages.learning.place import Place, Validation
from radioloom.stages.learning.risks import columns_of, risk_of
from radioloom.stages.learning.signature import Signature

if TYPE_CHECKING:
    import pandas as pd


def with_risk(material: Material, splits: pd.DataFrame, signature: Signature, validation: Validation) -> pd.DataFrame:
    """SPLITS without the cases to which a signature that takes no mean gives no risk; each is noted."""
    if not signature.complete:
        return splits
    columns = columns_of(material, signature.terms, np.arange(len(material.cases)), None)
    lacking = ~np.isfinite(columns).all(axis=1)
    left = set(zip(*(material.cases.loc[lacking, name] for name in ("cohort", "case")), strict=True))
    for cohort, case in sorted(left):
        validation.notes.append(
            f"{cohort}/{case} has no risk: a value is missing, and the signature has no mean to take"
        )
    return splits[[key not in left for key in zip(splits["cohort"], splits["case"], strict=True)]]


def shuffled_values(material: Material, signature: Signature, place: Place) -> np.ndarray:
    """C (nulls,) of the signature's own risks by outcomes that the patients of a place exchanged among each other."""
    risk = risk_of(material, signature, place.rows)
    shuffled = permuted_outcomes(material, place, np.zeros((1, len(place.rows))))
    return np.array([concordance_of(each, risk) for each in shuffled])
