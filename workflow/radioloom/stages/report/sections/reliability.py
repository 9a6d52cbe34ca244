"""Section: agreement of each feature over test-retest pairs, readers and perturbed images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.figures import reliability, style
from radioloom.stages.report.reading import names
from radioloom.stages.report.record import Section
from radioloom.tables.columns import FROZEN

if TYPE_CHECKING:
    from radioloom.stages.report.record import ReportInputs


def build(study: ReportInputs) -> dict[str, Any]:
    """Intraclass correlations by source of replicates; no table where nothing was repeated."""
    settings = study.settings["reliability"]
    frozen = study.reliability[study.reliability["split"] == FROZEN]
    threshold, marked = settings["threshold"], names(study)
    figures = [
        style.svg(
            reliability.sorted_icc(part, threshold, marked),
            f"icc-{place}",
            f"Sorted ICC of {len(part)} features, {source}",
        )
        for place, (source, part) in enumerate(frozen.groupby("source"))
    ]
    table = reliability.by_source(frozen, threshold) if len(frozen) else None
    return {
        "settings": settings,
        "table": table,
        "figures": figures,
        "scales": reliability.scales(frozen),
        "without": reliability.without(frozen),
        "copies": [] if study.identities is None else reliability.copies(study.identities),
    }


RELIABILITY = Section("reliability", "Reliability", ("reliability",), build, ("signature", "identities"))
