"""Section: semantic annotations of the images by readers, and how well the readers agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.figures import traits
from radioloom.stages.report.record import Section

if TYPE_CHECKING:
    from radioloom.stages.report.record import ReportInputs


def build(study: ReportInputs) -> dict[str, Any]:
    """Answers by trait, agreement of pairs of readers, and what could not be read."""
    cases = study.counted.set_index("cohort")["cases"].to_dict()
    agreed, unread = study.trait_agreement, study.unread
    return {
        "annotated": traits.annotated(study.traits, cases),
        "answers": traits.answered(study.traits),
        "agreement": traits.agreement(agreed) if agreed is not None and len(agreed) else None,
        "unread": traits.unread(unread) if unread is not None and len(unread) else None,
    }


USED = ("trait_agreement", "unread", "combinations")
TRAITS = Section("traits", "Semantic annotations by readers", ("traits",), build, USED)
