"""The frozen signature where it has not been, beside baselines and null models; cross-validation of the learning."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.errors import StudyError
from radioloom.provenance import rng
from radioloom.stages.fit import CLINICAL, COMBINED, SIGNATURE, learn, risks
from radioloom.stages.reduce import Material, selection_rows
from radioloom.stages.split import FROZEN
from radioloom.stats.bootstrap import percentile_interval, resample_weights
from radioloom.survival.concordance import comparable, concordance
from radioloom.survival.curves import kaplan_meier
from radioloom.survival.performance import METRIC, Ordering, calibration_slope, contrast, ordering

if TYPE_CHECKING:
    import pandas as pd

NULL, VOLUME = "null", "volume"
APPARENT, CROSS_VALIDATION, VALIDATION = "apparent", "cross-validation", "validation"


@dataclass(frozen=True, slots=True)
class Validation:
    """Rows of the tables PREDICTIONS, METRICS, CURVES, and SELECTION of the folds; notes are for the log."""

    predictions: list[dict[str, Any]] = field(default_factory=list)
    metrics: list[dict[str, Any]] = field(default_factory=list)
    curves: list[dict[str, Any]] = field(default_factory=list)
    selection: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where models are judged: an evaluation, a cohort and its rows."""

    evaluation: str
    cohort: str
    rows: np.ndarray
    weights: np.ndarray  # resamples (b, n)


def validate(made: Material, splits: pd.DataFrame, signature: dict[str, Any]) -> Validation:
    """Judge a frozen `signature` on SPLITS.

    Evaluations: `apparent` (training cohorts, too good by construction), `cross-validation` (inside the training
    cohorts: reduce, fit and baselines learned anew in each fold) and `validation` (each validation cohort). Intervals
    are bootstrap percentiles over patients, stratified by event; they hold the learning fixed. Differences are paired,
    `delta_c_index` is signature minus volume, `delta_c_index_<baseline>` minus another baseline. The `null`
    model repeats the whole learning with permuted training outcomes: its estimate is the mean over the repeats and its
    interval their 2.5 and 97.5 % quantiles. Raises StudyError for a signature of another profile.
    """
    if signature["profile"] != made.profile:
        raise StudyError(
            f"the signature is of profile {signature['profile']}, the features of {made.profile}; fit it again"
        )
    found = Validation()
    places = _places(made, splits)
    for place in places:
        _judge_frozen(made, signature, place, found)
    _cross_validate(made, splits, places[0], found)
    _null_models(made, places, found)
    return found


def _places(made: Material, splits: pd.DataFrame) -> list[_Place]:
    """Training cohorts together, then each validation cohort."""
    train, test = made.rows(splits, FROZEN, "train"), made.rows(splits, FROZEN, "test")
    cohorts = made.cases["cohort"].to_numpy(object)
    named = [(APPARENT, "+".join(sorted(set(cohorts[train]))), train)]
    named += [(VALIDATION, cohort, test[cohorts[test] == cohort]) for cohort in sorted(set(cohorts[test]))]
    n, seed = made.study["validation"]["bootstrap"], made.study["seed"]
    return [
        _Place(what, cohort, rows, resample_weights(made.outcomes.event[rows], n, rng(seed, "bootstrap", cohort)))
        for what, cohort, rows in named
    ]


def _judge_frozen(made: Material, signature: dict[str, Any], place: _Place, found: Validation) -> None:
    """Predictions, orderings, calibration and, for survival, curves at the frozen cut-point in one place."""
    outcomes = made.outcomes.take(place.rows)
    risk = risks(made, signature, place.rows)
    part = "train" if place.evaluation == APPARENT else "test"
    for name, values in risk.items():
        found.predictions.extend(_prediction_rows(made, FROZEN, name, (place.rows, part), values))
    orderings = {name: ordering(outcomes, values[None], place.weights) for name, values in risk.items()}
    _add_orderings(made, place, place.evaluation, orderings, found)
    for name, values in risk.items():
        found.metrics.append(
            _metric(made, place, place.evaluation, name, ("calibration_slope", *calibration_slope(outcomes, values)))
        )
        if outcomes.kind == "survival":
            cut = signature["cut_point"] if name == SIGNATURE else signature["baselines"][name]["cut_point"]
            _judge_groups(made, place, name, values > cut, found)


def _judge_groups(made: Material, place: _Place, name: str, high_risk: np.ndarray, found: Validation) -> None:
    outcomes = made.outcomes.take(place.rows)
    against = contrast(outcomes, high_risk)
    nan = float("nan")
    for row in (
        ("logrank_p", against.logrank_p, nan, nan),
        ("hazard_ratio", against.hazard_ratio, against.low, against.high),
    ):
        found.metrics.append(_metric(made, place, place.evaluation, name, row))
    for group, members in (("high", high_risk), ("low", ~high_risk)):
        if members.any():
            curve = kaplan_meier(outcomes.time_days[members], outcomes.event[members])
            columns = (curve.time_days, curve.survival, curve.low, curve.high, curve.at_risk)
            keys = {"cohort": place.cohort, "model": name, "group": group}
            found.curves.extend(
                {
                    **keys,
                    "time_days": float(t),
                    "survival": float(s),
                    "low": float(a),
                    "high": float(b),
                    "at_risk": int(r),
                }
                for t, s, a, b, r in zip(*columns, strict=True)
            )


