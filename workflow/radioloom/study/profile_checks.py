"""Profiles of a study against the modalities that its sheets declare; the others are known by their files."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from radioloom.profile import Profiles, misfit
from radioloom.settings import Origin
from radioloom.stages.tables.combined_names import words_of
from radioloom.study.record import Study
from radioloom.study.remarks import some


def modality_faults(study: Study, origin: Origin) -> Iterator[str]:
    """Rows without a profile of their modality, profiles that no row asks for, and profiles of other modalities."""
    several = isinstance(study.profile, Profiles)
    declared = {row["modality"] for row in chain.from_iterable(study.sheets.values())} - {""}
    if several and declared:
        yield from _unasked(study, origin)
        yield from _mixed(study, origin)
    for cohort, rows in study.sheets.items():
        for modality in sorted({row["modality"] for row in rows}):
            cases = some(list(dict.fromkeys(row["case"] for row in rows if row["modality"] == modality)), "case")
            if several and not modality:
                yield (
                    f"{origin.at('cohorts', cohort, 'sheet')}: {cases} without a modality, by which images have their "
                    "profiles; write it in the column `modality`"
                )
            elif several and modality not in study.profile.by_modality:
                yield (
                    f"{origin.at('profile')}: no profile is for {modality}, which {cases} of cohort {cohort} "
                    f"declare; add `{modality}: <name of a profile>`"
                )
            elif fault := misfit(study.profile.of(modality), modality):
                keys = [modality] if several else []
                yield f"{origin.at('profile', *keys)}: {fault} ({cases} of cohort {cohort}, by its sheet)"


def _unasked(study: Study, origin: Origin) -> Iterator[str]:
    declared = {row["modality"] for row in chain.from_iterable(study.sheets.values())}
    for modality in (each for each in study.profile.by_modality if each not in declared):
        yield f"{origin.at('profile', modality)}: no row of a sheet has the modality {modality}; take it out"


def _mixed(study: Study, origin: Origin) -> Iterator[str]:
    """Images of several profiles that models would take for images of one."""
    if words_of(study.settings.get("combine", {}), "modalities"):
        return
    modalities = sorted({row["modality"] for row in chain.from_iterable(study.sheets.values())} - {""})
    if len(modalities) > 1:
        yield (
            f"{origin.at('profile')}: models would take features of {' and '.join(modalities)} for the same ones; "
            f"bring each patient's images together with `combine: {{modalities: [{', '.join(modalities)}]}}`, or give "
            "each modality a study of its own"
        )
