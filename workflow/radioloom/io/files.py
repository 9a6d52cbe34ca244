"""Files of a folder tree: which there are, what messages may call them, and that none of them lies elsewhere."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from radioloom.errors import BadImage, RadioloomError
from radioloom.provenance import digest

# Names that scanners and archives count files with; any other may be a patient's ("SMITH_JOHN.dcm").
COUNTER = re.compile(
    r"(IM|IMG|I|CT|MR|PT|PET|RS|SEG|IMAGE|SLICE|FILE|DCM)?[-_.]?(\d{1,3}-)?0*\d{1,4}(\.dcm|\.ima|\.img)?", re.IGNORECASE
)


def files_below(place: Path) -> Iterator[Path]:
    """Files at or below a place: folder by folder, those of a folder in the order of their names before its folders.

    Links to folders are not followed; pipes, sockets and devices are left out.
    """
    if place.is_file():
        yield place
        return
    waiting = [str(place)]
    while waiting:
        with os.scandir(waiting.pop()) as found:
            entries = sorted(found, key=lambda entry: entry.name)
        folders = [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
        yield from (Path(entry.path) for entry in entries if _broken(entry) or entry.is_file())
        waiting.extend(reversed(folders))


def _broken(entry: os.DirEntry) -> bool:
    return entry.is_symlink() and not os.path.exists(entry.path)


def called(file: Path, place: Path, number: int, total: int) -> str:
    """What messages call a file at or below a place that the user named.

    Its name where that is the user's own word or only counts, else which it is (from 1, in the order of `files_below`).
    """
    return file.name if file == place or COUNTER.fullmatch(file.name) else f"file {number} of {total}"


def listing(place: Path, files: Sequence[Path]) -> str:
    """Digest of which files lie at or below a place."""
    return digest([file.relative_to(place).as_posix() for file in files])


def numbered(place: Path, numbers: Sequence[int], listed: str) -> list[tuple[Path, str]]:
    """Files by their numbers (from 1) among those at or below a place, each with what messages may call it.

    Results keep numbers of files and not their names, which may be patients'. Raises BadImage where the place no longer
    holds the files that it held when they were numbered.
    """
    files = list(files_below(place)) if place.exists() else []
    if listing(place, files) != listed:
        raise BadImage("files have come, gone or changed their names since they were curated; run the study again")
    return [(files[number - 1], called(files[number - 1], place, number, len(files))) for number in numbers]


def within(data: Path, name: str, fault: type[RadioloomError] = BadImage) -> Path:
    """The place `name` of a sheet, below the data folder; `fault` where it, or a link below it, leads out of that."""
    place, root = data / name, data.resolve()
    links = (file for file in files_below(place) if file.is_symlink()) if place.is_dir() else ()
    for path in (place, *links):
        if not path.resolve().is_relative_to(root):
            raise fault(f"{name}: a link (or ..) leads out of the data folder; put the files themselves there")
    return place
