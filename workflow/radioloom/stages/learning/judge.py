"""How well the models of a study order patients in one evaluation: metrics, paired differences, survival curves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.prediction.cut_points import group_names
from radioloom.prediction.imputation import METHODS
from radioloom.prediction.metrics import main_metric, metrics_of
from radioloom.prediction.metrics.kaplan_meier import kaplan_meier
from radioloom.prediction.metrics.record import UNDEFINED, Estimate, Judged
from radioloom.stages.learning.absolute_risk import add_absolute
from radioloom.stages.learning.baselines import Baseline
from radioloom.stages.learning.controls import control_risks
from radioloom.stages.learning.harmonise import reasons
from radioloom.stages.learning.material import Material
from radioloom.stages.learning.measured import Risks, control_measured, judgeable, left_out, measured
from radioloom.stages.learning.paired_tests import paired_tests
from radioloom.stages.learning.place import Place, Validation, placed
from radioloom.stages.learning.risks import THE_SIGNATURE, ModelKey, columns_of, lacks_all, risks, takes_risk
from radioloom.stages.learning.signature import Signature
from radioloom.tables.columns import APPARENT, BASELINE, FROZEN, VALIDATION

if TYPE_CHECKING:
    import pandas as pd


def places(material: Material, splits: pd.DataFrame) -> list[Place]:
    """Training cohorts together, where there are any, then each validation cohort."""
    train, test = (material.rows(splits, FROZEN, part) for part in ("train", "test"))
    cohorts = material.cases["cohort"].to_numpy(object)
    named = [(APPARENT, "+".join(sorted(set(cohorts[train]))), train)] if len(train) else []
    named += [(VALIDATION, cohort, test[cohorts[test] == cohort]) for cohort in sorted(set(cohorts[test]))]
    return [place_of(material, *each) for each in named]


def place_of(material: Material, evaluation: str, cohort: str, rows: np.ndarray) -> Place:
    """Where models are judged on the rows (m,) of the material."""
    return placed(evaluation, cohort, rows, material.outcomes.take(rows), material.study)


def judge(
    material: Material, controls: dict[str, Material], signature: Signature, whole: Place, validation: Validation
) -> tuple[Place, Estimate]:
    """Add what the frozen models are worth in one place; the place with who could be judged, the signature's metric.

    Predictions, all metrics with paired differences, and notes on what was missing; of the signature of the study, not
    of one that was learnt without a cohort, also curves at the frozen cut-point and absolute risks.
    """
    everyone = _told(material, signature, whole) | control_risks(controls, signature, whole.rows)
    known = measured(material, signature, whole.rows) | control_measured(controls, signature, whole.rows)
    place, risk = judgeable(whole, everyone, known)
    models = {key: signature.baselines[key.model] if key.kind == BASELINE else signature for key in risk}
    tau = material.study["outcome"].get("tau")
    of_it = _of_it(signature)
    judged = {
        key: Judged(
            risk[key][None],
            place.outcomes,
            place.weights,
            cut_point=model.cut_point,
            cut_points=model.cut_points,
            tau=tau,
            within=risk[THE_SIGNATURE][None] if key in of_it and THE_SIGNATURE in risk else None,
        )
        for key, model in models.items()  # a control is the signature
    }
    part, of_study = "train" if place.evaluation == APPARENT else "test", material.split == FROZEN
    for key, values in everyone.items():
        keys = material.split, part, key
        validation.predictions.extend(prediction_rows(material, keys, whole.rows, values, known[key]))
    for key in risk:
        if place.outcomes.kind == "survival" and of_study and models[key].cuts:
            validation.curves.extend(_curve_rows(place, key, judged[key].groups, models[key].cuts))
    validation.notes.extend([*_gaps(material, signature, whole), *left_out(whole, place, signature.imputes_by)])
    if of_study:
        add_absolute(material, signature, place, judged, validation)
    return place, add_metrics(place, judged, material.baselines, validation)


def _told(material: Material, signature: Signature, place: Place) -> Risks:
    """Risks (m,) of signature and baselines; in new patients none of who lacks every feature of the signature."""
    told = risks(material, signature, place.rows)
    nothing = _nothing(material, signature, place)
    of_it = {THE_SIGNATURE} | _of_it(signature)
    return {key: np.where(nothing, np.nan, x) if key in of_it else x for key, x in told.items()}


def _of_it(signature: Signature) -> set[ModelKey]:
    """Baselines that take the risk of the signature as a term."""
    return {ModelKey(BASELINE, name) for name, each in signature.baselines.items() if takes_risk(each.terms)}


def _nothing(material: Material, signature: Signature, place: Place) -> np.ndarray:
    """Who lacks every feature of the signature, bool (m,); nobody in training."""
    new = place.evaluation != APPARENT
    return new & lacks_all(signature.terms, columns_of(material, signature.terms, place.rows, None))


def add_metrics(
    place: Place, judged: dict[ModelKey, Judged], baselines: tuple[Baseline, ...], validation: Validation
) -> Estimate:
    """Add each metric of each model, and paired differences of the main one; the main metric of the signature."""
    kind = place.outcomes.kind
    main = main_metric(kind)
    orderings = {key: main.of(risk) for key, risk in judged.items()}
    for metric in metrics_of(kind):
        if place.evaluation == APPARENT and not metric.of_training:
            continue
        if place.strata is None or metric.within_folds:
            estimates = orderings if metric is main else {key: metric.of(risk) for key, risk in judged.items()}
            validation.metrics.extend(place.row(key, metric.name, each) for key, each in estimates.items())
    unsaid = [key for key in place.measured if key not in judged]  # so that METRICS says how many are measured
    validation.metrics.extend(place.row(key, main.name, UNDEFINED) for key in unsaid)
    pairs = compared(list(judged), baselines)
    validation.metrics.extend(
        place.row(first, main.name, orderings[first].minus(orderings[other]), other) for first, other in pairs
    )
    if place.evaluation == VALIDATION:  # p is of one frozen model, in patients that it had not to fit
        validation.metrics.extend(paired_tests(place, judged, pairs, baselines))
    return orderings.get(THE_SIGNATURE, UNDEFINED)


def compared(models: list[ModelKey], baselines: tuple[Baseline, ...]) -> list[tuple[ModelKey, ModelKey]]:
    """Pairs whose difference is a row: the signature minus each other model, a baseline minus what it subtracts."""
    subtracts = {row.name: row.subtracts for row in baselines if row.subtracts}
    asked = [key for key in models if key.kind == BASELINE and key.model in subtracts]
    pairs = [(THE_SIGNATURE, key) for key in models if key != THE_SIGNATURE and key not in asked]
    pairs += [(key, ModelKey(BASELINE, subtracts[key.model])) for key in asked]
    return [pair for pair in pairs if set(pair) <= set(models)]


def _gaps(material: Material, signature: Signature, place: Place) -> Iterable[str]:
    """What was missing of the signature's features, in who lacks not all of them; what was not harmonised."""
    columns, imputation = columns_of(material, signature.terms, place.rows, None), signature.imputes_by
    columns = columns[~_nothing(material, signature, place)]
    for name, missing in zip(signature.feature_ids, (~np.isfinite(columns)).sum(axis=0).tolist(), strict=True):
        if missing:
            yield f"{place.cohort}: {name} undefined in {missing} of {len(columns)} cases: {METHODS[imputation]}"
    if material.batches is not None:
        harmonised, batches = signature.harmonisation or {"learned": {}}, material.batches[place.rows].tolist()
        if reason := reasons(harmonised, batches):
            left = sum(name not in harmonised["learned"] for name in batches)
            yield f"{place.cohort}: {left} of {len(batches)} cases not harmonised: {reason}"


