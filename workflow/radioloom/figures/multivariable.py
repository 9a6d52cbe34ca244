"""Multivariable table: the coefficients of every model of a study, as training gave them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from radioloom.figures.exhibit import Exhibit
from radioloom.figures.words import DASH, apart, number, plain, probability
from radioloom.stats.constancy import SAME
from radioloom.tables.columns import FEWEST_EVENTS, SIGNATURE, WIDEST

NO_COEFFICIENTS = "this kind of model has no coefficients"
NO_ERRORS = "this kind of model knows no error of its coefficients"
PENALISED = "held by a ridge: the outcome is separated or the variables are collinear"
FEW = f"fewer than {FEWEST_EVENTS} events in training"
CONSTANT = "did not vary in training"
VAGUE = "it would be more than a thousandfold wide: the outcome is all but separated, or variables nearly collinear"
NOT_APART = "the risk of patients not learnt from is not known, or always the same"


def table(model: Any) -> Exhibit:
    """One row per model and variable: coefficient, ratio with its interval and p, or why it has none.

    A model without coefficients has one row for all its variables.

    model : the frozen signature, with its baselines
    """
    rows = []
    every = (model, *model.baselines.values())
    for each in every:
        if each.terms and all(term.coefficient is None for term in each.terms):
            rows.append((each.name, _variables(each.terms), *[DASH] * 5, NO_COEFFICIENTS))
            continue
        for term in each.terms:
            why = _why_none(each, term)
            ratio = apart(term.ratio, *ends(each, term), 1.0)
            p = DASH if why else probability(wald_p(term))
            name = "risk by the signature" if term.group == SIGNATURE else term.feature_id
            rows.append(
                (each.name, name, plain(_mean(term)), plain(term.sd), number(term.coefficient, 3), ratio, p, why)
            )
    ratio = f"{next((each.ratio for each in every if each.ratio), 'ratio')} per SD (95 % interval)"
    lacking = any(row[-1] for row in rows)
    heads = (
        "model",
        "variable",
        "mean",
        "SD",
        "coefficient per SD",
        ratio,
        "p",
        *["why there is no interval"] * lacking,
    )
    return Exhibit(heads, tuple(row[: len(heads)] for row in rows), (2, 3, 4, 5, 6), grouped=True)


def wald_p(term: Any) -> float:
    """Two-sided p of a coefficient by what its interval (95 %) is of: normal, or t where imputations were pooled."""
    from scipy import special

    half = (math.log(term.high) - math.log(term.low)) / 2
    degrees = math.inf if term.degrees is None else term.degrees
    return float(2 * special.stdtr(degrees, -abs(term.coefficient) / half * special.stdtrit(degrees, 0.975)))


def _variables(terms: Sequence[Any]) -> str:
    """What the one row of a model without coefficients is of."""
    return f"all {len(terms)}" if len(terms) > 1 else str(terms[0].feature_id)


def _mean(term: Any) -> float:
    """The mean in training, 0 where it is what rounding alone can make of 0."""
    return 0.0 if abs(term.mean) < SAME * term.sd else float(term.mean)


def ends(model: Any, term: Any) -> tuple[float, float]:
    """The interval of the ratio of a term; NaN where it has none."""
    return (math.nan, math.nan) if _why_none(model, term) else (term.low, term.high)


def _why_none(model: Any, term: Any) -> str:
    """Why a term has no interval; "" where it has one."""
    if term.coefficient is None:
        return NO_COEFFICIENTS
    if term.low is None or term.high is None:
        return NO_ERRORS
    if term.low == term.high:
        return NOT_APART if term.group == SIGNATURE else CONSTANT
    if model.ridge:
        return PENALISED
    if model.n_events < FEWEST_EVENTS:
        return FEW
    return VAGUE if term.high > WIDEST * term.low else ""
