"""Harmonisation over scanners and protocols: the batch of each case, and what the signature says of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.stages.learning.material import Material
from radioloom.stats.harmonisation import FEWEST, UNKNOWN
from radioloom.tables.features import first_replicates

if TYPE_CHECKING:
    import pandas as pd

CATEGORIES = ("manufacturer", "model", "kernel")
# Why nothing was learnt, by how many batches have enough training cases.
NOTHING_LEARNT = (
    f"no batch has {FEWEST} training cases, and ComBat compares at least two that have",
    f"one batch alone has {FEWEST} training cases or more, and ComBat compares at least two",
    "no feature is known of all training cases and varies within each batch",
)
NUMBERS = ("kvp", "slice_thickness_mm", "slice_spacing_mm", "pixel_spacing_mm")  # columns of SERIES, as those above


def with_batches(material: Material, cases: pd.DataFrame, series: pd.DataFrame) -> Material:
    """The material with the batch of each case, by CASES and SERIES, if the study harmonises; else as it is."""
    asked = material.study["harmonise"]
    if asked["method"] == "none":
        return material
    scans = acquisitions(cases, series).reindex(
        list(zip(material.cases["cohort"], material.cases["case"], strict=True))
    )
    return replace(material, batches=batches(scans, asked["batch"]))


def acquisitions(cases: pd.DataFrame, series: pd.DataFrame) -> pd.DataFrame:
    """How the image of each (cohort, case) was acquired: columns CATEGORIES and NUMBERS of SERIES, first replicate."""
    keys = ["cohort", "case", "replicate", "series"]
    first = first_replicates(cases)[keys].drop_duplicates(["cohort", "case"])
    return first.merge(series, on=keys, how="left").set_index(["cohort", "case"])[[*CATEGORIES, *NUMBERS]]


def batches(scans: pd.DataFrame, attributes: list[str]) -> np.ndarray:
    """Batch of each case, object (n,): the attributes joined; UNKNOWN where a header does not state one of them."""
    columns = [scans[name].map(_label, na_action="ignore") for name in attributes]
    known = np.all([column.notna().to_numpy() for column in columns], axis=0)
    joined = [" / ".join(row) if whole else UNKNOWN for *row, whole in zip(*columns, known, strict=True)]
    return np.array(joined, dtype=object)


def _label(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:g}"


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
