"""Section: digests, versions, command and settings behind the results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.figures.exhibit import pairs
from radioloom.stages.report.record import Section

if TYPE_CHECKING:
    from radioloom.stages.report.record import ReportInputs


def build(study: ReportInputs) -> dict[str, Any]:
    """What it takes to get the same results again."""
    import yaml

    given = study.provenance
    return {
        "software": pairs(given.get("software", {}), ("package", "version")),
        "hashes": pairs(given.get("hashes", {}), ("what", "digest")),
        "command": given.get("command", ""),
        "settings": yaml.safe_dump(_shown(study.settings), sort_keys=False, allow_unicode=True, width=88),
    }


def _shown(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings as a report may show them: of an archive its kind, and not the hospital's machine."""
    hidden = {
        name: {**cohort, "source": {"kind": cohort["source"]["kind"]}}
        for name, cohort in settings["cohorts"].items()
        if "source" in cohort
    }
    return {**settings, "cohorts": {**settings["cohorts"], **hidden}}


PROVENANCE = Section("provenance", "Provenance and versions", (), build)
