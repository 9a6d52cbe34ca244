"""The primary comparison that a study declares, held against its cohorts, baselines and resamples before any job."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from radioloom.settings import Origin
from radioloom.tables.columns import BASELINE, VALIDATION


def primary_faults(settings: dict[str, Any], origin: Origin) -> Iterator[str]:
    """What keeps the declared comparison from being made, or from having an interval."""
    primary = settings["validation"].get("primary")
    if primary is None:
        return
    for key, fault in (*_place(settings, primary), *_pair(settings, primary)):
        yield f"{origin.at('validation', 'primary', *key)}: {fault}"
    if why := _without_interval(settings, primary):
        yield f"{origin.at('validation', 'primary')}: it would have no interval: {why}"


def _place(settings: dict[str, Any], primary: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    cohorts = [name for name, cohort in settings["cohorts"].items() if cohort["role"] == VALIDATION]
    cohort = primary.get("cohort")
    instead = "set `evaluation: cross-validation`"
    remedy = f"choose one of {', '.join(cohorts)}, or {instead}" if cohorts else f"this study has none; {instead}"
    if primary["evaluation"] != VALIDATION:
        if cohort is not None:
            yield ("cohort",), "a cross-validation is of all training cohorts; leave `cohort` out"
    elif cohort is None:
        yield (), f"`cohort` has to name a validation cohort; {remedy}"
    elif cohort not in cohorts:
        yield ("cohort",), f"{cohort!r} is no validation cohort; {remedy}"


def _pair(settings: dict[str, Any], primary: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    from radioloom.stages.learning.baselines import CHANCE, baselines, reserved
    from radioloom.stages.learning.judge import compared
    from radioloom.stages.learning.risks import THE_SIGNATURE, ModelKey

    if any(reserved(settings["baselines"])):
        return  # which is told elsewhere
    rows = baselines(settings["baselines"], bool(settings["model"]["covariates"]))
    pairs = compared([THE_SIGNATURE, *(ModelKey(BASELINE, row.name) for row in rows)], rows)
    made = [(THE_SIGNATURE.model, CHANCE), *((first.model, other.model) for first, other in pairs)]
    if (primary["model"], primary["against"]) not in made:
        known = ", ".join(f"{first} against {other}" for first, other in made)
        yield (), f"{primary['model']} is not compared with {primary['against']}; choose one of {known}"


def _without_interval(settings: dict[str, Any], primary: dict[str, Any]) -> str:
    from radioloom.prediction.metrics.record import FEWEST_REPEATS
    from radioloom.prediction.selectors import SELECTORS
    from radioloom.stages.learning.place import steady

    asked = settings["validation"]
    if asked["intervals"] == "none":
        return "`intervals: none` asks for none; leave one of both out"
    if not asked["bootstrap"]:
        return "`bootstrap: 0` draws no resamples; 1000 are usual"
    if primary["evaluation"] != VALIDATION and asked["cross_validation"]["repeats"] < FEWEST_REPEATS:
        return f"the cross-validation has fewer than {FEWEST_REPEATS} repeats; set `cross_validation: {{repeats: 10}}`"
    if primary["evaluation"] != VALIDATION and not steady(settings):
        known = ", ".join(name for name, selector in SELECTORS.items() if selector.steady)
        return (
            "with this kind of model, selector or grid none is shown to hold in a cross-validation; compare in a "
            f"validation cohort, or learn by cox or logistic with {known}, without a grid"
        )
    return ""
