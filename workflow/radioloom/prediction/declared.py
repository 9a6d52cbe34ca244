"""Settings that a record declares, each by a JSON schema with description and default: checked, and filled in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from radioloom.errors import StudyError
from radioloom.schema import obeys

Rules = dict[str, dict[str, Any]]


def checked(rules: Rules, given: dict[str, Any], whose: str, place: str) -> dict[str, Any]:
    """Settings of a study, with defaults; raises StudyError for one that is unknown or against its rule.

    whose : "the cox model"; place : keys of the study where they are given
    """
    for key, fault in faults(rules, given, whose):
        raise StudyError(f"{place}.{key}: {fault}")
    return _filled(rules, given)


def faults(rules: Rules, given: dict[str, Any], whose: str) -> Iterator[tuple[str, str]]:
    """Settings of a study that are unknown or against their rule, each with what is wrong."""
    for key in given.keys() - rules.keys():
        yield key, f"{whose} has no such setting. Known here: {', '.join(rules) or 'it has none'}"
    for key, value in _filled(rules, given).items():
        rule = rules[key]
        if not obeys(value, rule, rule):
            asked = {name: each for name, each in rule.items() if name not in ("description", "default")}
            means = rule.get("description", key)
            fault = "it is missing" if value is None else f"{value!r} is not accepted"
            yield key, f"{fault}. The rule: {asked}. It means: {means}"


def _filled(rules: Rules, given: dict[str, Any]) -> dict[str, Any]:
    return {key: given.get(key, rule.get("default")) for key, rule in rules.items()}
