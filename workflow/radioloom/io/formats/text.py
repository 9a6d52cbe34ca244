"""What the headers of NRRD and MetaImage have in common: lines of text, and names of the files of their voxels."""

from __future__ import annotations

import os
import re
from pathlib import Path

from radioloom.failures import reading
from radioloom.io.files import leads_nowhere
from radioloom.io.foreign import dead_link
from radioloom.io.formats.record import Unreadable
from radioloom.io.untrusted import MOST_HEADER, not_beside

CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
ENDLESS = "its header does not end within 1 MB"


def start_of(path: Path) -> bytes:
    """As much of a file as a header may take."""
    with reading(path) as handle:
        return handle.read(MOST_HEADER)


def put(fields: dict[str, str], key: str, value: str, called: str) -> None:
    """Add a field to those of a header; Unreadable where it is there already and says something else."""
    if fields.setdefault(key, value) != value:
        raise Unreadable(f"its header gives {called!r} twice, and not the same; correct it")


def beside(header: Path, names: list[str]) -> tuple[Path, ...]:
    """The files of voxels that a header names, all beside it; Unreadable where one is elsewhere or not there."""
    files = tuple(header.parent / name for name in names)
    for name, file in zip(names, files, strict=True):
        if why := not_beside(header, name):
            raise Unreadable(why)
        if leads_nowhere(file):
            raise Unreadable(f"the file of its voxels is {dead_link(file)}")
        if not file.is_file():
            raise Unreadable("the file of its voxels that its header names is not beside it; put it there")
    if not files:
        raise Unreadable("its header names no file of voxels; export it again")
    return files


def decoded(line: bytes) -> str:
    """One line of a header as text: file names are in the encoding of the file system."""
    text = os.fsdecode(line).strip()
    if CONTROL.search(text):
        raise Unreadable("its header holds bytes that are no text; the file is damaged")
    return text
