"""Of whom each model has every value: on whom it is judged, and whether that lets anything be said of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from radioloom.prediction.imputation import NONE, too_many_missing
from radioloom.stages.learning.material import Material
from radioloom.stages.learning.place import Measured, Place
from radioloom.stages.learning.risks import THE_SIGNATURE, ModelKey, columns_of
from radioloom.stages.learning.signature import Signature
from radioloom.tables.columns import BASELINE, CONTROL

ALL_OF_IT = "every feature of the signature"
Risks = dict[ModelKey, np.ndarray]


def measured(material: Material, signature: Signature, rows: np.ndarray) -> Measured:
    """Whether each of the rows (m,) has every value that signature and baselines take, bool (m,) each."""
    of_signature = _has_all(material, signature, rows)
    known = {THE_SIGNATURE: of_signature}
    for name, baseline in signature.baselines.items():
        known[ModelKey(BASELINE, name)] = _has_all(material, baseline, rows, of_signature)
    return known


def control_measured(controls: dict[str, Material], signature: Signature, rows: np.ndarray) -> Measured:
    """The same of the control images that a signature is judged on."""
    return {ModelKey(CONTROL, name): _has_all(each, signature, rows) for name, each in controls.items()}


def _has_all(
    material: Material, model: Signature, rows: np.ndarray, of_signature: np.ndarray | None = None
) -> np.ndarray:
    """Bool (m,). of_signature : (m,) whether the rows have what the signature takes, where its risk is a term."""
    risk = None if of_signature is None else np.where(of_signature, 0.0, np.nan)
    return np.isfinite(columns_of(material, model.terms, rows, risk)).all(axis=1)


def judgeable(place: Place, risks: Risks, known: Measured) -> tuple[Place, Risks]:
    """The place with who is measured, and the risks of the models that can be judged there.

    risks : (m,), or (r, m) of a cross-validation; NaN of a case that a model says nothing of
    known : (m,) of every model in `risks`
    A model that nobody has the values of cannot be judged, nor one that says nothing of too many. All others are judged
    on the patients of whom each of them says something, so that models are compared on the same patients.
    """
    place, sound = _judgeable(replace(place, measured=known), risks, known)
    return replace(place, constant=frozenset(key for key, risk in sound.items() if _constant(place, risk))), sound


def _constant(place: Place, risk: np.ndarray) -> bool:
    """Whether risks (m,), or (r, m) of a cross-validation, do not differ where they are compared: within a fold."""
    folds = np.zeros(risk.shape, dtype=np.int64) if place.strata is None else place.strata
    rows = zip(np.atleast_2d(risk), np.atleast_2d(folds), strict=True)
    return all(np.ptp(values[labels == fold]) == 0 for values, labels in rows for fold in np.unique(labels))


def _judgeable(place: Place, risks: Risks, known: Measured) -> tuple[Place, Risks]:
    told = {key: ~np.isnan(np.atleast_2d(risk)).any(axis=0) for key, risk in risks.items()}
    sound = {
        key: risk
        for key, risk in risks.items()
        if known[key].any() and not too_many_missing(int(told[key].sum()), len(told[key]), place.most_missing)
    }
    rows = np.flatnonzero(np.all([told[key] for key in sound], axis=0)) if sound else np.zeros(0, dtype=int)
    if not len(rows):
        return place, {}
    return place.among(rows), {key: risk[..., rows] for key, risk in sound.items()}


def left_out(whole: Place, place: Place, imputation: str) -> Iterator[str]:
    """The note on cases that are not judged. imputation : of the model, a key of METHODS."""
    if len(place.rows) < len(whole.rows):
        n, lacking = len(whole.rows) - len(place.rows), "a value" if imputation == NONE else ALL_OF_IT
        yield f"{place.cohort}, {place.evaluation}: {n} of {len(whole.rows)} cases lack {lacking} and are not judged"
