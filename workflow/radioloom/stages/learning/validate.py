"""The frozen signature where it has not been, beside baselines and null models; cross-validation of the learning."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from radioloom.errors import StudyError
from radioloom.prediction.metrics.concordance import comparable, concordance
from radioloom.prediction.metrics.kaplan_meier import kaplan_meier
from radioloom.prediction.metrics.performance import Ordering, calibration_slope, contrast, ordering, uno
from radioloom.prediction.outcome import Outcome
from radioloom.provenance import rng
from radioloom.stages.learning.controls import control_gaps, control_materials, control_risks, relearned_risks
from radioloom.stages.learning.fit import CLINICAL, COMBINED, NULL_MODEL, THE_SIGNATURE, Judged, learn, risks
from radioloom.stages.learning.reduce import Material, selection_rows, without_baselines
from radioloom.stats.bootstrap import percentile_interval, permutation_within, resample_weights
from radioloom.tables.columns import BASELINE, FROZEN, MAIN_METRIC, NULL

if TYPE_CHECKING:
    import pandas as pd

APPARENT, CROSS_VALIDATION, VALIDATION = "apparent", "cross-validation", "validation"
NOT_A_NUMBER = (float("nan"), float("nan"))
Given: TypeAlias = "tuple[Material, dict[str, Material]]"  # of the real images, and of each control


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
    """Where models are judged: an evaluation of one cohort (or of all training cohorts together)."""

    evaluation: str
    cohort: str
    rows: np.ndarray  # (m,) of the material
    outcomes: Outcome  # (m,)
    weights: np.ndarray  # (b, m) resamples, the same for all models and evaluations of these patients

    def metric(self, judged: Judged, name: str, estimate: float, interval: tuple[float, float]) -> dict[str, Any]:
        """A row of METRICS: the value of one model."""
        keys = {"evaluation": self.evaluation, "cohort": self.cohort, **judged._asdict(), "against": "", "metric": name}
        values = {"estimate": estimate, "low": interval[0], "high": interval[1]}
        return {**keys, **values, "n": len(self.rows), "n_events": self.outcomes.n_events}

    def difference(self, pair: tuple[Judged, Judged], orderings: dict[Judged, Ordering]) -> dict[str, Any]:
        """A row of METRICS: the main metric of the first model minus that of the other, on the same resamples."""
        first, other = (orderings[each] for each in pair)
        interval = percentile_interval(first.resamples - other.resamples)
        row = self.metric(pair[0], MAIN_METRIC[self.outcomes.kind], first.estimate - other.estimate, interval)
        return {**row, "against": pair[1].model, "variant": pair[1].variant}


@dataclass(frozen=True, slots=True)
class _Folds:
    """Repeated cross-validation: rows of each fold, and who is in which fold of which repeat."""

    names: list[list[str]]  # [repeat][fold]
    train: dict[str, np.ndarray]  # rows of the material
    test: dict[str, np.ndarray]
    label: np.ndarray  # (repeats, m): fold in which each training case is predicted


def validate(
    made: Material, splits: pd.DataFrame, signature: dict[str, Any], controls: pd.DataFrame | None = None
) -> Validation:
    """Judge a frozen `signature` on SPLITS, and on CONTROLS where the study has any.

    Evaluations: `apparent` (training cohorts, too good by construction), `cross-validation` (inside the training
    cohorts: reduce, fit and baselines learned anew in each fold) and `validation` (each validation cohort). Intervals
    are bootstrap percentiles over patients, stratified by event; they hold the learning fixed. Differences are paired:
    the signature minus each baseline and each control, and clinical+signature minus clinical. The `null`
    model repeats the whole learning with permuted training outcomes: its estimate is the mean over the repeats, its
    interval their 2.5 and 97.5 % quantiles, and `null_p` of the signature the share of null models that do as well.
    A control is the signature itself (same features, coefficients, cut-point) on the control images of the same
    patients; in cross-validation, as its variant `refitted`, also the whole learning anew from control images.
    Raises StudyError for a signature of another profile.
    """
    if signature["profile"] != made.profile:
        raise StudyError(
            f"the signature is of profile {signature['profile']}, the features of {made.profile}; fit it again"
        )
    found = Validation()
    places = _places(made, splits)
    training = places[0]
    changed = control_materials(made, controls)
    found.notes.extend(control_gaps(changed))
    observed = [_judge((made, changed), signature, place, found) for place in places]
    of_nulls = list(_null_models(made, places, _nulls(made, training, np.zeros((1, len(training.rows))))))
    folds = _folds(made, splits, training.rows)
    if folds.names:
        places.append(replace(training, evaluation=CROSS_VALIDATION))
        nulls = _nulls(made, training, folds.label)  # within folds, so that each keeps its events
        inside, null_inside = _cross_validate((made, changed), folds, places[-1], nulls, found)
        observed.append(inside)
        of_nulls.append(null_inside)
    for place, estimate, values in zip(places, observed, of_nulls, strict=True):
        found.metrics.extend(_null_metrics(place, estimate, values))
    return found


def _nulls(made: Material, training: _Place, strata: np.ndarray) -> list[Outcome]:
    """Outcomes of the training cases permuted within strata (r, m), one row for each null model in turn."""
    draws = [rng(made.study["seed"], "null", str(k)) for k in range(made.study["validation"]["null_models"])]
    orders = [permutation_within(strata[k % len(strata)], generator) for k, generator in enumerate(draws)]
    return [training.outcomes.take(order) for order in orders]


def _places(made: Material, splits: pd.DataFrame) -> list[_Place]:
    """Training cohorts together, then each validation cohort."""
    train, test = made.rows(splits, FROZEN, "train"), made.rows(splits, FROZEN, "test")
    cohorts = made.cases["cohort"].to_numpy(object)
    named = [(APPARENT, "+".join(sorted(set(cohorts[train]))), train)]
    named += [(VALIDATION, cohort, test[cohorts[test] == cohort]) for cohort in sorted(set(cohorts[test]))]
    places = []
    for evaluation, cohort, rows in named:
        outcomes = made.outcomes.take(rows)
        draws = rng(made.study["seed"], "bootstrap", cohort)
        weights = resample_weights(outcomes.event, made.study["validation"]["bootstrap"], draws)
        places.append(_Place(evaluation, cohort, rows, outcomes, weights))
    return places


def _judge(given: Given, signature: dict[str, Any], place: _Place, found: Validation) -> float:
    """Predictions, orderings, calibration and, for survival, curves at the frozen cut-point; C of the signature."""
    made, changed = given
    risk = risks(made, signature, place.rows) | control_risks(changed, signature, place.rows)
    part = "train" if place.evaluation == APPARENT else "test"
    orderings = {name: ordering(place.outcomes, values[None], place.weights) for name, values in risk.items()}
    found.metrics.extend(_ordering_metrics(place, orderings))
    for name, values in risk.items():
        found.predictions.extend(_prediction_rows(made, (FROZEN, part, name), place.rows, values))
        slope, low, high = calibration_slope(place.outcomes, values)
        found.metrics.append(place.metric(name, "calibration_slope", slope, (low, high)))
        if place.outcomes.kind == "survival":
            order = uno(place.outcomes, values, place.weights)
            found.metrics.append(place.metric(name, "uno_c", order.estimate, percentile_interval(order.resamples)))
            entry = (
                signature["baselines"][name.model] if name.kind == BASELINE else signature
            )  # a control is the signature
            _judge_groups(place, name, values > entry["cut_point"], found)
    found.notes.extend(_gaps(made, signature, place))
    return orderings[THE_SIGNATURE].estimate


def _gaps(made: Material, signature: dict[str, Any], place: _Place) -> Iterable[str]:
    """What was missing of the signature's features, and so counted as the training mean; what was not harmonised."""
    for term in signature["features"]:
        missing = int((~np.isfinite(made.values[place.rows, made.place(term["feature_id"])])).sum())
        if missing:
            yield f"{place.cohort}: {term['feature_id']} undefined in {missing} of {len(place.rows)} cases, mean taken"
    if made.batches is not None:
        known = signature["harmonisation"]["learned"]
        left = [name or "not stated" for name in made.batches[place.rows].tolist() if name not in known]
        if left:
            many = f"{len(left)} of {len(place.rows)} cases"
            yield f"{place.cohort}: {many} not harmonised, training has too few of {', '.join(sorted(set(left)))}"


