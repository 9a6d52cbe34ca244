"""Section: the signature beside the version that it supersedes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.figures import succession
from radioloom.stages.report.record import Section

if TYPE_CHECKING:
    from radioloom.stages.report.record import ReportInputs


def build(study: ReportInputs) -> dict[str, Any] | None:
    """Table and sentence."""
    if study.succession.empty:
        return None
    line = succession.statement(study.succession)
    return {"statement": line, "table": succession.table(study.succession), "brief": [("The version before", line)]}


SUCCESSION = Section(
    "succession",
    "The version before",
    ("succession",),
    build,
    empty="the study names no training cohort that the superseded signature has not seen, or has no cross-validation",
)
