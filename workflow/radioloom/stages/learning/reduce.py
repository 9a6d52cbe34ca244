"""Stage reduce: from all features to those of the signature, on training cases alone, with a reason for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.stages.learning.fitting import fit_signature
from radioloom.stages.learning.material import Material, without_baselines
from radioloom.stages.learning.reduction import reductions, selection_rows, with_choice
from radioloom.stages.learning.tune import tune
from radioloom.tables.columns import FROZEN

if TYPE_CHECKING:
    import pandas as pd


def reduce(material: Material, splits: pd.DataFrame, split: str = FROZEN) -> list[dict[str, Any]]:
    """SELECTION rows of one split of SPLITS, from its training part alone."""
    train = material.rows(splits, split, "train")
    outcomes = material.outcomes.take(train)
    tuning = tune(material.within(split), train, outcomes)
    material = tuning.applied(material.within(split).harmonised(train))
    reduction = reductions(material, train, [outcomes], [()])[0]
    if material.model.chooses:
        signature = fit_signature(without_baselines(material), train, outcomes, reduction.chosen)
        reduction = with_choice(reduction, material, signature)
    return selection_rows(material, reduction, split)
