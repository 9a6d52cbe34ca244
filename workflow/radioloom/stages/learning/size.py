"""Stage size: what a study of so many patients and events can carry, told before it is said what came out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.prediction.selectors import SELECTORS
from radioloom.stages.learning.cross_validate import folds_of
from radioloom.stages.learning.learning_curve import learning_curve
from radioloom.stages.learning.material import Material
from radioloom.stages.learning.optimism import optimism
from radioloom.stages.learning.validation_size import expected_of, validation_rows
from radioloom.stats.sample_size import needed
from radioloom.tables.columns import CANDIDATES, FROZEN, SIGNATURE

if TYPE_CHECKING:
    import pandas as pd

BLIND = ("undefined", "constant", "reliability")  # steps of SELECTION that look at no outcome
BY_SELECTOR = "selector"  # another, where the selector does not


@dataclass(frozen=True, slots=True)
class Size:
    """Rows of the tables SAMPLE_SIZE, LEARNING_CURVE and OPTIMISM."""

    sample_size: list[dict[str, Any]]
    learning_curve: list[dict[str, Any]]
    optimism: list[dict[str, Any]]


def size(material: Material, splits: pd.DataFrame, selection: pd.DataFrame) -> Size:
    """Events per variable, patients needed, learning curve and optimism of the training cohorts; validation cohorts.

    splits : SPLITS
    selection : SELECTION of the split `frozen`; empty where nothing was learnt
    """
    train = material.rows(splits, FROZEN, "train")
    validated = validation_rows(material, material.rows(splits, FROZEN, "test"))
    if not len(train):
        return Size(validated, [], [])
    frozen = selection[selection["split"] == FROZEN]
    return Size(
        size_rows(material, train, frozen) + validated,
        learning_curve(material, train, folds_of(material, splits, train)),
        optimism(material, train),
    )


def size_rows(material: Material, train: np.ndarray, frozen: pd.DataFrame) -> list[dict[str, Any]]:
    """SAMPLE_SIZE rows: of the features that the outcome could choose from, and of those that it chose.

    train : (m,) rows of the material
    frozen : SELECTION of the split `frozen`
    The second alone would be honest had the features been named in advance: to choose is to estimate too.
    """
    patients, _ = material.outcomes.take(train).of_patients()
    expected = expected_of(patients, material.study)
    selector = SELECTORS.get(material.study["model"]["selector"])
    blind = (*BLIND, BY_SELECTOR) if selector and not selector.asks else BLIND
    candidates = frozen["kept"] | ~frozen["step"].isin(blind)
    counts = {CANDIDATES: int(candidates.sum()), SIGNATURE: int(frozen["kept"].sum())}
    n, events = len(patients), patients.n_events
    counted = min(events, n - events) if patients.kind == "binary" else events
    return [
        {
            "cohort": "",
            "variables": variables,
            "criterion": criterion,
            "parameters": parameters,
            "n": n,
            "n_events": events,
            "per_variable": counted / parameters if parameters else None,
            "r_squared": expected.r_squared,
            "c": None,
            "horizon_days": expected.horizon,
            "needed": None if many is None else float(many),
            "width": None,
        }
        for variables, parameters in counts.items()
        for criterion, many in needed(expected, parameters).items()
    ]
