"""Links in a folder that is searched: which are not followed, or lead where no study may read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from radioloom.io.files import lies_within

LINKED = "a link to a folder, which is not followed: put the folder itself here, or search it by itself"


def linked_folders(place: Path) -> Iterator[Path]:
    """Links to folders below a place, which `files_below` does not follow."""
    for folder, names, _ in os.walk(place):
        yield from (path for name in sorted(names) if (path := Path(folder, name)).is_symlink())


def astray(link: Path, place: Path) -> str:
    """Why a linked file cannot be one of a study; "" where it can."""
    if not link.exists():
        return "a link that leads nowhere: get the file that it stands for"
    outside = "a link that leads out of this folder: put the file itself here"
    return "" if lies_within(link, place.resolve()) else outside
