"""Section: checklists of reporting, item by item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.figures.words import percent
from radioloom.stages.report.record import Section
from radioloom.tables.checklist import AUTHORS, IN_PART, STATES

if TYPE_CHECKING:
    from radioloom.stages.report.record import ReportInputs


def build(study: ReportInputs) -> dict[str, Any]:
    """Each list with its items, how many of them are answered, and the score of one with weights."""
    from radioloom.stages.report.checklists import answers, checklists

    rows = answers(study)
    return {"lists": [_list(each, [row for row in rows if row["checklist"] == each.name]) for each in checklists()]}


def _list(each: Any, rows: list[dict[str, Any]]) -> dict[str, Any]:
    counts = {state: sum(row["state"] == state for row in rows) for state in STATES}
    told = [f"{n} {state}" for state, n in counts.items() if n]
    range_ = ""
    if rows[0]["weight"] is not None:
        from radioloom.stages.report.checklists import score

        low, high = score(rows)
        range_ = (
            f"Score between {percent(low)} and {percent(high)}: the {counts[IN_PART] + counts[AUTHORS]} items that are "
            "left to the authors, wholly or in part, count as not met, and as met."
        )
    return {"list": each, "rows": rows, "counts": f"{len(rows)} items: {', '.join(told)}.", "score": range_}


CHECKLISTS = Section(
    "checklists", "Checklists of reporting", ("exclusions", "metrics"), build, ("sample_size", "missing", "looks")
)
