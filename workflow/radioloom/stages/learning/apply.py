"""Stage apply: risks of new patients by a frozen signature."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.errors import StudyError
from radioloom.prediction.cut_points import group_names, group_of
from radioloom.prediction.imputation import ITERATIVE, MEAN, NONE
from radioloom.prediction.models import MODELS
from radioloom.settings import meant
from radioloom.stages.learning.beyond import (
    NOT_FINITE,
    check_indicators,
    check_scale,
    far_values,
    horizon_fault,
    impossible,
    other_units,
)
from radioloom.stages.learning.harmonise import reasons
from radioloom.stages.learning.risks import lacks_all, takes_risk
from radioloom.stages.learning.signature import COVARIATE, Signature, Term
from radioloom.tables.columns import SIGNATURE

if TYPE_CHECKING:
    import pandas as pd

DONE = {  # of a missing value, by what `Signature.imputes_by` says
    NONE: "and the model was learnt without imputation",
    MEAN: "the training mean taken",
    ITERATIVE: "told by the model's other values",
}
ALIKE = 0.9  # from which a name may be a feature's misspelt: original_glcm_Contrast and original_glrlm_... are 0.65
ALIKE_ALL = "the model has neither features nor covariates: everybody has the same risk, and no group"
NOTHING = "no risk: nothing that the model predicts from is known"
Case = tuple[str, str]  # cohort ("" where none is named) and case


@dataclass(frozen=True, slots=True)
class NewPatients:
    """What a signature predicts from, of patients that it was not learnt on.

    values : one row for each (cohort, case), one column for each feature and covariate; NaN where missing
    batches : (n,) what scanner and protocol the values are of; None where nothing says so
    faults : why a case could not be measured at all
    known : names of all that was there, for messages
    """

    values: pd.DataFrame
    batches: np.ndarray | None = None
    faults: Mapping[Case, str] = field(default_factory=dict)
    known: Sequence[str] = ()


def apply(
    signature: Signature, patients: NewPatients, horizons: Sequence[float] = (), model: str = SIGNATURE
) -> list[dict[str, Any]]:
    """APPLIED rows of all patients, those without a risk among them.

    horizons : days at which absolute risks are asked for; none of a binary outcome, which has a probability anyway
    model : `signature`, or the name of a baseline of its file
    A missing value is treated as the model of the file was learnt (`Signature.imputes_by`), and what was done is told.
    A patient without any value of a feature (of a model without features: of a covariate) has no risk, nor one who
    lacks a value where the model imputes none. By a model without terms all have one risk, and no group.
    Raises StudyError where a feature or covariate was measured of nobody, the batch is not said of a harmonised
    signature, no risk at a horizon can be said, or an indicator (0 or 1 in training) has another value. Values far from
    those of training, and a risk that no patient has, are told in `note`.
    """
    chosen = chosen_model(signature, model)
    days = _horizons(chosen, horizons)
    terms = _terms(signature, chosen)
    _check_columns(terms, patients, signature)
    _check_batches(signature, chosen, patients)
    values, models = patients.values, [chosen]
    if takes_risk(chosen.terms):
        models = [signature, chosen]
        values = values.assign(**{SIGNATURE: signature.risk(values, patients.batches)})
    check_indicators(models, values)
    check_scale(models, values)
    risk = chosen.risk(values, patients.batches).to_numpy(np.float64)
    beyond = [*other_units(models, values), *far_values(models, values, patients.batches)]
    columns = values[[term.feature_id for term in terms]].to_numpy(np.float64)
    missing = ~np.isfinite(columns)
    nothing = lacks_all(terms, columns)
    risk = np.where(nothing, np.nan, risk)
    absolute = chosen.probability(risk, np.array(days)) if days else None
    rows = []
    for k, (cohort, case) in enumerate(values.index):
        lacking = [term.feature_id for term, gone in zip(terms, missing[k], strict=True) if gone]
        note = NOTHING if nothing[k] else _note(signature, patients, k, _filled(chosen, lacking))
        too_large = not (lacking or np.isfinite(risk[k]))
        far = [NOT_FINITE] * too_large + [text for row, text in beyond if row == k]
        far += [impossible(chosen, risk[k])] if np.isfinite(risk[k]) else []
        far += [] if terms else [ALIKE_ALL]
        note = "; ".join(filter(None, [note, *far]))
        known = {
            "cohort": cohort,
            "case": case,
            "model": model,
            "n_missing": len(lacking),
            "missing": ", ".join(lacking),
        }
        known |= {"risk": _number(risk[k]), "group": _group(chosen, risk[k]), "note": note}
        for place, day in enumerate(days or (0.0,)):
            chance = None if absolute is None else _number(absolute[k, place])
            rows.append({**known, "horizon_days": day, "absolute_risk": chance})
    return rows + [
        _unmeasured(case, model, day, why) for case, why in patients.faults.items() for day in days or (0.0,)
    ]


def needed(signature: Signature, model: str = SIGNATURE) -> list[str]:
    """Ids of the features, and names of the covariates, that a model of the file rests on."""
    return [term.feature_id for term in _terms(signature, chosen_model(signature, model))]


def chosen_model(signature: Signature, name: str) -> Signature:
    """The signature or a baseline of its file; StudyError where it has none of this name."""
    if name != SIGNATURE and name not in signature.baselines:
        known = ", ".join([SIGNATURE, *signature.baselines])
        raise StudyError(f"the signature's file has no model {name!r}; it has {known}")
    return signature if name == SIGNATURE else signature.baselines[name]


def _horizons(model: Signature, asked: Sequence[float]) -> list[float]:
    """Days at which a probability is told, each once; 0 of an outcome without times."""
    if MODELS[model.model].link is not None:
        if asked:
            raise StudyError("the signature is of a binary outcome, which has no horizon; leave --horizon out")
        return [0.0]
    for day in asked:
        if model.hazard is None:
            raise StudyError(
                "the signature's file has no baseline hazard (files before version 4, and published ones without "
                "`baseline`): it orders patients and gives no absolute risk; leave --horizon out"
            )
        if limit := horizon_fault(model.hazard, day):
            raise StudyError(f"a risk at {day:g} days cannot be said: the model {limit}; ask for another horizon")
    return sorted(set(map(float, asked)))


def _terms(signature: Signature, model: Signature) -> list[Term]:
    """Features and covariates that a model rests on, each once; in the place of the signature's risk its features."""
    every = [
        *(signature.terms if takes_risk(model.terms) else ()),
        *(each for each in model.terms if each.group != SIGNATURE),
    ]
    return list({term.feature_id: term for term in every}.values())


