"""Harmonisation over scanners and protocols: the batch of each case, and what the signature says of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.stages.learning.material import Material
from radioloom.stages.tables.scans import acquisitions, batches
from radioloom.stats.harmonisation import FEWEST, UNKNOWN

if TYPE_CHECKING:
    import pandas as pd

# Why nothing was learnt, by how many batches have enough training cases.
NOTHING_LEARNT = (
    f"no batch has {FEWEST} training cases, and ComBat compares at least two that have",
    f"one batch alone has {FEWEST} training cases or more, and ComBat compares at least two",
    "no feature is known of all training cases and varies within each batch",
)


def with_batches(material: Material, cases: pd.DataFrame, series: pd.DataFrame) -> Material:
    """The material with the batch of each case, by CASES and SERIES, if the study harmonises; else as it is."""
    asked = material.study["harmonise"]
    if asked["method"] == "none":
        return material
    scans = acquisitions(cases, series).reindex(
        list(zip(material.cases["cohort"], material.cases["case"], strict=True))
    )
    return replace(material, batches=batches(scans, asked["batch"]))


def harmonisation(material: Material, harmonised: Material, train: np.ndarray) -> dict[str, Any] | None:
    """What a signature says of its harmonisation, JSON-able; None where the study does not harmonise.

    material : with the batch of every case
    harmonised : the same, harmonised
    train : (t,) training rows
    Returns `batch` (attributes of a scan), `learned` (training cases by batch), `training` (the same of every batch,
    learnt or not), `cohorts` (harmonised cases and all cases, by cohort).
    """
    if material.batches is None:
        return None
    known = dict(zip(harmonised.combat.batches, harmonised.combat.cases, strict=True)) if harmonised.combat else {}
    hit = np.isin(material.batches, list(known))
    cohorts = material.cases["cohort"].to_numpy(object)
    counts = {name: [int(hit[cohorts == name].sum()), int((cohorts == name).sum())] for name in sorted(set(cohorts))}
    batches, sizes = np.unique(material.batches[train].astype(str), return_counts=True)
    training = dict(zip(batches.tolist(), sizes.tolist(), strict=True))
    batch = material.study["harmonise"]["batch"]
    return {"batch": batch, "learned": known, "training": training, "cohorts": counts}


def reasons(harmonised: dict[str, Any], batches: Iterable[str]) -> str:
    """Why cases of these batches are not harmonised; "" where all are.

    harmonised : what the signature says of its harmonisation
    """
    learnt, training = harmonised["learned"], harmonised.get("training", {})
    left = sorted(set(batches) - learnt.keys())
    if not left:
        return ""
    if not learnt:
        return NOTHING_LEARNT[min(2, sum(n >= FEWEST for name, n in training.items() if name != UNKNOWN))]
    return "; ".join(_reason(name, training.get(name, 0)) for name in left)


def _reason(batch: str, n: int) -> str:
    """Why one batch was not learnt where others were."""
    if batch == UNKNOWN:
        return "their headers do not state the batch"
    return f"training has {n or 'none'} of {batch}" + (f", and {FEWEST} are needed" if n else "")
