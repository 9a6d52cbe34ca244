"""Stage follow: the frozen signature in each period of a cohort that goes on, beside limits of what chance does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import special

from radioloom.prediction.metrics import main_metric
from radioloom.prediction.metrics.calibration import OBSERVED_EXPECTED, SLOPE
from radioloom.prediction.metrics.person_time import EXPECTED, by_chance, events_expected, fewest_expected, known_time
from radioloom.prediction.metrics.record import Judged
from radioloom.prediction.outcome import one_case_each
from radioloom.provenance import rng
from radioloom.stages.learning.absolute_risk import at_horizon, horizons_of
from radioloom.stages.learning.enter import UNKNOWN
from radioloom.stages.learning.frozen import Frozen
from radioloom.stages.learning.risks import THE_SIGNATURE
from radioloom.stages.learning.signature import Signature
from radioloom.stats.cusum import binary_limit, binary_scores, cusum, survival_limit, survival_scores
from radioloom.stats.normal import Z95
from radioloom.tables.columns import CROSS_VALIDATION, FEW_EVENTS, FROZEN
from radioloom.tables.follow import ALONE, OVER, SO_FAR, UNDER, WITHIN

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]
References = dict[tuple[str, str, str], Row]  # of METRICS, by kind, model and metric
MOST_OF_ONE = 1e6  # events expected of one patient, at most: more are of values in another unit, and sums stay finite
FIRST = "first"  # `reference` of a cohort's `follow`
COLUMNS = (
    "kind",
    "model",
    "metric",
    "horizon_days",
    "estimate",
    "low",
    "high",
    "withheld",
    "n",
    "n_measured",
    "n_events",
)
IDEAL = {SLOPE.name: 1.0, OBSERVED_EXPECTED.name: 1.0, EXPECTED.name: 1.0}  # of a signature that is calibrated
# On which scale of a metric its intervals are symmetric, there and back; the others on their own.
SCALES = {
    "c_index": (special.logit, special.expit),
    "auc": (special.logit, special.expit),
    OBSERVED_EXPECTED.name: (np.log, np.exp),
}
NO_LIMITS: Row = {"reference": None, "of_period": 0, "limit_low": None, "limit_high": None, "verdict": ""}


@dataclass(frozen=True, slots=True)
class Followed:
    """Rows of FOLLOWED and CUSUM."""

    followed: list[Row] = field(default_factory=list)
    cusum: list[Row] = field(default_factory=list)


def follow(
    judged: list[Frozen], periods: pd.DataFrame, metrics: pd.DataFrame, signature: Signature, study: dict[str, Any]
) -> Followed:
    """Judge the frozen models by period.

    judged : as `frozen` gives it; periods : PERIODS of the cohorts that are followed; metrics : METRICS
    study : read are seed, outcome, validation, and `follow` by cohort
    Discrimination is held against that of the first period, or of the cross-validation; its limits take in that both
    are known from so many patients alone: `level` of the difference, on the scale of the metric's interval. Calibration
    is held against 1. Where there is no interval (`Place.row`) there are no limits, but of events
    over expected, which ask for enough expected ones.
    """
    known = dict(zip(zip(periods["cohort"], periods["case"], strict=True), periods["period"], strict=True))
    result = Followed()
    for each in judged:
        if asked := study["follow"].get(each.place.cohort):
            number = np.array([known.get(case, UNKNOWN) for case in each.cases])
            first = _of_cross_validation(metrics) if asked["reference"] != FIRST else {}
            result.followed.extend(_followed(each, number, (signature, first, asked), study))
            result.cusum.extend(_cusum(each, number, signature, asked, study))
    return result


def entered(
    periods: pd.DataFrame,
    judged: list[Frozen],
    predictions: pd.DataFrame,
    features: pd.DataFrame,
    clinical: pd.DataFrame,
) -> list[Row]:
    """ENTERED rows.

    periods, predictions, features, clinical : PERIODS, PREDICTIONS, FEATURES, CLINICAL; judged : see `follow`
    Where too many of a cohort lack what the signature takes nobody is judged, and `lacking` are those who do.
    """
    sound = {case for each in judged if THE_SIGNATURE in each.risks for case in each.cases}
    frozen = predictions[(predictions["split"] == FROZEN) & (predictions["kind"] == THE_SIGNATURE.kind)]
    measured, known, predicted = map(_keys, (features, clinical, frozen))
    cohorts = {cohort for cohort, _ in sound}
    lacking = {key for key in predicted - sound if key[0] in cohorts} | _keys(frozen[frozen["risk"].isna()])
    rows = []
    for (cohort, period), part in periods.groupby(["cohort", "period"]):
        mine = _keys(part)
        counts, rest = {"judged": len(mine & sound)}, mine - sound
        for name, those in (("no_features", mine - measured), ("no_outcome", mine - known), ("lacking", lacking)):
            counts[name], rest = len(rest & those), rest - those
        rows.append({"cohort": cohort, "period": period, "n": len(mine), **counts, "left_out": len(rest - predicted)})
    return rows


def _keys(rows: pd.DataFrame) -> set[tuple[str, str]]:
    return set(zip(rows["cohort"], rows["case"], strict=True))


def _of_cross_validation(metrics: pd.DataFrame) -> References:
    """Rows of METRICS that have an interval."""
    rows = metrics[
        (metrics["evaluation"] == CROSS_VALIDATION) & (metrics["against"] == "") & (metrics["variant"] == "")
    ]
    rows = rows.dropna(subset=["low"])
    return {(row["kind"], row["model"], row["metric"]): dict(row) for _, row in rows.iterrows()}


def _followed(
    judged: Frozen,
    number: np.ndarray,
    by: tuple[Signature, References, Row],
    study: dict[str, Any],
) -> Iterator[Row]:
    """Rows of one cohort.

    number : (m,) period of each case; by : signature, what models are held against, and the cohort's `follow`
    """
    signature, references, asked = by
    for period in np.unique(number[number > UNKNOWN]).tolist():
        spans = {ALONE: number == period, SO_FAR: (number > UNKNOWN) & (number <= period)}
        for span, members in spans.items():
            part = judged.part(np.flatnonzero(members), study)
            outcomes = part.place.outcomes
            free = outcomes.time_days[~outcomes.event]
            keys = {"cohort": part.place.cohort, "period": period, "span": span}
            keys["followed_days"] = float(np.median(free)) if outcomes.kind == "survival" and free.size else None
            for row in _rows(part, signature, study):
                key = row["kind"], row["model"], row["metric"]
                limits = NO_LIMITS
                if span == ALONE:
                    limits = _limits(row, references.get(key), asked["level"])
                    if asked["reference"] == FIRST and key[2] not in IDEAL and not np.isnan(row["low"] or np.nan):
                        references.setdefault(key, row | {"period": period})
                yield {**keys, **{name: row[name] for name in COLUMNS}, **limits}


def _rows(part: Frozen, signature: Signature, study: dict[str, Any]) -> Iterator[Row]:
    """Rows of METRICS of one part of a cohort; of the signature also its calibration."""
    place, main = part.place, main_metric(part.place.outcomes.kind)
    for key, risk in part.risks.items():
        asked = Judged(risk[None], place.outcomes, place.weights)
        yield place.row(key, main.name, main.of(asked))
        if key != THE_SIGNATURE:
            continue
        yield place.row(key, SLOPE.name, SLOPE.of(asked))
        if "competing" in study["outcome"]:  # 1 - S would be too high
            continue
        for horizon in horizons_of(study):
            at = at_horizon(signature, asked, horizon)
            yield place.row(key, OBSERVED_EXPECTED.name, OBSERVED_EXPECTED.of(at), horizon_days=horizon)
        if (counts := _expected(part, signature)) is not None:
            event, expected = counts
            told = replace(place, outcomes=replace(place.outcomes, event=event))
            yield told.row(key, EXPECTED.name, events_expected(int(event.sum()), float(expected.sum()))) | {
                "expected": float(expected.sum())
            }


def _expected(part: Frozen, signature: Signature) -> tuple[np.ndarray, np.ndarray] | None:
    """Who had the event, and how many events the signature expects of each, (m,) each; None where it does not say."""
    outcomes, risk = part.place.outcomes, part.risks.get(THE_SIGNATURE)
    if risk is None or signature.hazard is None or signature.hazard.alone:
        return None
    event, time = known_time(outcomes, signature.hazard)
    return event, np.minimum(signature.hazard.expected(risk, time), MOST_OF_ONE)


def _limits(row: Row, reference: Row | None, level: float) -> Row:
    """Reference, limits and verdict of a row of METRICS.

    Whether events over expected have limits is by what is expected: by what was seen, the fewest would be told least.
    """
    estimate = row["estimate"]
    if row["metric"] == EXPECTED.name:
        if row["withheld"] not in ("", FEW_EVENTS) or row["expected"] < fewest_expected(level):
            return NO_LIMITS
        low, high = by_chance(row["expected"], level)
        value = IDEAL[EXPECTED.name]
    elif row["withheld"] or np.isnan(row["low"]):
        return NO_LIMITS
    else:
        there, back = SCALES.get(row["metric"], (float, float))
        if reference is None and row["metric"] not in IDEAL:
            return NO_LIMITS
        value = IDEAL.get(row["metric"], np.nan if reference is None else reference["estimate"])
        errors = [_error(each, there) for each in (row, reference) if each is not None]
        width = float(special.ndtri((1 + level) / 2)) * float(np.hypot.reduce(errors))
        low, high = (float(back(there(value) + sign * width)) for sign in (-1, 1))
    if not np.isfinite([low, high]).all():
        return NO_LIMITS
    verdict = OVER if estimate > high else UNDER if estimate < low else WITHIN
    of_period = reference.get("period", 0) if reference is not None else 0
    return {"reference": value, "of_period": of_period, "limit_low": low, "limit_high": high, "verdict": verdict}


def _error(row: Row, there: Any) -> float:
    """Standard error of an estimate on the scale of its interval."""
    return float(there(row["high"]) - there(row["low"])) / (2 * Z95)


def _cusum(
    judged: Frozen, number: np.ndarray, signature: Signature, asked: Row, study: dict[str, Any]
) -> Iterator[Row]:
    """CUSUM rows of one cohort; none where the signature gives no probabilities."""
    part = judged.part(np.flatnonzero(number > UNKNOWN), study)
    number, risk, outcomes = number[number > UNKNOWN], part.risks.get(THE_SIGNATURE), part.place.outcomes
    if risk is None or not len(number) or "competing" in study["outcome"]:
        return
    ratios = (asked["detect"], 1 / asked["detect"])
    if outcomes.kind == "survival":
        if (counts := _expected(part, signature)) is None:
            return
        event, expected = counts
        scores = [survival_scores(event, expected, ratio) for ratio in ratios]
    else:
        probability = signature.probability(risk, np.zeros(1))
        if probability is None:
            return
        event, expected = outcomes.event, probability[:, 0]
        scores = [binary_scores(event, expected, ratio) for ratio in ratios]
    places = np.arange(1, number.max() + 1)
    sums = [np.bincount(number, each, minlength=len(places) + 1)[1:] for each in (*scores, event, expected)]
    upper, lower = cusum(sums[0]), cusum(sums[1])
    limits: list[float | None] = [None, None]
    if one_case_each(outcomes):
        draws = [rng(study["seed"], "cusum", name) for name in ("upper", "lower")]
        limits = [_limit(outcomes.kind, r, expected, asked["level"], d) for r, d in zip(ratios, draws, strict=True)]
    sizes, excess = np.bincount(number, minlength=len(places) + 1)[1:], np.cumsum(sums[2] - sums[3])
    for k, period in enumerate(places.tolist()):
        yield {
            "cohort": part.place.cohort,
            "period": period,
            "n": int(sizes[k]),
            "observed": int(sums[2][k]),
            "expected": float(sums[3][k]),
            "excess": float(excess[k]),
            "upper": float(upper[k]),
            "lower": float(lower[k]),
            "upper_limit": limits[0],
            "lower_limit": limits[1],
        }


def _limit(kind: str, ratio: float, expected: np.ndarray, level: float, draws: np.random.Generator) -> float | None:
    return survival_limit(ratio, level, draws) if kind == "survival" else binary_limit(ratio, expected, level, draws)
