"""Section: how images lie, volumes on the profile's grid, notes, regions of one grey level, filters not applied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.figures import flow, preparation
from radioloom.stages.report.record import Section

if TYPE_CHECKING:
    from radioloom.stages.report.record import ReportInputs


def build(study: ReportInputs) -> dict[str, Any] | None:
    """Orientations, volumes and what could not be measured; None where no case was prepared."""
    profile = study.profile
    if profile is None or study.cases.empty:
        return None
    from radioloom.stages.images.directed import directed

    depends = directed(profile) if profile.orientation is None else []
    series = study.series
    if study.exclusions is not None:
        series = flow.analysed(series, study.counted)
    warning = preparation.mixed(series, profile.name, depends)
    one_level, lost = preparation.one_level(study.measured), preparation.lost(study.measured)
    sentence, apart = preparation.volumes(study.cases)
    noted, notes = preparation.notes(study.cases, study.masks)
    told = {"Orientation": warning, "Grey levels": one_level, "Filters": lost, "Notes": noted}
    return {
        "orientations": preparation.orientations(series),
        "turned": profile.orientation,
        "warning": warning,
        "volumes": sentence,
        "apart": apart,
        "noted": noted,
        "notes": notes,
        "statements": [line for line in (one_level, lost) if line],
        "unmeasured": preparation.unmeasured(study.measured),
        "brief": [(lead, text) for lead, text in told.items() if text],
    }


PREPARATION = Section(
    "preparation",
    "Preparation",
    ("cases", "measured"),
    build,
    ("series", "masks", "exclusions"),
    empty="no case was prepared",
)
