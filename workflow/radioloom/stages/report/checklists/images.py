"""Facts on images, segmentations and features."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom import __version__
from radioloom.figures.words import count, joined
from radioloom.stages.report.checklists.design import LEARNT_ELSEWHERE
from radioloom.stages.report.checklists.record import ABSENT, KNOWN, UNKNOWN, Fact, Facts
from radioloom.tables.columns import FROZEN

if TYPE_CHECKING:
    from radioloom.stages.report.record import ReportInputs

PROFILE = "extraction profile"


def _measured(study: ReportInputs, words: str) -> Fact:
    """A fact of the profile; unknown where another program measured features too."""
    tables = [name for name, cohort in study.settings["cohorts"].items() if "features" in cohort]
    if tables:
        own = f"{words}; " if study.profile is not None else ""
        return Fact(UNKNOWN, f"{own}{joined(tables)}: measured by another program")
    if study.profile is None:
        return Fact(UNKNOWN, "the extraction profile is not known")
    return Fact(KNOWN, words, "provenance", f"{PROFILE} {study.profile.name}")


def _of_profile(study: ReportInputs, name: str) -> Any:
    return getattr(study.profile, name, None)


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
    if study.profile is None:
        return _measured(study, "")
    steps = [step["method"] for step in _of_profile(study, "normalise") or ()]
    limits = {key: value for key, value in _of_profile(study, "resegment").items() if value is not None}
    words = f"intensities normalised: {joined(steps) or 'no'}; re-segmentation: "
    return _measured(study, words + (joined([f"{key} {value}" for key, value in limits.items()]) or "no"))


def resampling(study: ReportInputs) -> Fact:
    """The grid that features are measured on."""
    grid = _of_profile(study, "grid")
    if grid is None:
        return _measured(study, "none: measured on the images' own grid")
    spacing = joined([f"{key} {value}" for key, value in grid.items() if key in ("spacing_mm", "image", "mask")])
    return _measured(study, spacing)


def discretisation(study: ReportInputs) -> Fact:
    """How grey levels are made."""
    block = _of_profile(study, "discretise") or {}
    return _measured(study, ", ".join(f"{key} {value}" for key, value in block.items()))


def image_types(study: ReportInputs) -> Fact:
    """Original and filtered images."""
    return _measured(study, joined(list(_of_profile(study, "images") or {})))


def families(study: ReportInputs) -> Fact:
    """Families of features that are measured."""
    return _measured(study, joined(list(_of_profile(study, "families") or {})))


def software(study: ReportInputs) -> Fact:
    """What measured the features."""
    return _measured(study, f"Radioloom {__version__}, held against the reference values of IBSI")


def parameters(study: ReportInputs) -> Fact:
    """All settings of the measurement."""
    digest = f" {study.profile.hash}" if study.profile is not None else ""
    return _measured(study, f"the whole profile is printed (digest{digest})")


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
