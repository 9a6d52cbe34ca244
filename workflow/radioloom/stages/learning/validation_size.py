"""How many patients each validation cohort needs, told before it is said what came out."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from radioloom.prediction.metrics.concordance import comparable
from radioloom.prediction.metrics.kaplan_meier import greenwood
from radioloom.prediction.outcome import Outcome
from radioloom.stages.learning.absolute_risk import horizons_of
from radioloom.stages.learning.material import Material
from radioloom.stats.sample_size import EVENTS, OF_VALIDATION, Expected
from radioloom.stats.validation_size import (
    Needed,
    expected_c,
    for_c,
    for_c_of_pairs,
    for_calibration,
    for_slope,
    logits,
)


def validation_rows(material: Material, test: np.ndarray) -> list[dict[str, Any]]:
    """SAMPLE_SIZE rows of each validation cohort. test : (m,) rows of the material."""
    cohorts = material.cases["cohort"].to_numpy()[test]
    return [
        row
        for cohort in dict.fromkeys(cohorts)
        for row in _rows(str(cohort), material.outcomes.take(test[cohorts == cohort]).of_patients()[0], material.study)
    ]


def _rows(cohort: str, patients: Outcome, study: dict[str, Any]) -> list[dict[str, Any]]:
    expected = expected_of(patients, study)
    n, events = len(patients), patients.n_events
    rarer = min(events, n - events) if patients.kind == "binary" else events
    c = expected_c(expected) if rarer else None
    told = dict.fromkeys(criteria_of(study)) if c is None else _needed(patients, expected, c)
    return [
        {
            "cohort": cohort,
            "variables": "",
            "criterion": criterion,
            "parameters": 0,
            "n": n,
            "n_events": events,
            "per_variable": None,
            "r_squared": expected.r_squared,
            "c": c,
            "horizon_days": expected.horizon,
            "needed": None if each is None else float(each.patients),
            "width": None if each is None else each.width,
        }
        for criterion, each in told.items()
        if criterion in criteria_of(study)
    ]


def criteria_of(study: dict[str, Any]) -> tuple[str, ...]:
    """Criteria of a study's outcome: of survival observed over expected only where absolute risks are told."""
    if study["outcome"]["kind"] == "binary":
        return tuple(OF_VALIDATION)
    return (
        ("c", "calibration", "events")
        if horizons_of(study) and not study["outcome"].get("competing")
        else ("c", "events")
    )


def _needed(patients: Outcome, expected: Expected, c: float) -> dict[str, Needed | None]:
    n, share = len(patients), expected.share
    if patients.kind == "binary":
        of_rule = Needed(math.ceil(EVENTS / min(share, 1 - share) - 1e-9), None)
        return {
            "c": for_c(c, share, n),
            "calibration": for_calibration((1 - share) / (share * n), n),
            "slope": for_slope(*logits(expected), n),
            "events": of_rule,
        }
    pairs = comparable(patients)
    survival, error = greenwood(patients.time_days, patients.event, expected.horizon)
    return {
        "c": for_c_of_pairs(c, pairs.sum(axis=1), pairs.sum(axis=0)) if pairs.any() else None,
        "calibration": for_calibration((error / (1 - survival)) ** 2, n) if 0 < survival < 1 else None,
        "events": Needed(math.ceil(EVENTS / share - 1e-9), None),
    }


def expected_of(patients: Outcome, study: dict[str, Any]) -> Expected:
    """What these patients let expect of new ones: share with the event, follow-up, the horizon asked of."""
    r_squared, share = study["validation"]["expected_r_squared"], patients.n_events / len(patients)
    if patients.kind == "binary":
        return Expected("binary", share, r_squared)
    follow_up = float(patients.time_days.mean())
    horizon = min(map(float, study["outcome"].get("horizons") or [follow_up]))
    return Expected("survival", share, r_squared, follow_up, horizon)
