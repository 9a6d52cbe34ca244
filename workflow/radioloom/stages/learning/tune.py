"""Nested tuning: a training set chooses among the combinations of the study's grid by its own patients alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.prediction.grid import applied, combinations
from radioloom.prediction.inner_folds import inner_folds
from radioloom.prediction.metrics.concordance import concordance_of
from radioloom.prediction.outcome import Outcome
from radioloom.provenance import rng
from radioloom.stages.learning.fitting import fit_signature
from radioloom.stages.learning.material import Material, without_baselines
from radioloom.stages.learning.reduction import shortlists, ways
from radioloom.stages.learning.risks import risk_of
from radioloom.tables.columns import FROZEN

if TYPE_CHECKING:
    import pandas as pd

FOLDS = 5  # of the patients learnt from; fewer where fewer had the event


@dataclass(frozen=True, slots=True)
class Tuning:
    """What a training set chose.

    model : the study's block `model`, with the combination chosen in the place of its grid
    combinations : of the grid, by keys of `model`; none without a grid
    scores : (c,) C (AUC) of each in the folds; NaN where patients with an event are too few for folds
    place : of the combination chosen
    folds : how many there were; 0 for none
    """

    model: dict[str, Any]
    combinations: list[dict[tuple[str, ...], Any]]
    scores: np.ndarray
    place: int
    folds: int

    def applied(self, material: Material) -> Material:
        """The material with the combination chosen, which is not tuned again."""
        return replace(material, study={**material.study, "model": self.model})

    def record(self) -> dict[str, Any] | None:
        """What signature.json says; None without a grid."""
        if not self.combinations:
            return None
        score = float(self.scores[self.place])
        chosen = {".".join(keys): value for keys, value in self.combinations[self.place].items()}
        return {
            "chosen": chosen,
            "combinations": len(self.combinations),
            "folds": self.folds,
            "score": score if np.isfinite(score) else None,
        }


def tuned(material: Material, splits: pd.DataFrame, split: str = FROZEN) -> Tuning:
    """What the training part of one split of SPLITS chooses."""
    train = material.rows(splits, split, "train")
    return tune(material.within(split), train, material.outcomes.take(train))


def tune(material: Material, train: np.ndarray, outcomes: Outcome, purpose: tuple[str, ...] = ()) -> Tuning:
    """The combination of highest C (AUC) within folds of the training patients (t,); of equal ones the first.

    material : not harmonised; outcomes : (t,); purpose : keys what is drawn at random, besides the split
    In each fold everything is learnt anew on the others: harmonisation, reduction, selection, fit. Where patients with
    an event are too few for folds it is the first combination.
    """
    return tune_each(material, train, outcomes, [material.study["model"]], purpose)[0]


def tune_each(
    material: Material,
    train: np.ndarray,
    outcomes: Outcome,
    models: list[dict[str, Any]],
    purpose: tuple[str, ...] = (),
) -> list[Tuning]:
    """What `tune` gives of each of several blocks `model`: the folds, and what comes before a selector, are shared."""
    grids = [combinations(declared.get("grid", {})) for declared in models]
    fold = None
    if any(grids):
        fold = inner_folds(outcomes, FOLDS, rng(material.study["seed"], "grid", material.split, *purpose))
    blocks = [[applied(declared, each) for each in grid] for declared, grid in zip(models, grids, strict=True)]
    scores = [np.full(len(grid), np.nan) for grid in grids]
    if fold is not None:
        tried = list(chain.from_iterable(blocks))
        risk = _risks(without_baselines(material), (train, outcomes, fold), tried, purpose)
        ends = np.cumsum([len(grid) for grid in grids])
        scores = [_scores(outcomes, risk[end - len(grid) : end], fold) for grid, end in zip(grids, ends, strict=True)]
    n_folds = 0 if fold is None else int(fold.max()) + 1
    return [
        _best(grid, of, score, n_folds) if grid else _nothing_searched(declared)
        for declared, grid, of, score in zip(models, grids, blocks, scores, strict=True)
    ]


def _scores(outcomes: Outcome, risk: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """C (AUC) of each combination (c,), by risks (c, t): all are compared on those who have a risk by each."""
    known = np.flatnonzero(np.isfinite(risk).all(axis=0))
    return np.array([concordance_of(outcomes.take(known), each[known], fold[known]) for each in risk])


def _best(
    grid: list[dict[tuple[str, ...], Any]], blocks: list[dict[str, Any]], scores: np.ndarray, folds: int
) -> Tuning:
    place = int(np.argmax(np.round(np.nan_to_num(scores, nan=-1.0), 12)))
    return Tuning(blocks[place], grid, scores, place, folds)


def _nothing_searched(model: dict[str, Any]) -> Tuning:
    return Tuning(model, [], np.zeros(0), 0, 0)


def recorded(material: Material, rows: pd.DataFrame, split: str = FROZEN) -> Tuning:
    """What `tune` gave for a split, from its rows of TUNING: nothing is searched again."""
    declared = material.study["model"]
    grid = combinations(declared.get("grid", {}))
    if not grid:
        return _nothing_searched(declared)
    each = rows[rows["split"] == split].drop_duplicates("combination").sort_values("combination")
    place = int(np.flatnonzero(each["chosen"])[0])
    scores = each["score"].to_numpy(np.float64)
    return Tuning(applied(declared, grid[place]), grid, scores, place, int(each["folds"].iloc[0]))


def _risks(
    material: Material,
    lesson: tuple[np.ndarray, Outcome, np.ndarray],
    blocks: list[dict[str, Any]],
    purpose: tuple[str, ...],
) -> np.ndarray:
    """Risk (c, t) of each row by each combination, learnt without the patients of its fold.

    lesson : rows, outcomes and folds (t,)
    """
    train, outcomes, fold = lesson
    risk = np.empty((len(blocks), len(train)))
    for k in np.unique(fold):
        apart, inside = np.flatnonzero(fold == k), np.flatnonzero(fold != k)
        whole, part, keys = material.harmonised(train[inside]), outcomes.take(inside), (*purpose, "grid", str(k))
        listed = shortlists(whole, train[inside], [part])[0]  # once for all combinations
        for place, (way, places) in enumerate(ways(whole, listed, blocks, keys)):
            signature = fit_signature(way, train[inside], part, places, keys)
            risk[place, apart] = risk_of(material, signature, train[apart])
    return risk


def tuning_rows(tuning: Tuning, split: str) -> Iterator[dict[str, Any]]:
    """TUNING rows of one split."""
    for place, (combination, score) in enumerate(zip(tuning.combinations, tuning.scores, strict=True)):
        for keys, value in combination.items():
            yield {
                "split": split,
                "combination": place + 1,
                "setting": ".".join(keys),
                "value": str(value),
                "score": score,
                "folds": tuning.folds,
                "chosen": place == tuning.place,
            }
