"""Facts on images, segmentations and features."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from radioloom import __version__
from radioloom.figures.words import count, joined
from radioloom.stages.report.checklists.design import LEARNT_ELSEWHERE
from radioloom.stages.report.checklists.record import ABSENT, KNOWN, UNKNOWN, Fact, Facts
from radioloom.tables.columns import FROZEN
from radioloom.volume import MODALITIES

if TYPE_CHECKING:
    from radioloom.profile import Measuring, Profile
    from radioloom.stages.report.record import ReportInputs

PROFILE = "extraction profile"


def _measured(study: ReportInputs, say: Callable[[Profile], str]) -> Fact:
    """A fact of the profile, or of each by modality; unknown where another program measured features too.

    say : a profile in words
    """
    words = _by_modality(study.profile, say) if study.profile is not None else ""
    tables = [name for name, cohort in study.settings["cohorts"].items() if "features" in cohort]
    if tables:
        own = f"{words}; " if study.profile is not None else ""
        return Fact(UNKNOWN, f"{own}{joined(tables)}: measured by another program")
    if study.profile is None:
        return Fact(UNKNOWN, "the extraction profile is not known")
    return Fact(KNOWN, words, "provenance", f"{PROFILE} {study.profile.name}")


def _by_modality(profile: Measuring, say: Callable[[Profile], str]) -> str:
    if len(profile.each) == 1:
        return say(profile.each[0])
    said = {modality: say(profile.of(modality)) for modality in MODALITIES if modality in profile.by_modality}
    if len({*said.values()}) == 1:
        return next(iter(said.values()))
    return "; ".join(f"{modality}: {words}" for modality, words in said.items())


def protocol(study: ReportInputs) -> Fact:
    """What headers say of how images were acquired."""
    if study.series is None:
        return Fact(UNKNOWN, "there are no images to read it from")
    vendors = sorted(study.series["manufacturer"].dropna().unique())
    words = f"from headers: {', '.join(sorted(study.series['modality'].dropna().unique()))}"
    words += f"; {joined(vendors)}" if vendors else ""
    thick = study.series["slice_thickness_mm"].dropna()
    words += f"; slices of {thick.min():g} to {thick.max():g} mm" if len(thick) else ""
    return Fact(KNOWN, words, "acquisition" if study.acquisition is not None else "cohorts", "tables/series")


def segmentation(study: ReportInputs) -> Fact:
    """Kinds of segmentations that were read."""
    if study.masks is None or study.masks.empty:
        return Fact(UNKNOWN, "there are no segmentations to read")
    kinds = study.masks["source"].value_counts()
    words = ", ".join(f"{count(int(n), 'region')} of {kind}" for kind, n in kinds.items())
    return Fact(KNOWN, words, "contact" if study.pictures else "cohorts", "tables/masks")


def readers(study: ReportInputs) -> Fact:
    """Segmentations by several readers held against each other."""
    if study.overlaps is None or study.overlaps.empty:
        return Fact(ABSENT, "no image was segmented twice")
    words = f"Dice of every two readers, {study.overlaps['dice'].median():.2f} (median)"
    return Fact(KNOWN, words, "segmentations", "tables/overlaps")


def preparation(study: ReportInputs) -> Fact:
    """What is done to images before they are measured."""
    return _measured(study, _preparation)


def _preparation(profile: Profile) -> str:
    steps = [step["method"] for step in profile.normalise or ()]
    limits = [f"{key} {value}" for key, value in profile.resegment.items() if value is not None]
    return f"intensities normalised: {joined(steps) or 'no'}; re-segmentation: {joined(limits) or 'no'}"


def resampling(study: ReportInputs) -> Fact:
    """The grid that features are measured on."""
    return _measured(study, _resampling)


def _resampling(profile: Profile) -> str:
    if profile.grid is None:
        return "none: measured on the images' own grid"
    return joined([f"{key} {profile.grid[key]}" for key in ("spacing_mm", "image", "mask")])


def discretisation(study: ReportInputs) -> Fact:
    """How grey levels are made."""
    return _measured(study, lambda profile: ", ".join(f"{key} {value}" for key, value in profile.discretise.items()))


def image_types(study: ReportInputs) -> Fact:
    """Original and filtered images."""
    return _measured(study, lambda profile: joined(list(profile.images)))


def families(study: ReportInputs) -> Fact:
    """Families of features that are measured."""
    return _measured(study, lambda profile: joined(list(profile.families)))


def software(study: ReportInputs) -> Fact:
    """What measured the features."""
    return _measured(study, lambda _: f"Radioloom {__version__}, held against the reference values of IBSI")


def parameters(study: ReportInputs) -> Fact:
    """All settings of the measurement."""
    return _measured(study, lambda profile: f"the whole profile is printed (digest {profile.hash})")


def n_features(study: ReportInputs) -> Fact:
    """How many features the selection began with."""
    if study.selection is None:
        return Fact(UNKNOWN, LEARNT_ELSEWHERE)
    n = int((study.selection["split"] == FROZEN).sum())
    return Fact(KNOWN, f"{count(n, 'feature')} of each case", "signature", "tables/selection")


FACTS: Facts = {
    each.__name__: each
    for each in (
        protocol, segmentation, readers, preparation, resampling, discretisation, image_types, families, software,
        parameters, n_features,
    )
}  # fmt: skip
