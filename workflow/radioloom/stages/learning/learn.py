"""The whole of learning in one split: harmonise, reduce, fit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from radioloom.prediction.outcome import Outcome
from radioloom.stages.learning.fit import fit_signature
from radioloom.stages.learning.material import Material
from radioloom.stages.learning.reduce import Reduction, reductions, with_choice
from radioloom.stages.learning.signature import Signature


@dataclass(frozen=True, slots=True)
class Learnt:
    """What was learnt from the training part of one split."""

    reduction: Reduction
    signature: Signature  # with its baselines


def learn(
    material: Material, train: np.ndarray, many: list[Outcome], purposes: list[tuple[str, ...]] | None = None
) -> list[Learnt]:
    """Learn from the training rows (t,), once for each of several outcomes (t,).

    purposes : key what is drawn at random for each of the outcomes, besides the split; none for the real outcomes
    The frozen split, the folds and the null models all come through here.
    """
    if not many:  # fewer null models than repeats: this one has none
        return []
    material = material.harmonised(train)
    purposes = purposes or [()] * len(many)
    learnt = []
    for reduction, outcomes, purpose in zip(reductions(material, train, many, purposes), many, purposes, strict=True):
        signature = fit_signature(material, train, outcomes, reduction.chosen, purpose)
        learnt.append(Learnt(with_choice(reduction, material, signature), signature))
    return learnt
