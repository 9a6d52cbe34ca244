"""The study's `combine`, held against its other settings; cheap, since every job of a cluster repeats it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from radioloom.io.user_tables.pseudonyms import is_date
from radioloom.settings import Origin, meant
from radioloom.stages.tables.combined_names import combined, words_of


def combine_faults(settings: dict[str, Any], origin: Origin) -> Iterator[str]:
    """What `combine` and other keys of the study contradict each other in."""
    if "combine" not in settings:
        return
    block = settings["combine"]
    for key, words in block["required"].items():
        for word in sorted({*map(str, words)} - {*words_of(block, key)}):
            near = meant(word, words_of(block, key))
            yield (
                f"{origin.at('combine', 'required', key)}: {word!r} is not in combine.{key}; {near or 'add it there'}"
            )
    if "visits" in block:
        yield from _visit_faults(block, origin)
    if combined(settings) and "simulate" in settings:
        yield f"{origin.at('combine')}: a simulated study has one image of each patient; take it out"
    if len(block["modalities"]) > 1 and settings["harmonise"]["method"] != "none":
        yield (
            f"{origin.at('combine', 'modalities')}: harmonisation knows one scanner of each patient, and images of "
            "several modalities are of several; set harmonise.method to none, or take one modality"
        )


def _visit_faults(block: dict[str, Any], origin: Origin) -> Iterator[str]:
    """Visits that are one, or dates, and of which one alone is taken."""
    first, second = words_of(block, "visits")
    if first == second:
        yield f"{origin.at('combine', 'visits')}: a visit does not change against itself; name two"
    if is_date(first) or is_date(second):
        yield f"{origin.at('combine', 'visits')}: a date, which results would show; number the visits"
    if block["visits"]["as"] in (["first"], ["second"]):
        yield (
            f"{origin.at('combine', 'visits', 'as')}: of two visits one alone is taken; add difference or ratio, or "
            "leave the rows of the other visit out and take `visits` away"
        )
