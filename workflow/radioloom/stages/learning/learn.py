"""The whole of learning in one split: harmonise, reduce, fit."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from radioloom.prediction.inner_folds import inner_folds
from radioloom.prediction.outcome import Outcome
from radioloom.provenance import rng
from radioloom.stages.learning.fitting import fit_signature
from radioloom.stages.learning.material import Material, without_baselines
from radioloom.stages.learning.reduction import Reduction, selected, shortlists, with_choice
from radioloom.stages.learning.risks import risk_of
from radioloom.stages.learning.signature import Signature
from radioloom.stages.learning.tune import Tuning, tune

INNER = 5  # folds of the training patients, in which a signature is learnt apart from those whose risk it gives


@dataclass(frozen=True, slots=True)
class Learnt:
    """What was learnt from the training part of one split."""

    reduction: Reduction
    signature: Signature  # with its baselines
    tuning: Tuning


def learn(
    material: Material, train: np.ndarray, many: list[Outcome], purposes: list[tuple[str, ...]] | None = None
) -> list[Learnt]:
    """Learn from the training rows (t,), once for each of several outcomes (t,).

    purposes : key what is drawn at random for each of the outcomes, besides the split; none for the real outcomes
    The folds and the null models come through here; the frozen split takes the same steps in `reduce` and `fit`.
    """
    if not many:  # fewer null models than repeats: this one has none
        return []
    whole, purposes = material.harmonised(train), purposes or [()] * len(many)
    learnt = []
    for listed, purpose in zip(shortlists(whole, train, many), purposes, strict=True):
        outcomes = listed.outcomes
        tuning = tune(material, train, outcomes, purpose)
        way = tuning.applied(whole)
        reduction = selected(way, listed, purpose)
        apart = risk_apart(material, train, outcomes, purpose)
        signature = fit_signature(way, train, outcomes, reduction.chosen, purpose, apart)
        signature = replace(signature, tuning=tuning.record())
        learnt.append(Learnt(with_choice(reduction, way, signature), signature, tuning))
    return learnt


def risk_apart(
    material: Material, train: np.ndarray, outcomes: Outcome, purpose: tuple[str, ...] = ()
) -> np.ndarray | None:
    """Risk (t,) of each training row by a signature that was learnt without its patient, for models that take it.

    material : not harmonised
    The whole learning is repeated without each of `INNER` parts of the training patients. Its signatures differ in
    scale, so each risk is in standard deviations from the mean of the risks of those that its signature was learnt on:
    what the risk of a new patient is to the frozen signature. None where no model takes it, or events are too few.
    """
    if not any(row.signature for row in material.baselines):
        return None
    fold = inner_folds(outcomes, INNER, rng(material.study["seed"], "inner folds", *purpose))
    if fold is None:
        return None
    alone, apart = without_baselines(material), np.zeros(len(train))
    for k in np.unique(fold):
        inside = fold != k
        within = learn(alone, train[inside], [outcomes.take(np.flatnonzero(inside))], [(*purpose, "inner", str(k))])[0]
        risk = risk_of(alone, within.signature, train)
        among = risk[inside & np.isfinite(risk)]
        # Where nothing was left all patients have the same risk, the mean; without imputation one with a gap has none.
        apart[~inside] = (risk[~inside] - among.mean()) / (among.std() if np.ptp(among) > 0 else np.inf)
    return apart
