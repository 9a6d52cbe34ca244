"""Tests of two models on the same patients, beside the paired bootstrap: DeLong's of two AUCs, likelihood ratio."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from radioloom.prediction.metrics import DELONG_P
from radioloom.prediction.metrics.delong import delong_p
from radioloom.prediction.metrics.likelihood_ratio import ADDED_LR_P, added_value
from radioloom.prediction.metrics.record import Estimate, Judged
from radioloom.prediction.outcome import one_case_each
from radioloom.stages.learning.baselines import Baseline
from radioloom.stages.learning.place import Place
from radioloom.stages.learning.risks import THE_SIGNATURE, ModelKey
from radioloom.tables.columns import BASELINE

Pairs = list[tuple[ModelKey, ModelKey]]


def paired_tests(
    place: Place, judged: dict[ModelKey, Judged], pairs: Pairs, baselines: tuple[Baseline, ...]
) -> Iterator[dict[str, Any]]:
    """METRICS rows of the tests of pairs of models that learnt from other patients than these."""
    for first, other, p in delong_ps(judged, pairs):
        yield place.row(first, DELONG_P.name, Estimate(p), other)
    for row in baselines:
        key, known = ModelKey(BASELINE, row.name), ModelKey(BASELINE, row.subtracts)
        if row.signature and key in judged and known in judged:
            first, second = judged[known].risks[0], judged[THE_SIGNATURE].risks[0]
            yield place.row(key, ADDED_LR_P.name, added_value(first, second, place.outcomes), known)


def delong_ps(judged: dict[ModelKey, Judged], pairs: Pairs) -> Iterator[tuple[ModelKey, ModelKey, float]]:
    """Each pair of models with DeLong's p, of a binary outcome with one case a patient; else none."""
    for first, other in pairs:
        outcomes = judged[first].outcomes
        if outcomes.kind == "binary" and one_case_each(outcomes):
            risks = (judged[key].risks[0] for key in (first, other))
            yield first, other, delong_p(outcomes.event, *risks)