def _judge_groups(place: _Place, name: Judged, high_risk: np.ndarray, found: Validation) -> None:
    """Log-rank p, hazard ratio and Kaplan-Meier curves of the patients above the cut-point and of the others."""
    against = contrast(place.outcomes, high_risk)
    found.metrics.append(place.metric(name, "logrank_p", against.logrank_p, NOT_A_NUMBER))
    found.metrics.append(place.metric(name, "hazard_ratio", against.hazard_ratio, (against.low, against.high)))
    for group, members in (("high", high_risk), ("low", ~high_risk)):
        if not members.any():
            continue
        curve = kaplan_meier(place.outcomes.time_days[members], place.outcomes.event[members])
        keys = {"cohort": place.cohort, "kind": name.kind, "model": name.model, "group": group}
        columns = {key: getattr(curve, key).tolist() for key in ("time_days", "survival", "low", "high", "at_risk")}
        rows = zip(*columns.values(), strict=True)
        found.curves.extend({**keys, **dict(zip(columns, row, strict=True))} for row in rows)


def _ordering_metrics(place: _Place, orderings: dict[Judged, Ordering]) -> Iterable[dict[str, Any]]:
    """C or AUC of each model, of the signature minus each other, and of clinical+signature minus clinical."""
    metric = MAIN_METRIC[place.outcomes.kind]
    for name, order in orderings.items():
        yield place.metric(name, metric, order.estimate, percentile_interval(order.resamples))
    clinical, combined = Judged(BASELINE, CLINICAL), Judged(BASELINE, COMBINED)
    pairs = [(THE_SIGNATURE, name) for name in orderings if name not in (THE_SIGNATURE, combined)]
    pairs += [(combined, clinical)] if combined in orderings else []
    for pair in pairs:
        yield place.difference(pair, orderings)


