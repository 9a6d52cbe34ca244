"""Read a family's settings from a profile into its record; an unknown key is an error."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import MISSING, Field, field, fields
from functools import cache
from typing import Any, TypeVar

from radioloom.errors import StudyError

Record = TypeVar("Record")
TYPES: dict[str, tuple[type, ...]] = {  # annotation of a field -> what YAML gives for it
    "bool": (bool,),
    "int": (int,),
    "float": (int, float),
    "str": (str,),
    "tuple[str, ...]": (list,),
}


def one_of(known: Sequence[str], default: Any = MISSING) -> Any:
    """A field whose value, or whose every value, is one of the known ones."""
    return field(default=default, metadata={"known": tuple(known)})


def at_least(least: float, default: Any = MISSING) -> Any:
    """A field whose value is a number not below `least`."""
    return field(default=default, metadata={"least": least})


def faults(record: type, settings: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with a profile's `settings` of one family, before anything is measured: (key, what to do)."""
    known = {each.name: each for each in fields(record) if each.name != "rows"}
    listed = ", ".join(known) or "none"
    for key in settings.keys() - known.keys():
        yield str(key), f"unknown setting; take it out. Known here: {listed}"
    for key, each in known.items():
        if key in settings:
            if remedy := _fault(each, settings[key]):
                yield key, f"{settings[key]!r} is not accepted; {remedy}"
        elif each.default is MISSING:
            yield key, f"the setting is missing; add it. Known here: {listed}"


def _fault(expected: Field, value: Any) -> str:
    if type(value) not in TYPES[str(expected.type)]:
        return f"write {'a list' if str(expected.type).startswith('tuple') else f'a value of type {expected.type}'}"
    if isinstance(value, list) and (not value or len(set(map(repr, value))) < len(value)):
        return "name at least one, each once"
    known = expected.metadata.get("known")
    if known and not set(value if isinstance(value, list) else [value]) <= set(known):
        return f"write one of {', '.join(map(repr, known))}"
    least = expected.metadata.get("least")
    return f"write {least:g} or more" if least is not None and not value >= least else ""


def read(record: type[Record], settings: dict[str, Any], family: str) -> Record:
    """The record that a profile's `settings` of one family make; an unknown key ends the study before it begins."""
    known = _known(record)
    unknown = sorted(settings.keys() - known)
    if unknown:
        raise StudyError(
            f"settings of {family}: {', '.join(unknown)} unknown; this family knows {', '.join(sorted(known))}"
        )
    return record(**{key: tuple(value) if isinstance(value, list) else value for key, value in settings.items()})


@cache
def _known(record: type) -> frozenset[str]:
    return frozenset(field.name for field in fields(record))
