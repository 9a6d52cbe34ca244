"""Read a family's settings from a profile into its record; an unknown key is an error."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import Any, TypeVar

from radioloom.errors import StudyError

Record = TypeVar("Record")


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