def _add_orderings(
    made: Material, place: _Place, evaluation: str, orderings: dict[str, Ordering], found: Validation
) -> None:
    """C or AUC of each model, and of the signature minus each baseline (clinical+signature: minus clinical)."""
    metric = METRIC[made.outcomes.kind]
    for name, order in orderings.items():
        row = (metric, order.estimate, *percentile_interval(order.resamples))
        found.metrics.append(_metric(made, place, evaluation, name, row))
    pairs = [(SIGNATURE, name) for name in orderings if name not in (SIGNATURE, COMBINED)]
    pairs += [(COMBINED, CLINICAL)] if COMBINED in orderings else []
    for name, other in pairs:
        first, second = orderings[name], orderings[other]
        low, high = percentile_interval(first.resamples - second.resamples)
        delta = f"delta_{metric}" if other == VOLUME else f"delta_{metric}_{other}"
        row = (delta, first.estimate - second.estimate, low, high)
        found.metrics.append(_metric(made, place, evaluation, name, row))


def _cross_validate(made: Material, splits: pd.DataFrame, place: _Place, found: Validation) -> None:
    """Learn anew in each fold and judge the predictions of its test part by pairs within the fold."""
    names = sorted(set(splits["split"]) - {FROZEN})
    if not names:
        return
    at = {row: k for k, row in enumerate(place.rows)}
    repeats = sorted({name[: name.index("f")] for name in names})
    fold = np.zeros((len(repeats), len(place.rows)), dtype=int)
    risk: dict[str, np.ndarray] = {}
    notes = 0
    for name in names:
        train, test = made.rows(splits, name, "train"), made.rows(splits, name, "test")
        learnt = learn(made, train, made.outcomes.take(train))
        found.selection.extend(selection_rows(made, learnt.reduction, name))
        notes += bool(learnt.signature["note"])
        k, columns = repeats.index(name[: name.index("f")]), [at[row] for row in test]
        fold[k, columns] = names.index(name)
        for model, values in risks(made, learnt.signature, test).items():
            found.predictions.extend(_prediction_rows(made, name, model, (test, "test"), values))
            risk.setdefault(model, np.zeros(fold.shape))[k, columns] = values
    outcomes = made.outcomes.take(place.rows)
    orderings = {name: ordering(outcomes, values, place.weights, fold) for name, values in risk.items()}
    _add_orderings(made, place, CROSS_VALIDATION, orderings, found)
    if notes:
        found.notes.append(f"{notes} of {len(names)} folds: the signature was empty or needed a ridge")


def _null_models(made: Material, places: list[_Place], found: Validation) -> None:
    """The whole learning repeated with permuted training outcomes; how models without truth would have looked."""
    repeats = made.study["validation"]["null_models"]
    if not repeats:
        return
    train, seed = places[0].rows, made.study["seed"]
    pairs = [comparable(made.outcomes.take(place.rows)) for place in places]
    values = np.empty((len(places), repeats))
    for k in range(repeats):
        shuffled = made.outcomes.take(train).take(rng(seed, "null", f"repeat {k}").permutation(len(train)))
        learnt = learn(made, train, shuffled)
        for p, place in enumerate(places):
            risk = risks(made, learnt.signature, place.rows)[SIGNATURE]
            values[p, k] = concordance(comparable(shuffled) if place.evaluation == APPARENT else pairs[p], risk)
    for place, of_place in zip(places, values, strict=True):
        row = (METRIC[made.outcomes.kind], float(np.mean(of_place)), *percentile_interval(of_place))
        found.metrics.append(_metric(made, place, place.evaluation, NULL, row))


def _metric(
    made: Material, place: _Place, evaluation: str, model: str, row: tuple[str, float, float, float]
) -> dict[str, Any]:
    metric, estimate, low, high = row
    events = int(made.outcomes.event[place.rows].sum())
    keys = {"evaluation": evaluation, "cohort": place.cohort, "model": model, "metric": metric}
    return {**keys, "estimate": estimate, "low": low, "high": high, "n": len(place.rows), "n_events": events}


def _prediction_rows(
    made: Material, split: str, model: str, who: tuple[np.ndarray, str], values: np.ndarray
) -> list[dict[str, Any]]:
    rows, part = who
    cases = made.cases.iloc[rows]
    return [
        {"split": split, "model": model, "cohort": cohort, "case": case, "part": part, "risk": float(risk)}
        for cohort, case, risk in zip(cases["cohort"], cases["case"], values, strict=True)
    ]
