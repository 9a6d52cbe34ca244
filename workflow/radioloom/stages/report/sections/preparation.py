"""Section: how images lie, volumes on the profile's grid, notes, regions of one grey level, filters not applied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.figures import flow, preparation
from radioloom.figures.words import joined
from radioloom.stages.report.record import Section

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.profile import Measuring, Profile
    from radioloom.stages.report.record import ReportInputs


def build(study: ReportInputs) -> dict[str, Any] | None:
    """Orientations, volumes and what could not be measured; None where no case was prepared."""
    profile = study.profile
    if profile is None or study.cases.empty:
        return None
    series = study.series
    if study.exclusions is not None:
        series = flow.analysed(series, study.counted)
    warning = " ".join(filter(None, (_mixed(each, part) for each, part in _by_profile(profile, series))))
    one_level, lost = preparation.one_level(study.measured), preparation.lost(study.measured)
    sentence, apart = preparation.volumes(study.cases)
    noted, notes = preparation.notes(study.cases, study.masks)
    told = {"Orientation": warning, "Grey levels": one_level, "Filters": lost, "Notes": noted}
    return {
        "orientations": preparation.orientations(series),
        "turned": _turned(profile),
        "warning": warning,
        "volumes": sentence,
        "apart": apart,
        "noted": noted,
        "notes": notes,
        "statements": [line for line in (one_level, lost) if line],
        "unmeasured": preparation.unmeasured(study.measured),
        "brief": [(lead, text) for lead, text in told.items() if text],
    }


def _by_profile(profile: Measuring, series: pd.DataFrame) -> list[tuple[Profile, pd.DataFrame]]:
    """Each profile, and the rows of SERIES that are measured with it."""
    if len(profile.each) == 1:
        return [(profile.each[0], series)]
    return [(each, series[series["modality"] == modality]) for modality, each in profile.by_modality.items()]


def _mixed(profile: Profile, series: pd.DataFrame) -> str:
    from radioloom.stages.images.directed import directed

    return preparation.mixed(series, profile.name, directed(profile) if profile.orientation is None else [])


def _turned(profile: Measuring) -> str:
    """What is done to the axes of images before anything else."""
    turned = {each.orientation for each in profile.each}
    if turned == {None}:
        return "The profile leaves the images as they are stored."
    if len(turned) == 1:
        return f"The profile brings all images to {turned.pop().upper()} before anything else."
    names = [f"{each.name} to {each.orientation.upper()}" for each in profile.each if each.orientation]
    return f"Before anything else images are brought by {joined(names)}; others stay as they are stored."


PREPARATION = Section(
    "preparation",
    "Preparation",
    ("cases", "measured"),
    build,
    ("series", "masks", "exclusions"),
    empty="no case was prepared",
)