def _curve_rows(place: Place, model: ModelKey, groups: np.ndarray, cuts: tuple[float, ...]) -> Iterable[dict[str, Any]]:
    """CURVES rows: Kaplan-Meier of each group (n,) between the frozen cut-points."""
    for level, group in enumerate(group_names(cuts)):
        members = groups == level
        if not members.any():
            continue
        curve = kaplan_meier(place.outcomes.time_days[members], place.outcomes.event[members])
        keys = {"cohort": place.cohort, "kind": model.kind, "model": model.model, "group": group, "level": level + 1}
        columns = {key: getattr(curve, key).tolist() for key in ("time_days", "survival", "low", "high", "at_risk")}
        if not place.banded(members, model):
            columns |= dict.fromkeys(("low", "high"), [None] * len(curve.time_days))
        for row in zip(*columns.values(), strict=True):
            yield {**keys, **dict(zip(columns, row, strict=True))}


def prediction_rows(
    material: Material, keys: tuple[str, str, ModelKey], rows: np.ndarray, values: np.ndarray, known: np.ndarray
) -> Iterable[dict[str, Any]]:
    """PREDICTIONS rows of some patients.

    keys : split, part and model
    rows : (m,) of the material
    values : (m,) their risks
    known : (m,) whether they have every value that the model takes
    """
    split, part, model = keys
    keys_of_model, cases = {"split": split, **model._asdict()}, material.cases.iloc[rows]
    columns = cases["cohort"], cases["case"], values.tolist(), known.tolist()
    for cohort, case, risk, whole in zip(*columns, strict=True):
        yield {**keys_of_model, "cohort": cohort, "case": case, "part": part, "risk": risk, "measured": whole}
