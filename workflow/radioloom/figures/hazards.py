"""Proportional hazards: whether the hazard ratio of the signature's risk changes with time, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from radioloom.figures.words import joined, probability, where
from radioloom.tables.columns import SIGNATURE, SIGNIFICANT

if TYPE_CHECKING:
    import pandas as pd


def statement(metrics: pd.DataFrame) -> str:
    """What the test says in each place, and what it means where hazards are not proportional; "" without a test.

    metrics : METRICS in reading order
    """
    from radioloom.prediction.metrics import PROPORTIONAL_HAZARDS

    rows = metrics[(metrics["metric"] == PROPORTIONAL_HAZARDS.name) & (metrics["kind"] == SIGNATURE)]
    tested = {where(row.evaluation, row.cohort): row.estimate for row in rows.dropna(subset=["estimate"]).itertuples()}
    if not tested:
        return ""
    told = ", ".join(f"{place} p {probability(p)}" for place, p in tested.items())
    text = f"Proportional hazards of the signature’s risk, score test of Grambsch and Therneau: {told}."
    violated = [place for place, p in tested.items() if p < SIGNIFICANT]
    if not violated:
        return f"{text} That the hazard ratio changes with time is not shown; few events show large changes only."
    return (
        f"{text} In {joined(violated)} the hazard ratio of the risk changes with time: a single hazard ratio is an "
        "average over the follow-up there, and risks at a horizon may be too high early and too low late, or the other "
        "way round. The C-index, which is of the order of patients, stays what it is."
    )
