"""Reduction: from all features to those of the signature, on training cases alone, with a reason for each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from radioloom.prediction.metrics.concordance import comparable, feature_concordance
from radioloom.prediction.outcome import Outcome, check_learnable
from radioloom.prediction.scalings import learn, scaled
from radioloom.prediction.selectors import SELECTORS, select
from radioloom.prediction.selectors.record import Candidates, strength
from radioloom.provenance import rng
from radioloom.stages.learning.baselines import VOLUME
from radioloom.stages.learning.fitting import BY_MODEL
from radioloom.stages.learning.material import Material
from radioloom.stages.learning.signature import Signature
from radioloom.stats.constancy import constant
from radioloom.stats.ranks import spearman
from radioloom.stats.redundancy import keep_apart


@dataclass(frozen=True, slots=True)
class Reduction:
    """What became of each feature; arrays are (f,)."""

    step: np.ndarray
    reason: np.ndarray
    score: np.ndarray  # NaN where undefined or constant
    volume_rho: np.ndarray
    # Places of the signature's features, in the order chosen; of a model that chooses, until it has, what it may take
    chosen: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Screened:
    """What the training rows tell without their outcomes."""

    values: np.ndarray  # (t, f); few gaps of a feature are filled with its mean
    step: np.ndarray  # (f,) undefined, constant or reliability where that decided, else ""
    reason: np.ndarray  # (f,)
    defined: np.ndarray  # places of the features that are neither undefined nor constant
    rho: np.ndarray  # (f, f) Spearman; NaN where one is undefined or constant


@dataclass(frozen=True, slots=True)
class Shortlist:
    """Features that a selector may choose from, by the training rows and one outcome (t,); arrays are (f,)."""

    screened: Screened
    outcomes: Outcome
    step: np.ndarray  # what decided so far; "" of features on the list
    reason: np.ndarray
    score: np.ndarray
    left: np.ndarray  # places of those on the list


def screen(material: Material, train: np.ndarray) -> Screened:
    """Mark features that are undefined or constant on the training rows (t,), or not reliable on the replicates.

    Undefined is a feature that lacks more than the share `reduce.most_missing` of these rows. Of the others a gap is
    ranked as the mean of the rest, whatever imputation the models have; ComBat adjusts no feature with a gap, so that
    none is left with the effect of scanners among others without.
    """
    values = material.values[train]
    step, reason = np.full(len(material.names), "", dtype=object), np.full(len(material.names), "", dtype=object)
    undefined = (~np.isfinite(values)).sum(axis=0)
    lost = undefined > material.study["reduce"]["most_missing"] * len(values)
    if material.combat is not None:
        lost |= undefined > 0
    values = np.where(lost, 0.0, _without_gaps(values))
    same = constant(values)
    for place in np.flatnonzero(lost):
        step[place], reason[place] = "undefined", f"undefined in {undefined[place]} of {len(values)} training cases"
    for place in np.flatnonzero(same & ~lost):
        step[place], reason[place] = "constant", f"{values[0, place]:g} in all training cases"
    defined = np.flatnonzero(step == "")
    faults = defined[material.reliability.fault[defined] != ""]
    step[faults], reason[faults] = "reliability", material.reliability.fault[faults]
    rho = np.full((len(step), len(step)), np.nan)
    rho[np.ix_(defined, defined)] = spearman(values[:, defined])
    return Screened(values, step, reason, defined, rho)


def _without_gaps(values: np.ndarray) -> np.ndarray:
    """Values (t, f) whose gaps are the mean of what is known of the feature."""
    known = np.isfinite(values)
    mean = np.where(known, values, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.where(known, values, mean)


def reductions(
    material: Material, train: np.ndarray, many: list[Outcome], purposes: list[tuple[str, ...]]
) -> list[Reduction]:
    """Reduce on the training rows (t,), once for each of several outcomes (t,) of the same cases.

    Steps: undefined, constant, reliability, redundancy, selector. Only `values[train]` and the outcomes are read; what
    does not depend on the outcome is done once. `purposes` key what a selector draws at random, one for each outcome.
    Raises StudyError where the outcomes are too few to learn from.
    """
    lists = shortlists(material, train, many)
    return [selected(material, each, purpose) for each, purpose in zip(lists, purposes, strict=True)]


def shortlists(material: Material, train: np.ndarray, many: list[Outcome]) -> list[Shortlist]:
    """The steps before the selector: they depend on no setting of selector or model."""
    for outcomes in many:
        check_learnable(outcomes, "the training cases")
    screened = screen(material, train)
    scores = np.full((len(many), len(material.names)), np.nan)
    scores[:, screened.defined] = feature_concordance(list(map(comparable, many)), screened.values[:, screened.defined])
    lists = []
    for score, outcomes in zip(scores, many, strict=True):
        decision = screened.step.copy(), screened.reason.copy()
        left = _set_apart(material, screened, score, decision)
        lists.append(Shortlist(screened, outcomes, *decision, score, left))
    return lists


def selected(material: Material, listed: Shortlist, purpose: tuple[str, ...]) -> Reduction:
    """What the selector of the study takes of a shortlist; `purpose` keys what it draws at random."""
    step, reason, score = listed.step.copy(), listed.reason.copy(), listed.score
    chosen = _choose(material, listed, purpose)
    for place in listed.left:
        step[place] = "selector"
        reason[place] = chosen.get(int(place), f"C {score[place]:.3f}: others were taken")
    volume, rho = material.study["baselines"].get(VOLUME), listed.screened.rho
    volume_rho = rho[material.place(volume[0])] if volume else np.full(len(step), np.nan)
    return Reduction(step, reason, score, volume_rho, tuple(chosen))


def ways(
    material: Material, listed: Shortlist, blocks: list[dict[str, Any]], purpose: tuple[str, ...]
) -> Iterator[tuple[Material, tuple[int, ...]]]:
    """The material with each block as its study's `model`, and the features that its selector leaves to it.

    Selectors that are alike are asked once; of one whose first few are those that it takes of fewer, for the most.
    """
    keys = [_asked(block) for block in blocks]
    most = {key: max(b["n_features"] for b, other in zip(blocks, keys, strict=True) if other == key) for key in keys}
    known: dict[str, tuple[int, ...]] = {}
    for key, block in zip(keys, blocks, strict=True):
        way = replace(material, study={**material.study, "model": block})
        if key not in known:
            for_most = {**way.study, "model": {**block, "n_features": most[key]}}
            known[key] = selected(replace(way, study=for_most), listed, purpose).chosen
        yield way, known[key][: block["n_features"]] if SELECTORS[block["selector"]].counts else known[key]


def _asked(block: dict[str, Any]) -> str:
    """What a selector's choice depends on, beside the training set."""
    selector = SELECTORS[block["selector"]]
    asked = [selector.name, block.get("selector_settings"), block.get("scaling")]
    asked += [] if selector.nested else [block["n_features"]]
    return json.dumps(asked + ([block["kind"], block["settings"]] if selector.fits else []), sort_keys=True)