def _check_columns(terms: Sequence[Term], patients: NewPatients, signature: Signature) -> None:
    for term in terms:
        if term.feature_id in patients.values.columns:
            continue
        near = otherwise(term.feature_id, patients.known, terms)
        if term.group == COVARIATE:
            raise StudyError(
                f"the model takes the covariate {term.feature_id!r}; give a table with the columns `case` and "
                f"{term.feature_id!r}: --clinical FILE"
            )
        raise StudyError(
            f"the signature's feature {term.feature_id!r} was not measured here; {near and f'{near} Else '}extract "
            f"with its profile ({signature.profile})"
        )


def otherwise(name: str, known: Iterable[str], terms: Iterable[Term]) -> str:
    """`did you mean 'x'?` where a feature seems to be there under another name; never one that the terms name too."""
    return meant(name, sorted(set(known) - {term.feature_id for term in terms}), ALIKE)


def _check_batches(signature: Signature, model: Signature, patients: NewPatients) -> None:
    mapped = any(term.batches for each in (signature, model) for term in each.terms)
    if patients.batches is None and (signature.harmonisation or mapped):
        known = signature.harmonisation or {"batch": ["batch"], "learned": {}}
        raise StudyError(
            f"the signature is harmonised by {', '.join(known['batch'])}, and nothing says of what batch these "
            f"patients are; add a column `batch`{_choice(known['learned'])}, to the table or to that of --clinical"
        )


def _choice(learned: Mapping[str, Any]) -> str:
    return f" (learnt were: {'; '.join(sorted(learned))})" if learned else ""


def _note(signature: Signature, patients: NewPatients, k: int, filled: str) -> str:
    reason = ""
    if patients.batches is not None and signature.harmonisation:
        reason = reasons(signature.harmonisation, [str(patients.batches[k])])
    return "; ".join(filter(None, (filled, f"not harmonised: {reason}" if reason else "")))


def _filled(model: Signature, lacking: Sequence[str]) -> str:
    """What became of the values that a patient lacks; "" where none is lacking."""
    if not lacking:
        return ""
    gone = f"{', '.join(lacking)} missing"
    if model.complete:
        return f"no risk: {gone}, and the signature has no mean to take"
    return f"{'no risk: ' if model.imputes_by == NONE else ''}{gone}, {DONE[model.imputes_by]}"


def _group(model: Signature, risk: float) -> str:
    if not model.cuts or not model.terms or not np.isfinite(risk):
        return ""
    return group_names(model.cuts)[int(group_of(np.array([risk]), model.cuts)[0])]


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _unmeasured(case: Case, model: str, day: float, why: str) -> dict[str, Any]:
    keys = {"cohort": case[0], "case": case[1], "model": model, "horizon_days": day, "group": ""}
    return {**keys, "risk": None, "absolute_risk": None, "n_missing": 0, "missing": "", "note": f"no risk: {why}"}


def summary(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """What a person should know of the rows, a line each: who has no risk, what was missing, what not harmonised."""
    each = {(row["cohort"], row["case"]): row["note"] for row in rows}
    if len(each) > 1 and set(each.values()) == {ALIKE_ALL}:
        return iter([f"all {len(each)} cases: {ALIKE_ALL}"])
    return (f"{'/'.join(filter(None, key))}: {note}" for key, note in each.items() if note)
