"""Stage models: the signature and the models beside it, judged on the same patients, with volume beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.prediction.metrics import main_metric
from radioloom.prediction.metrics.concordance import concordance_of
from radioloom.prediction.metrics.record import UNDEFINED, Estimate, Judged
from radioloom.stages.learning.baselines import VOLUME
from radioloom.stages.learning.beside import combination
from radioloom.stages.learning.cross_validate import folds_of
from radioloom.stages.learning.judge import places
from radioloom.stages.learning.material import Material
from radioloom.stages.learning.measured import Risks, judgeable
from radioloom.stages.learning.null_models import permuted_outcomes
from radioloom.stages.learning.place import ALL, Measured, Place, steady
from radioloom.stages.learning.risks import THE_SIGNATURE, ModelKey
from radioloom.stats.ranks import spearman
from radioloom.tables.columns import APPARENT, BASELINE, BESIDE, CROSS_VALIDATION, FROZEN, SIGNATURE

if TYPE_CHECKING:
    import pandas as pd

OF_VOLUME = ModelKey(BASELINE, VOLUME)


def models(
    material: Material, splits: pd.DataFrame, predictions: pd.DataFrame, learnt: pd.DataFrame
) -> Iterator[dict[str, Any]]:
    """MODELS rows: where nobody was learnt from, in cross-validation and in each validation cohort.

    predictions : PREDICTIONS of the signature and its baselines, and of the models beside it
    learnt : LEARNT of all of them
    All are judged on the patients of whom each says something. Nothing is chosen here: the signature stays what
    `model` declares.
    """
    wanted = [*_keys(predictions, SIGNATURE, BESIDE), *_keys(predictions[predictions["model"] == VOLUME], BASELINE)]
    for place, repeats in _places(material, splits):
        risks, known = _risks(material, predictions, place, repeats, wanted)
        yield from _rows(material, *judgeable(place, risks, known), learnt, repeats)


def _keys(predictions: pd.DataFrame, *kinds: str) -> list[ModelKey]:
    rows = predictions.loc[predictions["kind"].isin(kinds), ["kind", "model", "variant"]].drop_duplicates()
    return [ModelKey(*row) for row in rows.itertuples(index=False)]


def _places(material: Material, splits: pd.DataFrame) -> Iterator[tuple[Place, list[list[str]]]]:
    """Where models are judged, each with the splits of each repeat in which its patients are predicted."""
    for place in places(material, splits):
        if place.evaluation != APPARENT:
            yield place, [[FROZEN]]
        elif (folds := folds_of(material, splits, place.rows)).names:
            yield replace(place, evaluation=CROSS_VALIDATION, strata=folds.label), folds.names


def _risks(
    material: Material, predictions: pd.DataFrame, place: Place, repeats: list[list[str]], wanted: list[ModelKey]
) -> tuple[Risks, Measured]:
    """Risk (r, m) of each case by each model in each repeat, and whether the model's values were measured (m,)."""
    at = {key: k for k, key in enumerate(zip(*material.cases.iloc[place.rows].T.to_numpy(object), strict=True))}
    repeat_of = {split: k for k, group in enumerate(repeats) for split in group}
    risks = {key: np.full((len(repeats), len(place.rows)), np.nan) for key in wanted}
    known = {key: np.ones(len(place.rows), dtype=bool) for key in wanted}
    here = predictions[predictions["split"].isin(repeat_of)]
    columns = ("kind", "model", "variant", "split", "cohort", "case", "risk", "measured")
    for kind, model, variant, split, cohort, case, risk, measured in zip(*(here[c] for c in columns), strict=True):
        key, column = ModelKey(kind, model, variant), at.get((cohort, case))
        if key in risks and column is not None:
            risks[key][repeat_of[split], column] = risk
            known[key][column] &= measured
    return risks, known