def _set_apart(
    material: Material, screened: Screened, score: np.ndarray, decision: tuple[np.ndarray, np.ndarray]
) -> np.ndarray:
    """Mark redundant features; places of the others. The more reliable is kept, then the more prognostic."""
    step, reason = decision
    left = np.flatnonzero(step == "")
    order = left[np.lexsort((left, -strength(score[left]), -material.reliability.low[left]))]
    twin = keep_apart(screened.rho, order, material.study["reduce"]["redundancy"])
    for k in np.flatnonzero(twin >= 0):
        step[k] = "redundancy"
        reason[k] = f"Spearman rho {screened.rho[k, twin[k]]:.3f} with {material.names[twin[k]]}, which is kept"
    return left[twin[left] < 0]


def _choose(material: Material, listed: Shortlist, purpose: tuple[str, ...]) -> dict[int, str]:
    """Features that the selector takes of those that are left (f,), with the reason of each."""
    left, declared = listed.left, material.study["model"]
    columns = listed.screened.values[:, left]
    candidates = Candidates(
        names=material.names[left],
        groups=material.groups[left],
        scores=listed.score[left],
        columns=scaled(columns, learn(material.scaling, columns)),
        outcomes=listed.outcomes,
        model=material.model,
        settings=material.model_settings,
        generator=rng(material.study["seed"], "model", material.split, "selector", *purpose),
        asked=declared.get("selector_settings", {}),
    )
    chosen = select(candidates, declared["selector"], declared["n_features"])
    return {int(left[k]): reason for k, reason in chosen.items()}


def with_choice(reduction: Reduction, material: Material, signature: Signature) -> Reduction:
    """The reduction as the signature's model left it, where the model chooses its own features; else as it is."""
    if not material.model.chooses:
        return reduction
    taken = [material.place(name) for name in signature.feature_ids]
    step, reason = reduction.step.copy(), reduction.reason.copy()
    for place in reduction.chosen:
        step[place] = BY_MODEL
        decision = "chosen by the model" if place in taken else "the model took others"
        reason[place] = f"C {reduction.score[place]:.3f}: {decision}"
    return replace(reduction, step=step, reason=reason, chosen=tuple(taken))


def selection_rows(material: Material, reduction: Reduction, split: str) -> list[dict[str, Any]]:
    """SELECTION rows of a reduction."""
    kept = set(reduction.chosen)
    decisions = (reduction.step, reduction.reason, reduction.score, reduction.volume_rho)
    columns = zip(material.names, material.groups, *decisions, strict=True)
    return [
        {
            "split": split,
            "feature_id": name,
            "group": group,
            "step": step,
            "kept": place in kept,
            "reason": reason,
            "score": score,
            "volume_rho": rho,
        }
        for place, (name, group, step, reason, score, rho) in enumerate(columns)
    ]
