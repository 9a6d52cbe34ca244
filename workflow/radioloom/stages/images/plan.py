"""What a profile measures of each feature family: settings, the rows that are kept, and the words of their labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from radioloom.errors import StudyError
from radioloom.features import NAMES, family
from radioloom.features.record import Family
from radioloom.profile import Profile


@dataclass(frozen=True, slots=True)
class Plan:
    """One family as the profile wants it."""

    family: Family
    settings: dict[str, Any]
    kept: dict[str, str]  # feature -> word in the label
    groups: dict[str, str]  # feature -> shape, intensity or texture
    word: str  # the family's word in the label
    aggregated: bool  # more than one aggregation is measured, so the label says which


def plans(profile: Profile) -> list[Plan]:
    """The families of a profile, in the order of IBSI 1.

    Raises StudyError where the profile names a family or a feature that there is not.
    """
    families = {name: family(name) for name in profile.families}
    return [_plan(families[name], profile) for name in NAMES if name in families]


def kept_rows(profile: Profile) -> list[tuple[str, str]]:
    """(family, feature) of everything that a profile measures."""
    return [(plan.family.name, feature) for plan in plans(profile) for feature in plan.kept]


def _plan(chosen: Family, profile: Profile) -> Plan:
    block = profile.families[chosen.name]
    known = [feature.name for feature in chosen.features]
    kept = _labelled(block["features"], chosen)
    unknown = sorted(set(kept) - set(known))
    if unknown:
        raise StudyError(
            f"{profile.name}: families.{chosen.name}.features: no row {unknown}; known: {', '.join(known)}"
        )
    settings = block["settings"]
    if block["features"] != "all":  # families compute row by row: only what is kept
        settings = {**settings, "rows": list(kept)}
    return Plan(
        family=chosen,
        settings=settings,
        kept=kept,
        groups={feature.name: feature.group or chosen.group for feature in chosen.features},
        word=profile.labels["families"].get(chosen.name, chosen.name),
        aggregated=len(block["settings"].get("aggregations", ())) > 1,
    )


def _labelled(wanted: str | list[str] | dict[str, str], chosen: Family) -> dict[str, str]:
    """The features kept, each with its word in the label."""
    if isinstance(wanted, dict):
        return {feature: word for word, feature in wanted.items()}
    if isinstance(wanted, str):
        wanted = [feature.name for feature in chosen.features if feature.ibsi or wanted == "all"]
    return {feature: feature for feature in wanted}
