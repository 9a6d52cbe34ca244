"""Stage fit: the signature and its baselines, fitted on training data and frozen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from radioloom.stages.learning.fitting import BY_MODEL, fit_signature
from radioloom.stages.learning.harmonise import harmonisation
from radioloom.stages.learning.learn import risk_apart
from radioloom.stages.learning.material import Material
from radioloom.stages.learning.signature import Signature
from radioloom.stages.learning.tune import recorded, tune
from radioloom.tables.columns import FROZEN

if TYPE_CHECKING:
    import pandas as pd


def fit(
    material: Material,
    splits: pd.DataFrame,
    selection: pd.DataFrame,
    split: str = FROZEN,
    tuning: pd.DataFrame | None = None,
) -> Signature:
    """The signature of one split of SPLITS from the features that SELECTION leaves in it; see `fit_signature`.

    tuning : TUNING with that split; None: a grid is searched here
    """
    material = material.within(split)
    train = material.rows(splits, split, "train")
    left = selection["kept"] | (selection["step"] == BY_MODEL)
    names = selection.loc[(selection["split"] == split) & left, "feature_id"]
    places = tuple(material.place(name) for name in sorted(names))
    harmonised, outcomes = material.harmonised(train), material.outcomes.take(train)
    apart = risk_apart(material, train, outcomes)
    chosen = tune(material, train, outcomes) if tuning is None else recorded(material, tuning, split)
    signature = fit_signature(chosen.applied(harmonised), train, outcomes, places, apart=apart)
    return replace(signature, harmonisation=harmonisation(material, harmonised, train), tuning=chosen.record())
