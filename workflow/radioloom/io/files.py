"""Files of a folder tree: list them, name them safely in messages, refuse links that lead out, write them whole."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

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
        with os.scandir(waiting.pop()) as unsorted:
            entries = sorted(unsorted, key=lambda entry: entry.name)
        folders = [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
        yield from (Path(entry.path) for entry in entries if _broken(entry) or entry.is_file())
        waiting.extend(reversed(folders))


def _broken(entry: os.DirEntry[str]) -> bool:
    return entry.is_symlink() and not os.path.exists(entry.path)


def called(file: Path, place: Path, number: int, total: int) -> str:
    """What messages call a file at or below a place: `file 17 of 134` where its name could be a patient's.

    number, total : which file it is (from 1, in the order of `files_below`), and of how many
    Its name is shown where the user typed it, or where it only counts (`IM0005.dcm`).
    """
    return file.name if file == place or COUNTER.fullmatch(file.name) else f"file {number} of {total}"


def listing(place: Path, files: Sequence[Path]) -> str:
    """Digest of which files lie at or below a place."""
    return digest([file.relative_to(place).as_posix() for file in files])


def numbered(place: Path, numbers: Sequence[int], listed: str) -> list[tuple[Path, str]]:
    """Files by their numbers (from 1) among those at or below a place, each with what messages may call it.

    listed : digest of the files when they were numbered, as `listing` made it
    Results keep numbers of files and not their names, which may be patients'. Raises BadImage where the place no longer
    holds the files that it held when they were numbered.
    """
    files = list(files_below(place)) if place.exists() else []
    if listing(place, files) != listed:
        raise BadImage("files were added, deleted or renamed since they were curated; run the study again")
    return [(files[number - 1], called(files[number - 1], place, number, len(files))) for number in numbers]


def within(data: Path, name: str, fault: type[RadioloomError] = BadImage) -> Path:
    """The path `name` of a sheet, below the data folder; `fault` where it, or a link below it, leads out of that."""
    place, root = data / name, data.resolve()
    links = (file for file in files_below(place) if file.is_symlink()) if place.is_dir() else ()
    for path in (place, *links):
        if not lies_within(path, root):
            raise fault(f"{name}: a link (or ..) leads out of the data folder; put the files themselves there")
    return place


def lies_within(path: Path, root: Path) -> bool:
    """Whether a path, with its links followed, lies in a folder whose own links are resolved."""
    return path.resolve().is_relative_to(root)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that is on disk whole or not at all, even if the power fails: then other work may rest on it."""
    handle, part = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".part", dir=path.parent)
    try:
        with open(handle, "wb") as file:
            file.write(content)
            flush(file)
        os.replace(part, path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
    flush_folder(path.parent)


def flush(file: BinaryIO) -> None:
    """Have the system write an open file to its disk now."""
    file.flush()
    os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Have the system write a folder's list of names to its disk now, where it can (Windows cannot)."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            with suppress(OSError):  # some network drives know no such order
                os.fsync(handle)
        finally:
            os.close(handle)
