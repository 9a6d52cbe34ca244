"""Section: published numbers beside those of this study, and the verdict on each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.figures import style, targets
from radioloom.figures.exhibit import Exhibit
from radioloom.stages.report.record import Section
from radioloom.tables.targets import NOT_COMPARABLE, as_written, counted

if TYPE_CHECKING:
    from radioloom.stages.report.record import ReportInputs


def build(study: ReportInputs) -> dict[str, Any]:
    """Forest plots and table of what can be compared, table of what cannot, what differed, and the sources."""
    published = study.published or {}
    sources = published["sources"]
    frame = as_written(study.targets, published)
    known = frame[frame["verdict"] != NOT_COMPARABLE]
    line = targets.statement(counted(frame))
    return {
        "statement": line,
        "figures": [
            style.svg(targets.forest_plot(part, label), f"targets-{k}", f"Published and re-run: {label}")
            for k, (label, part) in enumerate(targets.panels(known))
        ],
        "banded": bool(known["band_low"].notna().any()),
        "compared": targets.compared(known, list(sources)) if len(known) else None,
        "apart": targets.apart(frame.drop(known.index), list(sources)) if len(known) < len(frame) else None,
        "differences": Exhibit(
            ("", "published", "this study"),
            tuple((each["what"], each["published"], each["here"]) for each in published["differences"]),
        ),
        "sources": list(sources.values()),
        "verified": set(frame["verified"]),
        "brief": [("Published numbers", " ".join([line, *targets.differing(frame)]))],
    }


TARGETS = Section("targets", "Published numbers and this study", ("targets",), build)
