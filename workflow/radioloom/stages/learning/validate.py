"""Stage validate: the frozen signature in validation cohorts, beside baselines, controls and null models.

Also the cross-validation of the whole learning.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from radioloom.errors import StudyError
from radioloom.stages.learning.comparisons import comparisons
from radioloom.stages.learning.controls import changed, control_gaps, control_materials
from radioloom.stages.learning.cross_validate import CrossValidation, folds_of
from radioloom.stages.learning.judge import judge, places
from radioloom.stages.learning.left_out import LeftOut
from radioloom.stages.learning.material import Material
from radioloom.stages.learning.missing import missing
from radioloom.stages.learning.null_models import exchanged_values, null_rows, null_values, permuted_outcomes
from radioloom.stages.learning.place import Validation
from radioloom.stages.learning.signature import Signature
from radioloom.tables.columns import CROSS_VALIDATION, FROZEN

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.prediction.metrics.record import Estimate
    from radioloom.stages.learning.place import Place

# Where the signature is judged, its value (or in each null's repeat), and those of the null models.
OfNulls: TypeAlias = "tuple[Place, np.ndarray, np.ndarray]"


def validate(
    material: Material, splits: pd.DataFrame, signature: Signature, controls: pd.DataFrame | None = None
) -> Validation:
    """Judge a frozen `signature` on SPLITS, and on CONTROLS where the study has any.

    Evaluations: `apparent` (training cohorts, too good by construction), `cross-validation` (inside the training
    cohorts: reduce, fit and baselines learnt anew in each fold), `leave-one-cohort-out` (each training cohort by what
    is learnt on the others) and `validation` (each validation cohort). Intervals of the latter two are of a
    bootstrap over patients within centres; those of cross-validation are of the whole learning (`repeated_estimate`);
    apparent performance has none, and no cohort of too few events.
    Differences are paired:
    the signature minus each baseline and each control, and clinical+signature minus clinical. The `null`
    model repeats the whole learning with permuted training outcomes, which judge it too; in validation it is the
    signature itself, judged by outcomes that the validation patients exchanged. Its estimate is the mean over the
    repeats, its interval their 2.5 and 97.5 % quantiles, and `null_p` of the signature the share that does as well.
    A control is the signature itself (same features, coefficients, cut-point) on the control images of the same
    patients; in cross-validation, as its variant `refitted`, also the whole learning anew from control images.
    A model that too many patients of a place lack a value of (`validation.most_missing`) has no interval and no p
    there, and one that all lack a value of has no value; MISSING rows say what was not measured.
    Without a training cohort there is no apparent performance and no cross-validation.
    Raises StudyError for a signature of another profile.
    """
    if signature.profile != material.profile:
        raise StudyError(
            f"the signature is of profile {signature.profile}, the features of {material.profile}; fit it again"
        )
    validation = Validation()
    validation.missing.extend(missing(material, signature))
    images = control_materials(material, controls)
    validation.changed.extend(changed(material, images, signature))
    validation.notes.extend(control_gaps(images))
    whole = places(material, splits)
    told = [judge(material, images, signature, place, validation) for place in whole]
    nulls: list[OfNulls] = []
    if material.rows(splits, FROZEN, "train").size:
        nulls = _beside_training(material, images, splits, (whole[0], *told.pop(0)), validation)
    for place, estimate in told:
        if np.isfinite(estimate.value):  # else nobody could be judged
            nulls.append((place, np.array(estimate.value), exchanged_values(material, signature, place)))
    for each in nulls:
        validation.metrics.extend(null_rows(*each))
    asked = material.study["validation"]
    validation.comparisons.extend(comparisons(validation.metrics, material.outcomes.kind, asked))
    return validation


def _beside_training(
    material: Material,
    images: dict[str, Material],
    splits: pd.DataFrame,
    frozen: tuple[Place, Place, Estimate],
    validation: Validation,
) -> list[OfNulls]:
    """What the learning on permuted outcomes gives in training and in its cross-validation, beside what was observed.

    frozen : all training cases, those on whom the signature is judged, and its value there
    """
    training, judged, observed = frozen
    permuted = permuted_outcomes(material, training, np.zeros((1, len(training.rows))))
    nulls = [(judged, np.array(observed.value), null_values(material, training, judged, permuted))]
    LeftOut(material, images, training, permuted, validation).run(splits)
    folds = folds_of(material, splits, training.rows)
    if folds.names:
        inner = replace(training, evaluation=CROSS_VALIDATION, strata=folds.label)
        permuted = permuted_outcomes(material, training, folds.label)  # within folds, so that each keeps its events
        nulls.append(CrossValidation(material, images, folds, inner, permuted, validation).run())
    return nulls
