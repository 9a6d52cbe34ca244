"""Absolute risks of the frozen models: their probabilities at the study's horizons, and what these are worth.

In cross-validation absolute risks are not judged: each fold has a baseline hazard of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.prediction.metrics import metrics_of
from radioloom.prediction.metrics.brier import BRIER
from radioloom.prediction.metrics.calibration_curve import calibration_curve
from radioloom.prediction.metrics.censoring import censoring
from radioloom.prediction.metrics.decision_curve import decision_curve
from radioloom.prediction.metrics.operating import operating_points
from radioloom.prediction.metrics.record import Judged
from radioloom.stages.learning.risks import ModelKey
from radioloom.stages.learning.signature import Signature
from radioloom.tables.columns import APPARENT, BASELINE, FROZEN, SIGNATURE

if TYPE_CHECKING:
    from radioloom.stages.learning.material import Material
    from radioloom.stages.learning.place import Place, Validation

NO_HORIZON = (0.0,)  # of a binary outcome


def horizons_of(study: dict[str, Any]) -> tuple[float, ...]:
    """Days at which a study asks for absolute risks; those of a binary outcome have none, which is 0."""
    outcome = study["outcome"]
    return NO_HORIZON if outcome["kind"] == "binary" else tuple(map(float, outcome.get("horizons", ())))


def add_absolute(
    material: Material, signature: Signature, place: Place, judged: dict[ModelKey, Judged], validation: Validation
) -> None:
    """Add RISKS, METRICS, CALIBRATION, DECISIONS and OPERATING of signature and baselines in one place.

    None of an outcome that another event rules out: 1 - S takes that event for censoring, as if it could be done away
    with, and gives risks above those that patients have. Their place is taken by INCIDENCE.
    """
    horizons = horizons_of(material.study)
    if other := material.study["outcome"].get("competing"):
        validation.notes.append(f"{place.cohort}: no absolute risk is told beside {other!r}, it would be too high")
        return
    validation.notes.extend(_unsaid(signature, place, horizons))
    seen = censoring(place.outcomes)
    for key, risks in judged.items():
        if key.kind not in (SIGNATURE, BASELINE):
            continue
        model = signature.baselines[key.model] if key.kind == BASELINE else signature
        if place.outcomes.kind == "binary":
            validation.operating.extend(_points(place, key, operating_points(risks)))
        for horizon in horizons:
            asked = at_horizon(model, risks, horizon, seen)
            validation.risks.extend(_risk_rows(material, place, key, asked))
            for metric in metrics_of(place.outcomes.kind, absolute=True):
                validation.metrics.append(place.row(key, metric.name, metric.of(asked), horizon_days=horizon))
            if not place.lacking(key):  # else a curve would be one of what stands in the place of values
                at = {**_keys(place, key), "horizon_days": horizon}
                _add_curves(
                    at,
                    asked,
                    place.told(BRIER.name, key, horizon_days=horizon),
                    material.study["validation"].get("thresholds", []),
                    validation,
                )


def _add_curves(
    at: dict[str, Any], asked: Judged, banded: bool, thresholds: list[float], validation: Validation
) -> None:
    """Add the calibration curve and the decision curve, each with its band where a score has an interval."""
    curve = calibration_curve(asked)
    gains = decision_curve(asked, thresholds)
    for each, bounds in ((curve, slice(2, 4)), (gains, slice(1, 3))):
        if each is not None and not banded:
            each[:, bounds] = np.nan
    validation.calibration.extend(_curve(at, curve))
    validation.decisions.extend(_decisions(at, thresholds, gains))


def at_horizon(model: Signature, risks: Judged, horizon: float, seen: Any = None) -> Judged:
    """What was judged, with the model's probabilities. seen : how its patients were censored, where that is known."""
    linear = risks.risks[0]
    known = model.probability(linear[:1], np.zeros(1)) is not None

    def absolute(times: np.ndarray) -> np.ndarray:
        probability = model.probability(linear, times)
        assert probability is not None  # else it is not asked
        return probability

    steps = np.array(model.hazard.time_days if model.hazard is not None else [])
    return replace(risks, absolute=absolute if known else None, horizon_days=horizon, steps=steps, seen=seen)


def _unsaid(signature: Signature, place: Place, horizons: tuple[float, ...]) -> Iterator[str]:
    """Horizons at which nothing can be said, and why."""
    if place.outcomes.kind == "binary":
        return
    last = place.outcomes.time_days.max()
    for horizon in horizons:
        if signature.hazard is None:
            yield f"{place.cohort}: no absolute risk at {horizon:g} days, the signature has no baseline hazard"
        elif limit := signature.hazard.limit(horizon):
            yield f"{place.cohort}: no risk at {horizon:g} days can be said, the signature {limit}"
        elif horizon >= last:
            yield f"{place.cohort}: risks at {horizon:g} days cannot be judged, nobody was followed beyond {last:g}"


def _keys(place: Place, key: ModelKey) -> dict[str, Any]:
    return {"evaluation": place.evaluation, "cohort": place.cohort, "kind": key.kind, "model": key.model}


def _risk_rows(material: Material, place: Place, key: ModelKey, asked: Judged) -> Iterator[dict[str, Any]]:
    part = "train" if place.evaluation == APPARENT else "test"
    cases = material.cases.iloc[place.rows]
    probability = np.full(len(cases), np.nan)  # known of a cohort too that was not followed so long
    if asked.absolute is not None:
        probability = asked.absolute(np.array([asked.horizon_days]))[:, 0]
    keys = {"split": FROZEN, **key._asdict(), "horizon_days": asked.horizon_days, "part": part}
    for cohort, case, risk in zip(cases["cohort"], cases["case"], probability.tolist(), strict=True):
        yield {**keys, "cohort": cohort, "case": case, "risk": risk}


def _points(place: Place, key: ModelKey, points: np.ndarray | None) -> Iterator[dict[str, Any]]:
    names = ("threshold", "sensitivity", "specificity", "precision")
    for number, row in enumerate([] if points is None else points.tolist(), 1):
        yield {**_keys(place, key), "point": number, **dict(zip(names, row, strict=True))}


def _curve(at: dict[str, Any], curve: np.ndarray | None) -> Iterator[dict[str, Any]]:
    for number, row in enumerate([] if curve is None else curve.tolist(), 1):
        yield {**at, "point": number, **dict(zip(("predicted", "observed", "low", "high"), row, strict=True))}


def _decisions(at: dict[str, Any], thresholds: list[float], curve: np.ndarray | None) -> Iterator[dict[str, Any]]:
    if curve is None:
        return
    for threshold, row in zip(thresholds, curve.tolist(), strict=True):
        yield {**at, "threshold": threshold, **dict(zip(("net_benefit", "low", "high", "treat_all"), row, strict=True))}
