"""A table as the report shows it: text in cells, numbers rounded for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A table ready to show."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()  # columns set right
    grouped: bool = False  # rows with the same first cell belong together


def pairs(values: dict[str, Any], heads: tuple[str, str]) -> Exhibit:
    """A dict as a table of two columns."""
    return Exhibit(heads, tuple((str(key), str(value)) for key, value in values.items()))
