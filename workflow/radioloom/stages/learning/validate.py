"""Stage validate: the frozen signature in validation cohorts, beside baselines, controls and null models.

Also the cross-validation of the whole learning.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from radioloom.errors import StudyError
from radioloom.stages.learning.comparisons import comparisons
from radioloom.stages.learning.controls import changed, control_gaps, control_materials
from radioloom.stages.learning.cross_validate import CrossValidation, folds_of
from radioloom.stages.learning.judge import judge, places
from radioloom.stages.learning.left_out import LeftOut
from radioloom.stages.learning.material import Material
from radioloom.stages.learning.missing import missing
from radioloom.stages.learning.null_models import null_rows, null_values, permuted_outcomes
from radioloom.stages.learning.place import Validation
from radioloom.stages.learning.signature import Signature
from radioloom.stages.learning.validate_alone import shuffled_values
from radioloom.tables.columns import CROSS_VALIDATION, FROZEN

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.stages.learning.place import Place


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
    model repeats the whole learning with permuted training outcomes: its estimate is the mean over the repeats, its
    interval their 2.5 and 97.5 % quantiles, and `null_p` of the signature the share of null models that do as well.
    A control is the signature itself (same features, coefficients, cut-point) on the control images of the same
    patients; in cross-validation, as its variant `refitted`, also the whole learning anew from control images.
    A model that too many patients of a place lack a value of (`validation.most_missing`) has no interval and no p
    there, and one that all lack a value of has no value; MISSING rows say what was not measured.
    Without a training cohort there is no apparent performance and no cross-validation; the `null` model is the
    signature itself then, judged by permuted outcomes of the validation patients.
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
    judged, observed = [place for place, _ in told], [np.array(estimate.value) for _, estimate in told]
    if material.rows(splits, FROZEN, "train").size:
        of_nulls, inside = _beside_training(material, images, splits, whole[0], judged, validation)
        judged, observed = judged + [place for place, _ in inside], observed + [value for _, value in inside]
    else:
        known = [k for k, estimate in enumerate(observed) if np.isfinite(estimate)]  # else nobody could be judged
        judged, observed = [judged[k] for k in known], [observed[k] for k in known]
        of_nulls = [shuffled_values(material, signature, place) for place in judged]
    for place, estimate, values in zip(judged, observed, of_nulls, strict=True):
        validation.metrics.extend(null_rows(place, estimate, values))
    asked = material.study["validation"]
    validation.comparisons.extend(comparisons(validation.metrics, material.outcomes.kind, asked))
    return validation


def _beside_training(
    material: Material,
    images: dict[str, Material],
    splits: pd.DataFrame,
    training: Place,
    judged: list[Place],
    validation: Validation,
) -> tuple[list[np.ndarray], list[tuple[Place, np.ndarray]]]:
    """Null models of each place and of a cross-validation; where the latter is judged, and what was observed there."""
    permuted = permuted_outcomes(material, training, np.zeros((1, len(training.rows))))
    of_nulls = list(null_values(material, training, judged, permuted))
    LeftOut(material, images, training, permuted, validation).run(splits)
    folds = folds_of(material, splits, training.rows)
    if folds.names:
        inner = replace(training, evaluation=CROSS_VALIDATION, strata=folds.label)
        permuted = permuted_outcomes(material, training, folds.label)  # within folds, so that each keeps its events
        run = CrossValidation(material, images, folds, inner, permuted, validation)
        place, observed, null_inside = run.run()
        return [*of_nulls, null_inside], [(place, observed)]
    return of_nulls, []
