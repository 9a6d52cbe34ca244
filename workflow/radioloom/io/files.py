"""Files of a folder tree."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path


def files_below(place: Path) -> Iterator[Path]:
    """Files at or below a place in the order of their paths; links to folders are not followed."""
    if place.is_file():
        yield place
        return
    for folder, folders, names in os.walk(place):
        folders.sort()
        yield from (Path(folder, name) for name in sorted(names))