def _folds(made: Material, splits: pd.DataFrame, rows: np.ndarray) -> _Folds:
    listed = splits.loc[splits["repeat"] > 0, ["repeat", "fold", "split"]].drop_duplicates()
    listed = listed.sort_values(["repeat", "fold"])
    grouped = [rows_of["split"].tolist() for _, rows_of in listed.groupby("repeat")]
    names, repeats = listed["split"].tolist(), grouped
    train = {name: made.rows(splits, name, "train") for name in names}
    test = {name: made.rows(splits, name, "test") for name in names}
    label = np.zeros((len(repeats), len(rows)), dtype=np.int64)
    for k, group in enumerate(grouped):
        for fold, name in enumerate(group):
            label[k, np.searchsorted(rows, test[name])] = fold
    return _Folds(grouped, train, test, label)


def _cross_validate(
    given: Given, folds: _Folds, place: _Place, nulls: list[Outcome], found: Validation
) -> tuple[float, np.ndarray]:
    """Learn anew in each fold and judge its test part by pairs within the fold.

    Returns C of the signature, and C of each null model (one repeat each, in turn), whose training cases have the
    outcomes that `nulls` gives them.
    """
    made, changed = given
    risk: dict[Judged, np.ndarray] = {}
    null_risk = np.zeros((len(nulls), len(place.rows)))
    turn = np.arange(len(nulls)) % len(folds.names)
    notes = []
    for k, group in enumerate(folds.names):
        for name in group:
            train, test = (np.searchsorted(place.rows, part[name]) for part in (folds.train, folds.test))
            inside, altered = made.within(name), {key: each.within(name) for key, each in changed.items()}
            learnt = learn(inside, folds.train[name], [place.outcomes.take(train)])[0]
            found.selection.extend(selection_rows(made, learnt.reduction, name))
            notes.append(learnt.signature["note"])
            judged = risks(made, learnt.signature, folds.test[name])
            judged |= control_risks(changed, learnt.signature, folds.test[name])
            judged |= relearned_risks(altered, folds.train[name], folds.test[name])
            for model, values in judged.items():
                found.predictions.extend(_prediction_rows(made, (name, "test", model), folds.test[name], values))
                risk.setdefault(model, np.zeros(folds.label.shape))[k, test] = values
            mine = np.flatnonzero(turn == k)
            taught = learn(without_baselines(inside), folds.train[name], [nulls[m].take(train) for m in mine])
            for m, of_null in zip(mine, taught, strict=True):
                null_risk[m, test] = risks(made, of_null.signature, folds.test[name])[THE_SIGNATURE]
    if any(notes):
        found.notes.append(f"{sum(map(bool, notes))} of {len(notes)} folds: the signature was empty or needed a ridge")
    orderings = {name: ordering(place.outcomes, values, place.weights, folds.label) for name, values in risk.items()}
    found.metrics.extend(_ordering_metrics(place, orderings))
    of_nulls = [concordance(comparable(o, folds.label[r]), x) for o, r, x in zip(nulls, turn, null_risk, strict=True)]
    return orderings[THE_SIGNATURE].estimate, np.array(of_nulls)


def _null_models(made: Material, places: list[_Place], nulls: list[Outcome]) -> np.ndarray:
    """C (places, nulls) of the whole learning with permuted outcomes: how models that know nothing look."""
    values = np.empty((len(places), len(nulls)))
    for k, learnt in enumerate(learn(without_baselines(made), places[0].rows, nulls)):
        for p, place in enumerate(places):
            truth = nulls[k] if place.evaluation == APPARENT else place.outcomes
            values[p, k] = concordance(comparable(truth), risks(made, learnt.signature, place.rows)[THE_SIGNATURE])
    return values


def _null_metrics(place: _Place, observed: float, values: np.ndarray) -> Iterable[dict[str, Any]]:
    """The spread of the null models, and the share of them that does as well as the signature."""
    sound = values[np.isfinite(values)]
    if len(sound):
        metric = MAIN_METRIC[place.outcomes.kind]
        yield place.metric(Judged(NULL, NULL_MODEL), metric, float(sound.mean()), percentile_interval(sound))
        share = (1 + int((sound >= observed).sum())) / (1 + len(sound))
        yield place.metric(THE_SIGNATURE, "null_p", share, NOT_A_NUMBER)


def _prediction_rows(
    made: Material, keys: tuple[str, str, Judged], rows: np.ndarray, values: np.ndarray
) -> Iterable[dict[str, Any]]:
    split, part, judged = keys
    cases = made.cases.iloc[rows]
    for cohort, case, risk in zip(cases["cohort"], cases["case"], values.tolist(), strict=True):
        yield {"split": split, **judged._asdict(), "cohort": cohort, "case": case, "part": part, "risk": risk}
