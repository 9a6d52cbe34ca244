"""Stage beside: the models beside the signature, each learnt in the same folds of the same patients."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from radioloom.prediction.outcome import Outcome
from radioloom.stages.learning.fitting import fit_signature
from radioloom.stages.learning.judge import prediction_rows
from radioloom.stages.learning.material import Material, without_baselines
from radioloom.stages.learning.measured import measured
from radioloom.stages.learning.reduction import shortlists, ways
from radioloom.stages.learning.risks import THE_SIGNATURE, ModelKey, risk_of
from radioloom.stages.learning.signature import Signature
from radioloom.stages.learning.tune import Tuning, tune_each
from radioloom.tables.columns import BESIDE, FROZEN

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Beside:
    """Rows of PREDICTIONS, of the test parts alone, and of LEARNT; notes are for the log."""

    predictions: list[dict[str, Any]] = field(default_factory=list)
    learnt: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def beside(material: Material, splits: pd.DataFrame, repeat: int) -> Beside:
    """Learn each model of `models` in the splits of one repeat of the cross-validation; 0: the frozen split.

    Repeats are jobs, so that cores share them. What comes before a selector is done once for all models of a training
    set, and each model is what `learn` would give of a study that had it as its `model`.
    """
    rows, models = Beside(), material.study["models"]
    listed = splits[(splits["repeat"] == repeat) & (splits["fold"].gt(0) if repeat else splits["split"].eq(FROZEN))]
    for split, part in listed.groupby("split"):
        of = without_baselines(material).within(str(split))
        train, test = (of.rows(part, str(split), side) for side in ("train", "test"))
        each = learn_each(of, train, of.outcomes.take(train), list(models.values()))
        for name, (way, tuning, signature) in zip(models, each, strict=True):
            keys = str(split), "test", ModelKey(BESIDE, name)
            risk, known = risk_of(of, signature, test), measured(of, signature, test)[THE_SIGNATURE]
            rows.predictions.extend(prediction_rows(of, keys, test, risk, known))
            rows.learnt.append(
                {
                    "split": split,
                    "kind": BESIDE,
                    "model": name,
                    "learner": way.model.name,
                    "features": len(signature.feature_ids),
                    "settings": chosen(tuning),
                    "score": tuning.scores[tuning.place] if tuning.combinations else float("nan"),
                }
            )
            if signature.note and not repeat:
                rows.notes.append(f"{name}: {signature.note}")
    return rows


def learn_each(
    material: Material, train: np.ndarray, outcomes: Outcome, models: list[dict[str, Any]]
) -> list[tuple[Material, Tuning, Signature]]:
    """Of each block `model` the material that has it, what its grid chose, and the model of the training rows (t,)."""
    whole = material.harmonised(train)
    listed = shortlists(whole, train, [outcomes])[0]
    tunings = tune_each(material, train, outcomes, models)
    tried = ways(whole, listed, [tuning.model for tuning in tunings], ())
    return [
        (way, tuning, fit_signature(way, train, outcomes, places))
        for (way, places), tuning in zip(tried, tunings, strict=True)
    ]


def chosen(tuning: Tuning) -> str:
    """The combination that was chosen, for a reader; "" without a grid."""
    if not tuning.combinations:
        return ""
    return combination((".".join(keys), value) for keys, value in tuning.combinations[tuning.place].items())


def combination(settings: Iterable[tuple[str, Any]]) -> str:
    """A combination of a grid for a reader: its settings, as keys of `model`, and their values."""
    return ", ".join(f"{setting} {value}" for setting, value in settings)
