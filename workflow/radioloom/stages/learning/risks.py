"""Risks of patients by the signature and by its baselines."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np

from radioloom.stages.learning.material import Material
from radioloom.stages.learning.signature import COVARIATE, Signature, Term
from radioloom.tables.columns import BASELINE, SIGNATURE


class ModelKey(NamedTuple):
    """Which model a risk or a metric is of: the columns `kind`, `model` and `variant` of PREDICTIONS and METRICS."""

    kind: str
    model: str
    variant: str = ""


THE_SIGNATURE = ModelKey(SIGNATURE, SIGNATURE)


def risks(material: Material, signature: Signature, rows: np.ndarray) -> dict[ModelKey, np.ndarray]:
    """Risk (m,) of the rows (m,) by the signature and by each of its baselines."""
    risk = {THE_SIGNATURE: risk_of(material, signature, rows)}
    for name, baseline in signature.baselines.items():
        risk[ModelKey(BASELINE, name)] = risk_of(material, baseline, rows, risk[THE_SIGNATURE])
    return risk


def risk_of(
    material: Material, model: Signature, rows: np.ndarray, of_signature: np.ndarray | None = None
) -> np.ndarray:
    """Risk (m,) of the rows (m,) by one model; `of_signature` (m,) where that is one of its terms.

    Values are harmonised by the lines of the model where those of the material are not yet.
    """
    columns = columns_of(material, model.terms, rows, of_signature)
    return model.risk(columns, None if material.batches is None else material.batches[rows])


def takes_risk(terms: Sequence[Term]) -> bool:
    """Whether the signature's risk is one of the terms of a model."""
    return any(term.group == SIGNATURE for term in terms)


def lacks_all(terms: Sequence[Term], columns: np.ndarray) -> np.ndarray:
    """Whether nothing is known of a case that a model predicts from, bool (m,): it has no risk, whatever is imputed.

    columns : (m, p) values of the terms, of which the features count; of a model without features the covariates
    """
    features = np.array([term.group != COVARIATE for term in terms], dtype=bool)
    counted = columns[:, features] if features.any() else columns
    return ~np.isfinite(counted).any(axis=1) & bool(counted.shape[1])


def columns_of(
    material: Material, terms: tuple[Term, ...], rows: np.ndarray, of_signature: np.ndarray | None
) -> np.ndarray:
    """Values (m, p) of the terms of a model in the rows (m,), NaN where missing."""
    parts = []
    for group, run in groupby(terms, key=lambda term: term.group if term.group in (COVARIATE, SIGNATURE) else ""):
        names = [term.feature_id for term in run]
        if group == SIGNATURE and of_signature is not None:
            parts.append(of_signature[:, None])
        elif group == COVARIATE:
            at = [material.covariate_names.index(name) for name in names]
            parts.append(np.ascontiguousarray(material.covariates[rows][:, at]))  # the last digit depends on the order
        else:
            parts.append(material.values[rows][:, [material.place(name) for name in names]])
    return parts[0] if len(parts) == 1 else np.column_stack([np.zeros((len(rows), 0)), *parts])
