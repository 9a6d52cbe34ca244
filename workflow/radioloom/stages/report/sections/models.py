"""Section: the signature and the models beside it, on the same patients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.figures import beside, style
from radioloom.stages.report import reading
from radioloom.stages.report.record import Section

if TYPE_CHECKING:
    from radioloom.stages.report.record import ReportInputs


def build(study: ReportInputs) -> dict[str, Any] | None:
    """Table and figure of all models, and what the best of them is worth."""
    if study.models.empty:
        return None
    rows = reading.in_order(study, study.models.assign(variant=""))
    of = f"{beside.metric(reading.main_metric(study))} of each model, and of volume"
    lines = beside.statements(rows)
    return {
        "statements": lines,
        "best_of": beside.BEST_OF,
        "figure": style.svg(beside.dots(rows), "models", of) if rows["estimate"].notna().any() else None,
        "table": beside.table(rows),
        "volume": bool(rows["volume"].notna().any()),
        "withheld": beside.without_interval(rows),
        "chosen": bool((rows["settings"] != "").any()),
        "brief": [("Models beside each other", f"{lines[0]} {beside.BEST_OF}")] if lines else [],
    }


MODELS = Section(
    "models", "Models beside each other", ("models",), build, empty="nobody was judged who was not learnt from"
)
