"""Validation of a signature where nothing is learnt: what shuffled outcomes would give."""

from __future__ import annotations

import numpy as np

from radioloom.prediction.metrics.concordance import concordance_of
from radioloom.stages.learning.material import Material
from radioloom.stages.learning.null_models import permuted_outcomes
from radioloom.stages.learning.place import Place
from radioloom.stages.learning.risks import risk_of
from radioloom.stages.learning.signature import Signature


def shuffled_values(material: Material, signature: Signature, place: Place) -> np.ndarray:
    """C (nulls,) of the signature's own risks by outcomes that the patients of a place exchanged among each other."""
    risk = risk_of(material, signature, place.rows)
    shuffled = permuted_outcomes(material, place, np.zeros((1, len(place.rows))))
    return np.array([concordance_of(each, risk) for each in shuffled])
