"""What the name of a column says of the feature in it."""

from __future__ import annotations

from dataclasses import dataclass

ORIGINAL = "original"  # image that was not filtered
FILTERED = "filtered"  # group of every feature of a filtered image, whatever its class


@dataclass(frozen=True, slots=True)
class Named:
    """What the name of a column says."""

    image: str  # "" where the name does not say
    family: str  # as the program calls it
    feature: str
    group: str  # shape, intensity, texture or filtered
    ibsi: str = ""  # IBSI id of what the program measures under this name; "" where IBSI has none


def paired(words: str) -> dict[str, str]:
    """`name ID name ID ...` as name -> ID."""
    each = words.split()
    return dict(zip(each[::2], each[1::2], strict=True))
