"""Stage pooled: the main metric of the frozen models over validation cohorts, by a random-effects summary."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import special

from radioloom.prediction.metrics import main_metric
from radioloom.prediction.metrics.record import Estimate, Judged, Metric
from radioloom.stages.learning.baselines import baselines
from radioloom.stages.learning.frozen import Frozen
from radioloom.stages.learning.judge import compared
from radioloom.stages.learning.risks import THE_SIGNATURE, ModelKey
from radioloom.stats.random_effects import FEWEST_TO_PREDICT, random_effects
from radioloom.tables.columns import VALIDATION

LOGIT, AS_IT_IS = "logit", "difference"  # scales of POOLED
SUMMARY = ("estimate", "low", "high", "predicted_low", "predicted_high", "tau2", "i2")
FEWEST_AHEAD = 4  # cohorts: of three a further one has one degree of freedom, 12.7 errors to each side
CANNOT = dict.fromkeys(SUMMARY, None)


def pooled(judged: list[Frozen], study: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """POOLED rows: each model, and each difference that METRICS has of them.

    judged : as `frozen` gives it
    study : read are outcome, baselines and model.covariates
    A cohort is left out by the rule by which its own interval is withheld, so by its number of events, or of patients
    who lack a value of the model, and never by its estimate. Of fewer than three cohorts there is no summary: of two
    the interval has one degree of freedom (12.7 standard errors to each side), and to hold them alike instead would
    claim what two cohorts cannot show. By the same number three cohorts do not tell where a further one lies.
    """
    cohorts = [each for each in judged if each.place.evaluation == VALIDATION]
    main = main_metric(study["outcome"]["kind"])
    found = dict.fromkeys(key for each in cohorts for key in each.risks)
    models = list(dict.fromkeys([THE_SIGNATURE, *found])) if cohorts else []  # it has a row where nobody can judge it
    pairs = compared(models, baselines(study["baselines"], bool(study["model"]["covariates"])))
    for key, other in [*((key, None) for key in models), *pairs]:
        used = [each for each in cohorts if _told(each, main.name, key, other)]
        scale = LOGIT if other is None else AS_IT_IS
        keys = {"kind": key.kind, "model": key.model, "against": "" if other is None else other.model}
        counts = {
            "cohorts": len(used),
            "left_out": len(cohorts) - len(used),
            "n": sum(len(each.cases) for each in used),
            "n_events": sum(each.place.outcomes.n_events for each in used),
        }
        values = [_value(each, main, key, other) for each in used]
        told = summary(values, scale)
        if len(used) < FEWEST_AHEAD:
            told |= dict.fromkeys(("predicted_low", "predicted_high"), None)
        yield {**keys, "metric": main.name, "scale": scale, **told, **counts}


def _told(judged: Frozen, metric: str, model: ModelKey, against: ModelKey | None) -> bool:
    """Whether a cohort has an interval of a model, or of its difference from another."""
    known = {model} if against is None else {model, against}
    return known <= set(judged.risks) and judged.place.told(metric, model, against)


def _value(judged: Frozen, main: Metric, model: ModelKey, against: ModelKey | None) -> Estimate:
    place = judged.place
    own, *other = (
        main.of(Judged(judged.risks[key][None], place.outcomes, place.weights))
        for key in (model, against)
        if key is not None
    )
    return own.minus(other[0]) if other else own


def summary(estimates: list[Estimate], scale: str) -> dict[str, float | None]:
    """Values of SUMMARY of the estimates of some cohorts, all with resamples; None where there is no summary.

    scale : LOGIT of what lies between 0 and 1, or AS_IT_IS
    The standard error of a cohort is that of its resamples, on the logit scale by the delta method. There is no
    summary of a value of 0 or 1, nor where resamples do not vary.
    """
    value = np.array([each.value for each in estimates])
    variance = np.array([np.nanvar(each.resamples, ddof=1) for each in estimates])
    if scale == LOGIT:
        with np.errstate(divide="ignore", invalid="ignore"):
            value, variance = special.logit(value), variance / (value * (1 - value)) ** 2
    sound = np.isfinite(value) & np.isfinite(variance) & (variance > 0)
    if len(estimates) < FEWEST_TO_PREDICT or not sound.all():
        return dict(CANNOT)
    found = random_effects(value, variance)
    bounds = np.array([found.mean, *found.interval, *found.prediction])
    told = special.expit(bounds) if scale == LOGIT else np.clip(bounds, -1, 1)
    return dict(zip(SUMMARY, [*told.tolist(), found.tau2, found.i2], strict=True))
