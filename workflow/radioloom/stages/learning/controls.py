"""Risks of the signature, and of models refitted, on negative-control images: what remains there was never texture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.imaging.controls import CONTROLS
from radioloom.stages.learning.learn import learn
from radioloom.stages.learning.material import Material, without_baselines
from radioloom.stages.learning.risks import ModelKey, columns_of, risk_of
from radioloom.stages.learning.signature import COVARIATE, Signature
from radioloom.tables.columns import CONTROL, REFITTED
from radioloom.tables.features import first_replicates, wide

if TYPE_CHECKING:
    import pandas as pd


UNCHANGED = 1e-6  # of the largest value of a feature


def control_materials(material: Material, controls: pd.DataFrame | None) -> dict[str, Material]:
    """The material with the values of each control in turn, by the name of the control.

    controls : CONTROLS; only the first replicate of the cases of the material counts. What a case lacks is NaN.
    """
    if controls is None or controls.empty:
        return {}
    materials = {}
    first = first_replicates(controls)
    cases = list(zip(material.cases["cohort"], material.cases["case"], strict=True))
    for name in (name for name in CONTROLS if name in set(first["variant"])):
        table = wide(first[first["variant"] == name]).reindex(cases).reindex(columns=material.names)
        materials[name] = replace(material, values=np.ascontiguousarray(table.to_numpy(np.float64)))
    return materials


def control_risks(controls: dict[str, Material], signature: Signature, rows: np.ndarray) -> dict[ModelKey, np.ndarray]:
    """Risk (m,) that a frozen signature gives the rows (m,) from each of their control images."""
    return {ModelKey(CONTROL, name): risk_of(each, signature, rows) for name, each in controls.items()}


def changed(material: Material, controls: dict[str, Material], signature: Signature) -> Iterator[dict[str, Any]]:
    """CHANGED rows: of how many cases the features of a frozen signature have another value on control images.

    Sums over shuffled voxels differ in their last digits: up to a millionth of the largest value is no change.
    """
    everyone, cohorts = np.arange(len(material.cases)), material.cases["cohort"].to_numpy(object)
    terms = tuple(term for term in signature.terms if term.group != COVARIATE)
    own = columns_of(material, terms, everyone, None)
    for name, each in controls.items():
        other = columns_of(each, terms, everyone, None)
        known = np.isfinite(own) & np.isfinite(other)
        largest = np.abs(np.where(known, own, 0.0)).max(axis=0, initial=0.0)
        moved = known & (np.abs(np.where(known, other - own, 0.0)) > UNCHANGED * largest)
        for cohort in sorted(set(cohorts)):
            rows = cohorts == cohort
            for place, term in enumerate(terms):
                keys = {"cohort": cohort, "control": name, "feature_id": term.feature_id}
                yield {**keys, "n": int(known[rows, place].sum()), "changed": int(moved[rows, place].sum())}


def refitted_risks(
    controls: dict[str, Material], train: np.ndarray, test: np.ndarray
) -> Iterable[tuple[ModelKey, np.ndarray, np.ndarray]]:
    """Risk (m,) of the test rows by the whole learning repeated on each control, and whether they lack nothing (m,).

    Of controls whose training rows are all known.
    """
    for name, each in controls.items():
        if np.isfinite(each.values[train]).any(axis=1).all():
            learnt = learn(without_baselines(each), train, [each.outcomes.take(train)])[0]
            known = np.isfinite(columns_of(each, learnt.signature.terms, test, None)).all(axis=1)
            yield ModelKey(CONTROL, name, REFITTED), risk_of(each, learnt.signature, test), known


def control_gaps(controls: dict[str, Material]) -> Iterable[str]:
    """What could not be measured of the controls, for the log."""
    for name, each in controls.items():
        lacking = int((~np.isfinite(each.values).any(axis=1)).sum())
        if lacking:
            cases = f"{lacking} of {len(each.values)} cases"
            yield f"control {CONTROLS[name].label}: {cases} could not be measured, and count as missing values"
