"""Stage succeed: a signature beside the one that it supersedes, in training patients whom that one has not seen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.errors import StudyError
from radioloom.prediction.metrics import main_metric
from radioloom.prediction.metrics.record import Judged
from radioloom.stages.learning.material import Material
from radioloom.stages.learning.measured import judgeable, measured
from radioloom.stages.learning.place import placed
from radioloom.stages.learning.risks import THE_SIGNATURE, ModelKey, risk_of
from radioloom.stages.learning.signature import Signature
from radioloom.tables.cohorts import TRAINING
from radioloom.tables.columns import BASELINE, CROSS_VALIDATION, SIGNATURE
from radioloom.tables.follow import DIFFERENCE, EARLIER, LATER

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("metric", "estimate", "low", "high", "withheld", "n", "n_measured", "n_events")
OLD = ModelKey(BASELINE, EARLIER)


def succeed(
    material: Material, predictions: pd.DataFrame, splits: pd.DataFrame, earlier: Signature, unseen: list[str]
) -> list[dict[str, Any]]:
    """SUCCESSION rows: the earlier signature as it is, the later one learnt anew in each fold, and their difference.

    predictions, splits : PREDICTIONS, SPLITS of the study that supersedes
    unseen : training cohorts that the earlier signature was not learnt from
    Both are compared by pairs within the folds of the cross-validation, patients of `unseen` alone: the earlier
    signature has seen the others, on whom it would look too good. Nothing where there is no cross-validation.
    Raises StudyError where the other training cohorts have fewer cases or events than that signature was learnt from.
    """
    _check_unseen(material, earlier, unseen)
    rows = np.flatnonzero(material.cases["cohort"].isin(unseen).to_numpy())
    later = _of_folds(material, predictions, splits, rows)
    if later is None:
        return []
    risk, folds, known = later
    whole = placed(CROSS_VALIDATION, "+".join(unseen), rows, material.outcomes.take(rows), material.study)
    whole = replace(whole, strata=folds)
    risks = {THE_SIGNATURE: risk, OLD: np.tile(risk_of(material, earlier, rows), (len(risk), 1))}
    has = {THE_SIGNATURE: known, OLD: measured(material, replace(earlier, baselines={}), rows)[THE_SIGNATURE]}
    place, sound = judgeable(whole, risks, has)
    if len(sound) < len(risks):
        return []
    main = main_metric(place.outcomes.kind)
    told = {key: main.of(Judged(each, place.outcomes, place.weights, place.strata)) for key, each in sound.items()}
    compared = {
        EARLIER: place.row(OLD, main.name, told[OLD]),
        LATER: place.row(THE_SIGNATURE, main.name, told[THE_SIGNATURE]),
        DIFFERENCE: place.row(THE_SIGNATURE, main.name, told[THE_SIGNATURE].minus(told[OLD]), OLD),
    }
    keys = {"cohort": place.cohort}
    return [{**keys, "version": name, **{key: row[key] for key in COLUMNS}} for name, row in compared.items()]


def _check_unseen(material: Material, earlier: Signature, unseen: list[str]) -> None:
    """StudyError where the earlier signature has to be learnt from cohorts that are said to be unseen."""
    roles = material.cases["cohort"].map({name: each["role"] for name, each in material.study["cohorts"].items()})
    others = (roles == TRAINING) & ~material.cases["cohort"].isin(unseen)
    events = int(material.outcomes.event[others.to_numpy()].sum())
    for words, n, before in (("cases", int(others.sum()), earlier.n), ("events", events, earlier.n_events)):
        if unseen and n < before:
            raise StudyError(
                f"supersedes.unseen: the earlier signature was learnt from {before} {words}, and training without "
                f"{', '.join(unseen)} has {n}; so it has seen some of them: name cohorts that it was not learnt from"
            )


def _of_folds(
    material: Material, predictions: pd.DataFrame, splits: pd.DataFrame, rows: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Risks (repeats, m) of rows (m,) by what was learnt without them, their folds, and who lacks nothing (m,)."""
    folds = splits[(splits["repeat"] > 0) & (splits["part"] == "test")]
    own = predictions[(predictions["kind"] == SIGNATURE) & (predictions["variant"] == "")]
    keys = ["split", "cohort", "case"]
    joined = own[[*keys, "risk", "measured"]].merge(folds[[*keys, "repeat", "fold"]], on=keys)
    if joined.empty or not len(rows):
        return None
    cases = list(zip(material.cases["cohort"].iloc[rows], material.cases["case"].iloc[rows], strict=True))
    wide = {
        name: joined.pivot(index="repeat", columns=["cohort", "case"], values=name)[cases].to_numpy()
        for name in ("risk", "fold", "measured")
    }
    return wide["risk"].astype(float), wide["fold"].astype(np.int64), np.all(wide["measured"].astype(bool), axis=0)
