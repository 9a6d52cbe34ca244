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
    return {
        "software": pairs(given.get("software", {}), ("package", "version")),
        "hashes": pairs(given.get("hashes", {}), ("what", "digest")),
        "data": pairs(given.get("data", {}), ("data", "SHA-256, first 12 digits")),
        **({"brief": [("Edited by hand", EDITED)]} if study.signature and study.signature.edited else {}),
        "command": given.get("command", ""),
        "settings": _text(_shown(study.settings)),
        "profile": _text(given["profile"]) if given.get("profile") else "",
    }


def _text(settings: dict[str, Any]) -> str:
    import yaml

    return yaml.safe_dump(settings, sort_keys=False, allow_unicode=True, width=88)


def _shown(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings as a report may show them: of an archive its kind, and not the hospital's machine."""
    hidden = {
        name: {**cohort, "source": {"kind": cohort["source"]["kind"]}}
        for name, cohort in settings["cohorts"].items()
        if "source" in cohort
    }
    return {**settings, "cohorts": {**settings["cohorts"], **hidden}}


PROVENANCE = Section("provenance", "Provenance and versions", (), build)
