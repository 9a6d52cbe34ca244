"""Section: digests, versions, command and settings behind the results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.figures.exhibit import pairs
from radioloom.stages.report.record import Section

if TYPE_CHECKING:
    from radioloom.stages.report.record import ReportInputs

EDITED = (
    "signature.json was changed after it was written, and used as it was, since the study says `trust_edited: true`: "
    "the signature and all that rests on it are not what the data gave."
)


def build(study: ReportInputs) -> dict[str, Any]:
    """What it takes to get the same results again."""
    given = study.provenance
    profile = given.get("profile")
    return {
        "software": pairs(given.get("software", {}), ("package", "version")),
        "hashes": pairs(given.get("hashes", {}), ("what", "digest")),
        "data": pairs(given.get("data", {}), ("data", "SHA-256, first 12 digits")),
        **({"brief": [("Edited by hand", EDITED)]} if study.signature and study.signature.edited else {}),
        "command": given.get("command", ""),
        "settings": _text(_shown(study.settings)),
        "profile": _text(profile.get("by_modality", profile)) if profile else "",
    }


def _text(settings: dict[str, Any]) -> str:
    import yaml

    return yaml.safe_dump(settings, sort_keys=False, allow_unicode=True, width=88)


def _shown(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings as a report may show them: of an archive its kind alone, and nothing that is not used.

    An archive's address is the hospital's machine; a form of dates says nothing where no date is read.
    """
    cohorts = {name: dict(cohort) for name, cohort in settings["cohorts"].items()}
    for cohort in cohorts.values():
        if "source" in cohort:
            cohort["source"] = {"kind": cohort["source"]["kind"]}
        if "clinical" in cohort and "date_from" not in cohort["clinical"]:
            cohort["clinical"] = {key: value for key, value in cohort["clinical"].items() if key != "date_format"}
    return {**settings, "cohorts": cohorts}


PROVENANCE = Section("provenance", "Provenance and versions", (), build)
