"""Section: corrections of segmentations, voxels against contours, and agreement of readers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.figures import overlap, style
from radioloom.stages.report.record import Section

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.stages.report.record import ReportInputs


def build(study: ReportInputs) -> dict[str, Any] | None:
    """What was corrected, how far voxels and contours are apart, and how readers agree."""
    own = study.masks[study.masks["drawn_mm3"].isna()]
    drawn = own.dropna(subset=["contour_difference"])
    several = study.overlaps is not None and len(study.overlaps) > 0
    notes, carried = overlap.notes(study.masks), overlap.carried(study.masks)
    if not (len(drawn) or notes.rows or several or carried):
        return None
    return {
        "notes": notes,
        "carried": carried,
        "contours": overlap.contours(drawn) if len(drawn) else None,
        "n": len(own),
        "others": overlap.sources(own[own["contour_difference"].isna()]),
        "pairs": _pairs(study.overlaps) if several else None,
    }


def _pairs(pairs: pd.DataFrame) -> dict[str, Any]:
    """Agreement of readers by cohort and region. pairs : OVERLAPS."""
    figures = [
        style.svg(overlap.readers(part, measure), f"readers-{place}-{measure}", f"{title[0]} of readers, {cohort}")
        for place, ((cohort, _), part) in enumerate(pairs.groupby(["cohort", "roi"]))
        for measure, title in overlap.MEASURES.items()
        if measure != "surface_dice"
    ]
    tolerance = f"{pairs['tolerance_mm'].iloc[0]:g}"
    table, worst = overlap.agreement(pairs), overlap.worst(pairs)
    return {"table": table, "figures": figures, "worst": worst, "tolerance": tolerance}


EMPTY = "no region was drawn as contours, corrected, or drawn twice"
SEGMENTATIONS = Section("segmentations", "Segmentations", ("masks",), build, ("overlaps",), EMPTY)
