"""Section: variance of features explained by scanner and protocol, and what harmonisation does about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.figures import acquisition, style
from radioloom.figures.words import ACQUIRED, joined
from radioloom.stages.report.reading import names
from radioloom.stages.report.record import Section

if TYPE_CHECKING:
    from radioloom.stages.report.record import ReportInputs


def build(study: ReportInputs) -> dict[str, Any] | None:
    """Variance explained of every feature by each group of attributes; None where no header states any."""
    frame = study.acquisition
    if not frame["explained"].notna().any():
        return None
    title = "Variance of each feature explained by {}"
    figures = [
        style.svg(acquisition.shares(frame, group), f"acquisition-{place}", title.format(", ".join(group)))
        for place, group in enumerate(acquisition.factors(frame))
    ]
    harmonise = study.settings["harmonise"]
    return {
        "figures": figures,
        "table": acquisition.table(frame),
        "features": acquisition.of_signature(frame, names(study)),
        "sentences": acquisition.sentences(frame),
        "much": acquisition.MUCH,
        "method": harmonise["method"],
        "batch": joined([ACQUIRED[name] for name in harmonise["batch"]]),
        "unlearnt": _unlearnt(study),
        "learnt": study.signature.harmonisation if study.signature else None,
        "reachable": (frame["harmonised"] == "all cases").any(),
        "genomics": study.associations is not None,
    }


def _unlearnt(study: ReportInputs) -> str:
    """Why the signature was not harmonised at all, where the study asks for it."""
    from radioloom.stages.learning.harmonise import reasons

    learnt = study.signature.harmonisation if study.signature else None
    return reasons(learnt, learnt.get("training", {})) if learnt and not learnt["learned"] else ""


ACQUISITION = Section(
    "acquisition",
    "Acquisition",
    ("acquisition", "series"),
    build,
    ("signature", "associations"),
    empty="no header states scanner or protocol",
)