def _rows(
    material: Material, place: Place, risks: Risks, learnt: pd.DataFrame, repeats: list[list[str]]
) -> Iterator[dict[str, Any]]:
    main, strata = main_metric(place.outcomes.kind), place.strata
    none = place.weights[:0]
    asked = {key: place.weights if key.kind != BESIDE or place.intervals == ALL else none for key in risks}
    values = {key: main.of(Judged(risk, place.outcomes, asked[key], strata)) for key, risk in risks.items()}
    tried = [key for key in place.measured if key != OF_VOLUME]
    by_chance = best_by_chance(material, place, [risks[key] for key in tried if key in risks])
    volume = values.get(OF_VOLUME, UNDEFINED)
    rho = {key: _with_volume(material, place, risk) for key, risk in risks.items()}
    of_split = learnt[learnt["split"].isin([split for group in repeats for split in group])]
    for key in tried:
        here, estimate = _steady(material, place, key), values.get(key, UNDEFINED)
        value = here.row(key, main.name, estimate)
        gap = here.row(key, main.name, _minus(estimate, volume), OF_VOLUME)
        yield {
            **{name: value[name] for name in ("evaluation", "cohort", "kind", "model", "metric", "estimate")},
            **{name: value[name] for name in ("low", "high", "withheld", "n", "n_events")},
            "volume": volume.value,
            "difference": gap["estimate"],
            "difference_low": gap["low"],
            "difference_high": gap["high"],
            "volume_rho": rho.get(key, float("nan")),
            "best_by_chance": by_chance,
            **_taken(of_split[(of_split["kind"] == key.kind) & (of_split["model"] == key.model)]),
        }


def _steady(material: Material, place: Place, key: ModelKey) -> Place:
    """The place as the model's own way of learning has it."""
    if key == THE_SIGNATURE or place.strata is None:
        return place
    return replace(place, steady=steady({**material.study, "model": material.study["models"][key.model]}))


def _minus(one: Estimate, other: Estimate) -> Estimate:
    """The paired difference; the value alone where one has no resamples."""
    if one.resamples.size and other.resamples.size:
        return one.minus(other)
    return Estimate(one.value - other.value)


def best_by_chance(material: Material, place: Place, risks: list[np.ndarray]) -> float:
    """Mean of the highest C (AUC) of several models where the patients exchange their outcomes, within centres.

    risks : (1, m) each, of frozen models
    As far as these models are alike, the best of them is less good by chance. NaN of a cross-validation: whoever is
    predicted there was learnt from in the other folds, so that all models would have to be learnt anew.
    """
    exchanged = permuted_outcomes(material, place, np.zeros((1, len(place.rows)))) if place.strata is None else []
    highest = [max(concordance_of(each, risk[0]) for risk in risks) for each in exchanged if risks]
    return float(np.mean(highest)) if highest else float("nan")


def _with_volume(material: Material, place: Place, risk: np.ndarray) -> float:
    """Spearman's correlation of risks (r, m) with volume, mean over folds; NaN without volume."""
    volume = material.study["baselines"].get(VOLUME)
    if not volume:
        return float("nan")
    size = material.values[place.rows, material.place(volume[0])]
    folds = np.zeros(risk.shape, dtype=int) if place.strata is None else place.strata
    parts = (
        np.column_stack([x, size])[(labels == fold) & np.isfinite(size)]
        for x, labels in zip(risk, folds, strict=True)
        for fold in np.unique(labels)
    )
    varying = [part for part in parts if len(part) and np.ptp(part, axis=0).all()]
    return float(np.mean([spearman(part)[0, 1] for part in varying])) if varying else float("nan")


def _taken(learnt: pd.DataFrame) -> dict[str, Any]:
    """What the training sets of one model took and chose. learnt : its rows of LEARNT."""
    settings = learnt["settings"].value_counts(sort=False)
    most = settings.idxmax()
    share = float(settings[most] / len(learnt)) if most else float("nan")
    return {
        "learner": learnt["learner"].iloc[0],
        "features": float(learnt["features"].mean()),
        "settings": most,
        "share": share,
    }


def of_signature(kind: str, selection: pd.DataFrame, tuning: pd.DataFrame) -> Iterable[dict[str, Any]]:
    """LEARNT rows of the signature. kind : of its model; selection, tuning : SELECTION and TUNING of every split."""
    chosen = tuning[tuning["chosen"]]
    for split, part in selection.groupby("split"):
        rows = chosen[chosen["split"] == split]
        yield {
            "split": split,
            "kind": SIGNATURE,
            "model": SIGNATURE,
            "learner": kind,
            "features": int(part["kept"].sum()),
            "settings": combination(zip(rows["setting"], rows["value"], strict=True)),
            "score": rows["score"].iloc[0] if len(rows) else float("nan"),
        }
