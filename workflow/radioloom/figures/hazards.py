"""Proportional hazards: whether the hazard ratio of the signature's risk changes with time, in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from radioloom.figures.words import joined, probability, where
from radioloom.stats.multiplicity import holm
from radioloom.tables.columns import SIGNATURE, SIGNIFICANT

if TYPE_CHECKING:
    import pandas as pd


def statement(metrics: pd.DataFrame) -> str:
    """What the test says in each place, and what it means where hazards are not proportional; "" without a test.

    metrics : METRICS in reading order
    """
    from radioloom.prediction.metrics import PROPORTIONAL_HAZARDS

    rows = metrics[(metrics["metric"] == PROPORTIONAL_HAZARDS.name) & (metrics["kind"] == SIGNATURE)]
    rows = rows.dropna(subset=["estimate"])
    if rows.empty:
        return ""
    places = [where(row.evaluation, row.cohort) for row in rows.itertuples()]
    adjusted = holm(rows["estimate"].to_numpy(float)).tolist()
    told = _told(places, rows["estimate"])
    if len(places) > 1:
        told += f" (after Holm, of {len(places)} tests: {_told(places, adjusted)})"
    text = f"Proportional hazards of the signature’s risk, score test of Grambsch and Therneau: {told}."
    violated = [place for place, p in zip(places, adjusted, strict=True) if p < SIGNIFICANT]
    if not violated:
        return f"{text} That the hazard ratio changes with time is not shown; few events show large changes only."
    return (
        f"{text} In {joined(violated)} the hazard ratio of the risk changes with time: a single hazard ratio is an "
        "average over the follow-up there, and risks at a horizon may be too high early and too low late, or the other "
        "way round. The C-index, which is of the order of patients, stays what it is."
    )


def _told(places: list[str], p: Iterable[float]) -> str:
    return ", ".join(f"{place} p {probability(each)}" for place, each in zip(places, p, strict=True))
