"""Tests of two models on the same patients, beside the paired bootstrap: DeLong's of two AUCs."""

from __future__ import annotations

from collections.abc import Iterator

from radioloom.prediction.metrics.delong import delong_p, one_case_each
from radioloom.prediction.metrics.record import Judged
from radioloom.stages.learning.risks import ModelKey
from radioloom.tables.columns import VALIDATION


def delong_ps(
    evaluation: str, judged: dict[ModelKey, Judged], pairs: list[tuple[ModelKey, ModelKey]]
) -> Iterator[tuple[ModelKey, ModelKey, float]]:
    """Each pair of models with DeLong's p, in a binary validation cohort with one case a patient; else none.

    In the cohorts learnt from, the models had the same patients to fit, and p would be of nothing.
    """
    for first, other in pairs if evaluation == VALIDATION else ():
        outcomes = judged[first].outcomes
        if outcomes.kind == "binary" and one_case_each(outcomes):
            risks = (judged[key].risks[0] for key in (first, other))
            yield first, other, delong_p(outcomes.event, *risks)
