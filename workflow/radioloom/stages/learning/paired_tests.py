"""Tests of two models on the same patients, beside the paired bootstrap: DeLong's of two AUCs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from radioloom.prediction.metrics import DELONG_P
from radioloom.prediction.metrics.delong import delong_p
from radioloom.prediction.metrics.record import Estimate, Judged
from radioloom.stages.learning.risks import ModelKey
from radioloom.tables.columns import VALIDATION

if TYPE_CHECKING:
    from radioloom.stages.learning.judge import Place


def delong_rows(
    place: Place, judged: dict[ModelKey, Judged], pairs: list[tuple[ModelKey, ModelKey]]
) -> Iterator[dict[str, Any]]:
    """METRICS rows `delong_p` of each pair of models in a validation cohort with a binary outcome; else none.

    In the cohorts learnt from, the models had the same patients to fit, and p would be of nothing.
    """
    if place.evaluation != VALIDATION or place.outcomes.kind != "binary":
        return
    for first, other in pairs:
        p = delong_p(place.outcomes.event, judged[first].risks[0], judged[other].risks[0])
        yield place.row(first, DELONG_P.name, Estimate(p), other.model) | {"variant": other.variant}
