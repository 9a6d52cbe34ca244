"""Cohorts of the role `split`: a column of their sheet or table makes a training and a validation cohort of each."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radioloom.errors import StudyError
from radioloom.settings import Origin
from radioloom.tables.cohorts import LEARNT_OR_VALIDATED, SPLIT, VALIDATION

if TYPE_CHECKING:
    from radioloom.stages.tables.parts import Division

Settings = dict[str, Any]


def split_faults(settings: Settings, origin: Origin) -> Iterator[str]:
    """Cohorts of the role `split` that do not say how, others that do, and names that the parts would take twice."""
    from radioloom.stages.tables.parts import split_fault

    cohorts = settings["cohorts"]
    for name, cohort in cohorts.items():
        if cohort["role"] != SPLIT and "split" not in cohort:
            continue
        place = origin.at("cohorts", name, "split")
        if (cohort["role"] == SPLIT) != ("split" in cohort):
            yield f"{place}: the role {SPLIT!r} and the block `split` belong together; add what is missing"
        else:
            if fault := split_fault(cohort["split"]):
                yield f"{place}: {fault}"
            if "file" in cohort["split"] and "simulate" in settings:
                yield f"{place}.file: a simulated study has no such table; take it out"
            for taken in (each for each in named(name).values() if each in cohorts):
                yield f"{place}: its part would be called {taken}, as another cohort is; give one another name"


def named(cohort: str) -> dict[str, str]:
    """The cohorts that a split one becomes, by part."""
    return {part: f"{cohort}-{part}" for part in LEARNT_OR_VALIDATED}


def divided(settings: Settings) -> Settings:
    """The settings with two cohorts in the place of each split one: the same but for role and part."""
    cohorts: Settings = {}
    for name, cohort in settings["cohorts"].items():
        if cohort["role"] != SPLIT:
            cohorts[name] = cohort
            continue
        for part, called in named(name).items():
            mine = {"of": name, "part": part}
            cohorts[called] = deepcopy({**cohort, "role": part, "split": {**cohort["split"], **mine}})
            if part != VALIDATION:  # only that part goes on
                cohorts[called].pop("follow", None)
    return {**settings, "cohorts": cohorts}


def division_of(cohort: Settings, data: Path) -> Division | None:
    """What divides a cohort of images; None where nothing does. data : the data folder.

    Raises StudyError for a `file` that is not there, or is no such table.
    """
    if "split" not in cohort:
        return None
    from radioloom.io.user_tables.read import read_below
    from radioloom.stages.tables.parts import division

    split = cohort["split"]
    try:
        return division(split, read_below(data, split["file"]).frame() if "file" in split else None)
    except StudyError as error:
        raise StudyError(f"cohorts.{split['of']}.split: {error}") from None
