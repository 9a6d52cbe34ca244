"""Values and risks of new patients beyond what a frozen signature was learnt on: noted, or refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from radioloom.errors import StudyError
from radioloom.prediction.models import MODELS
from radioloom.stages.learning.signature import COVARIATE, Signature, Term
from radioloom.stats.constancy import near_one
from radioloom.stats.odd_values import below_units
from radioloom.stats.scales import NEAR, ROWS, STANDARDISED
from radioloom.tables.columns import SIGNATURE

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.prediction.baseline_hazard import BaselineHazard

FAR = 5.0  # standard deviations from the training mean, by the signature's own numbers
MILLION = float(np.log(1e6))  # a risk a million times, or a millionth of, that of the mean patient is none that exists
NOT_FINITE = "no risk: its values are so large that it cannot be computed"
CODED = 1e-9  # variance of 0s and 1s is mean * (1 - mean), of any other values between them less


def check_indicators(models: Iterable[Signature], values: pd.DataFrame) -> None:
    """StudyError for a covariate that was 0 or 1 of all training patients and is something else here.

    The column may be coded otherwise (1 and 2), and then the risks of all patients are wrong, not of this one alone.
    """
    for term in (term for model in models if not model.complete for term in model.terms if _indicator(term)):
        column = values[term.feature_id].to_numpy(np.float64)
        other = np.flatnonzero(np.isfinite(column) & ~np.isin(column, (0.0, 1.0)))
        if len(other):
            raise StudyError(
                f"the covariate {term.feature_id!r} was 0 or 1 of every training case, and case "
                f"{values.index[other[0]][-1]} has {column[other[0]]:g}; write 1 where it holds, 0 where it does not, "
                "and leave the cell empty where it is not known"
            )


def check_scale(models: Iterable[Signature], values: pd.DataFrame) -> None:
    """StudyError where the features of a cohort were standardised over its own patients, and those of training not.

    Told by the features that the models take, all of which are then of mean 0 and SD 1 (or as `scales.STANDARDISED`
    says); of harmonised ones nothing is said.
    """
    terms = {term.feature_id: term for model in models for term in model.terms if not term.batches}
    known = [term for term in terms.values() if term.group not in (COVARIATE, SIGNATURE) and term.feature_id in values]
    learnt = np.array([_as_measured(term) for term in known if term.feature_id in values]).reshape(-1, 2)
    if not known or (np.abs(learnt - (0.0, 1.0)) < NEAR).all():
        return
    for cohort, rows in values[[term.feature_id for term in known]].groupby(level="cohort"):
        columns = rows.to_numpy(np.float64)
        if len(rows) < ROWS or not np.isfinite(columns).any(axis=0).all():
            continue
        if way := next((words for words, of in STANDARDISED.items() if of(columns).all()), ""):
            of = f"the features of cohort {cohort}" if cohort else "the features"
            raise StudyError(
                f"{of} have {way} over these {len(rows)} patients: they were standardised, and those that the model "
                "was learnt on were not; hand in the features as they were measured"
            )


def far_values(
    models: Iterable[Signature], values: pd.DataFrame, batches: np.ndarray | None
) -> Iterator[tuple[int, str]]:
    """Row and note of each value (n rows) farther than `FAR` from the training mean, once a row and term.

    Nothing is told by a published signature whose training means are not known.
    """
    told = set()
    for model in models:
        if model.complete or not model.terms:
            continue
        mean, sd = np.array([(term.mean, term.sd) for term in model.terms]).T
        z = (model.on_scale(values[model.feature_ids].to_numpy(np.float64), batches) - mean) / sd
        for row, place in np.argwhere(np.abs(z) > FAR):
            term, name = model.terms[place], model.terms[place].feature_id
            if term.coefficient == 0 or (row, name) in told:
                continue
            told.add((row, name))
            side = "above" if z[row, place] > 0 else "below"
            yield int(row), f"{name} is {_sds(abs(z[row, place]))} SD {side} the training mean"


def other_units(models: Iterable[Signature], values: pd.DataFrame) -> Iterator[tuple[int, str]]:
    """First row and note of a cohort (of n rows) in which a column lies far below training, as by another unit.

    Nothing is told of what is harmonised, whose training values are on a scale of their own.
    """
    cohorts = values.index.get_level_values("cohort")
    terms = {term.feature_id: term for model in models if not model.complete for term in model.terms}
    known = [term for term in terms.values() if term.group != SIGNATURE and not term.batches and _as_measured(term)[0]]
    for cohort in cohorts.unique() if known else ():
        rows = np.flatnonzero(cohorts == cohort)
        columns = values[[term.feature_id for term in known]].to_numpy(np.float64)[rows]
        mean, sd = np.array([_as_measured(term) for term in known]).T
        for k in np.flatnonzero(below_units(columns, mean, sd)):
            note = (
                f"the median {known[k].feature_id} of these {len(rows)} cases is {np.nanmedian(columns[:, k]):.3g}, "
                f"and training lay about {mean[k]:.3g}: are both in one unit?"
            )
            yield int(rows[0]), note


def _as_measured(term: Term) -> tuple[float, float]:
    """About where the training values of a term lay, and how widely, before they were mapped."""
    learnt = term.scaling or {}
    if "knots" in learnt:
        knots, exponent = near_one(np.array(learnt["knots"]))
        return float(np.ldexp(knots.mean(), exponent)), float(np.ldexp(knots.std(), exponent))
    if "unit" in learnt:
        return learnt["unit"], learnt["unit"] * float(np.expm1(term.mean + term.sd) - np.expm1(term.mean))
    return learnt.get("centre", term.mean), learnt.get("spread", term.sd)


def horizon_fault(hazard: BaselineHazard, days: float) -> str:
    """Why no risk at a horizon can be said, to come after "the model"; "" where it can be."""
    if not days > 0:
        return "gives risks at days above 0"
    if limit := hazard.limit(days):
        return limit
    if hazard.time_days and days < hazard.time_days[0]:
        return (
            f"was learnt on patients who had no event before day {hazard.time_days[0]:g}, so that all risks "
            f"are 0; give days (if these are years {days * 365.25:.0f}, if months {days * 30.4375:.0f})"
        )
    return ""


def impossible(model: Signature, risk: float) -> str:
    """That a linear predictor is one that no patient has; "" elsewhere, and where risks are on no log scale."""
    of_odds = MODELS[model.model].link is not None
    if not model.ratio or (model.complete and model.hazard is None and not of_odds):
        return ""
    centre = 0.0 if of_odds else model.intercept if model.hazard is None else model.hazard.centre
    far = risk - centre
    if abs(far) <= MILLION:
        return ""
    of_whom = "odds" if of_odds else "the hazard of the mean training patient"
    times = f"10 to the power of {far / np.log(10):.3g}"
    return f"an impossible risk ({of_whom} {'of' if of_odds else 'times'} {times}): do not use it; correct the values"


def _indicator(term: Term) -> bool:
    """Whether training had 0 and 1 alone, which mean and SD tell."""
    spread = term.mean * (1 - term.mean)
    return term.group == COVARIATE and term.scaling is None and spread > 0 and abs(term.sd**2 - spread) < CODED


def _sds(far: float) -> str:
    return f"{far:.0f}" if far < 1e4 else f"{far:.0e}"
