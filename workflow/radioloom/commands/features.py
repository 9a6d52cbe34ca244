"""`radioloom features`: the list of all features, with their definitions and the profiles that use them."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from radioloom.commands.record import Command


def _add_arguments(_parser: ArgumentParser) -> None:
    """It has none: the list is short enough to be searched by other programs (grep, a spreadsheet)."""


def _run(_chosen: Namespace) -> None:
    from radioloom.features import NAMES, family

    profiles = _profiles_by_feature()
    print("family\tfeature\tibsi\tprofiles\tdefinition")
    for each in map(family, NAMES):
        for feature in each.features:
            using = ",".join(profiles.get((each.name, feature.name), [])) or "-"
            print("\t".join([each.name, feature.name, feature.ibsi or "-", using, feature.definition]))


def _profiles_by_feature() -> dict[tuple[str, str], list[str]]:
    """Names of the profiles that extract each (family, feature)."""
    from radioloom.profile import known, load
    from radioloom.stages.images.plan import kept_rows

    profiles: dict[tuple[str, str], list[str]] = {}
    for name in known():
        for key in kept_rows(load(name)):
            profiles.setdefault(key, []).append(name)
    return profiles


COMMAND = Command(
    "features",
    "list every feature: IBSI code, definition, profiles with it",
    _add_arguments,
    _run,
    "  radioloom features | grep entropy        (columns are separated by tabs)",
)
