"""Stage incidence: the event beside the one that rules it out, in the groups of risk that the frozen models make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.prediction.cut_points import group_names
from radioloom.prediction.metrics.concordance import C_INDEX
from radioloom.prediction.metrics.cumulative_incidence import cumulative_incidence
from radioloom.prediction.metrics.record import Judged
from radioloom.prediction.metrics.risk_groups import HAZARD_RATIO
from radioloom.stages.learning.frozen import Frozen
from radioloom.stages.learning.place import Place
from radioloom.stages.learning.risks import ModelKey
from radioloom.stages.learning.signature import Signature
from radioloom.tables.columns import EVENT, OTHER_EVENT, SIGNATURE

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("evaluation", "cohort", "kind", "model", "metric", "estimate", "low", "high", "n", "n_events")


@dataclass(frozen=True, slots=True)
class Incidences:
    """Rows of INCIDENCE and CAUSES."""

    incidence: list[dict[str, Any]]
    causes: list[dict[str, Any]]


def incidence(judged: list[Frozen], competing: pd.DataFrame, signature: Signature, study: dict[str, Any]) -> Incidences:
    """Cumulative incidence of both events by group of risk, and what each model says of each event alone.

    judged : as `frozen` gives it, of a survival outcome
    competing : COMPETING of all cohorts with outcomes
    study : read are seed and validation.bootstrap
    Cause-specific: in CAUSES the patients with the other event are censored when it happens, as in the model itself.
    """
    others = set(zip(competing["cohort"], competing["case"], strict=True))
    rows = Incidences([], [])
    for each in judged:
        other = np.array([case in others for case in each.cases])
        event = each.place.outcomes.event
        by_cause = {EVENT: (event, other), OTHER_EVENT: (other, event)}
        for cause, (mark, against) in by_cause.items():
            of_cause = each.of(replace(each.place.outcomes, event=mark), study)
            for key, risk in of_cause.risks.items():
                model = signature if key.kind == SIGNATURE else signature.baselines[key.model]
                asked = Judged(
                    risk[None],
                    of_cause.place.outcomes,
                    of_cause.place.weights,
                    cut_point=model.cut_point,
                    cut_points=model.cut_points,
                )
                for metric in (C_INDEX, HAZARD_RATIO):
                    row = of_cause.place.row(key, metric.name, metric.of(asked))
                    rows.causes.append({**{name: row[name] for name in COLUMNS}, "cause": cause})
                keys = {"evaluation": each.place.evaluation, "cohort": each.place.cohort, "cause": cause}
                keys |= {"kind": key.kind, "model": key.model}
                at = (of_cause.place, key)
                rows.incidence.extend({**keys, **row} for row in _curves(asked, model.cuts, against, at))
    return rows


def _curves(
    asked: Judged, cuts: tuple[float, ...], other: np.ndarray, at: tuple[Place, ModelKey]
) -> Iterator[dict[str, Any]]:
    """What INCIDENCE holds of each group of risk, of which there is none without a cut-point.

    cuts : frozen risks between the groups; other : bool (n,), who had the other event; at : place and model
    """
    place, model = at
    outcomes = asked.outcomes
    for level, group in enumerate(group_names(cuts) if cuts else []):
        members = asked.groups == level
        if not members.any():
            continue
        time, units = outcomes.time_days[members], outcomes.patients[members]
        curve = cumulative_incidence(time, outcomes.event[members], other[members], units)
        columns = {name: getattr(curve, name).tolist() for name in ("time_days", "incidence", "low", "high", "at_risk")}
        if not place.banded(members, model, robust=True):
            columns |= dict.fromkeys(("low", "high"), [None] * len(curve.time_days))
        for row in zip(*columns.values(), strict=True):
            yield {"group": group, "level": level + 1, **dict(zip(columns, row, strict=True))}
