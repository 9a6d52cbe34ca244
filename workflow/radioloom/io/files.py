"""Files of a folder tree: list them, name them safely in messages, refuse links that lead out, write them whole."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from errno import EBADF, ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import TYPE_CHECKING, Any, BinaryIO

from radioloom.errors import BadImage, RadioloomError, StudyError
from radioloom.failures import reading
from radioloom.provenance import digest, file_digest

if TYPE_CHECKING:
    import numpy as np

# Names that scanners and archives count files with; any other may be a patient's ("SMITH_JOHN.dcm").
COUNTER = re.compile(
    r"(IM|IMG|I|CT|MR|PT|PET|RS|SEG|IMAGE|SLICE|FILE|DCM)?[-_.]?(\d{1,3}-)?0*\d{1,4}(\.dcm|\.ima|\.img)?", re.IGNORECASE
)

ABSENT = (
    ENOENT,
    ENOTDIR,
    ELOOP,
    EBADF,
    ENAMETOOLONG,
)  # errors that say: nothing is there; all others are the machine's
SAMPLE = 1 << 16  # bytes that files of one size are told apart by, before they are read whole
BEGINNING = 4096  # bytes: a block of most disks, and more than the preamble of a DICOM file
HEADERS, BESIDE = (".mhd", ".nhdr", ".hdr"), (".raw", ".zraw", ".raw.gz", ".img", ".img.gz")


def _mode(path: Path | str) -> int | None:
    """What lies at a path, links followed; None for nothing. Raises OSError where the machine cannot say."""
    try:
        return os.stat(path).st_mode
    except OSError as error:
        if error.errno not in ABSENT:
            raise
    except ValueError:  # a NUL, or letters that no file's name has
        pass
    return None


def is_there(path: Path | str) -> bool:
    """Whether anything lies at a path; raises OSError where the machine cannot say (no right, a disk that is silent).

    `os.path.exists`, `isfile` and `isdir` call that absent, and so the user's fault, where a server hiccups.
    """
    return _mode(path) is not None


def is_file(path: Path | str) -> bool:
    """Whether a file lies at a path; raises OSError as `is_there`."""
    return (mode := _mode(path)) is not None and S_ISREG(mode)


def is_folder(path: Path | str) -> bool:
    """Whether a folder lies at a path; raises OSError as `is_there`."""
    return (mode := _mode(path)) is not None and S_ISDIR(mode)


def files_below(place: Path) -> Iterator[Path]:
    """Files at or below a place: folder by folder, those of a folder in the order of their names before its folders.

    Links to folders are not followed; pipes, sockets and devices are left out.
    """
    if is_file(place):
        yield place
        return
    waiting = [str(place)]
    while waiting:
        with os.scandir(waiting.pop()) as unsorted:
            entries = sorted(unsorted, key=lambda entry: entry.name)
        folders = [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
        yield from (Path(entry.path) for entry in entries if leads_nowhere(Path(entry.path)) or entry.is_file())
        waiting.extend(reversed(folders))


def linked_folders(place: Path) -> Iterator[Path]:
    """Links to folders below a place, which `files_below` does not follow."""
    for folder, names, _ in os.walk(place):
        yield from (path for name in sorted(names) if (path := Path(folder, name)).is_symlink())


def leads_nowhere(path: Path) -> bool:
    """Whether a path is a link to nothing; raises OSError where the machine cannot say."""
    if not path.is_symlink():
        return False
    try:
        path.stat()
    except OSError as error:
        if error.errno not in ABSENT:
            raise
        return True
    return False


def called(file: Path, place: Path, number: int, total: int) -> str:
    """What messages call a file at or below a place: `file 17 of 134` where its name could be a patient's.

    number, total : which file it is (from 1, in the order of `files_below`), and of how many
    Its name is shown where the user typed it, or where it only counts (`IM0005.dcm`).
    """
    return file.name if file == place or COUNTER.fullmatch(file.name) else f"file {number} of {total}"


def blank(file: Path) -> str:
    """Why a file holds nothing, "" where it holds something: such a file may have been any, a slice or a segmentation.

    A copy that was broken off, or a disk that was full, leaves files of no byte, or of zeros where they begin.
    """
    size = file.stat().st_size
    if not size:
        return "is empty (0 bytes)"
    if file.name.lower().endswith(BESIDE):  # voxels alone, which may be zeros
        return ""
    with reading(file) as handle:
        return "" if handle.read(BEGINNING).strip(b"\0") else f"begins with nothing but zeros ({size} bytes)"


def listing(place: Path, files: Sequence[Path]) -> str:
    """Digest of which files lie at or below a place."""
    return digest([file.relative_to(place).as_posix() for file in files])


def content(place: Path) -> tuple[int, str]:
    """How many files lie at or below a place, and the digest of their contents (of one file, its own)."""
    files = list(files_below(place))
    if files == [place]:
        return 1, file_digest(place)
    return len(files), digest([[file.relative_to(place).as_posix(), file_digest(file)] for file in files])


def copies(files: Iterable[Path]) -> dict[Path, str]:
    """Digest of each file that is, byte by byte, a copy of another of these; empty files and headers alone are none.

    Few files are read: those of one size at three places, and whole where they are the same there.
    """
    alike = _several({file: str(file.stat().st_size) for file in set(files) if file.suffix.lower() not in HEADERS})
    alike.pop("0", None)
    for known_by in (_sample, file_digest):
        groups = [_several({file: known_by(file) for file in group}) for group in alike.values()]
        alike = {
            f"{size} {key}": same for size, parts in zip(alike, groups, strict=True) for key, same in parts.items()
        }
    return {file: key for key, group in alike.items() for file in group}


def _several(known_by: dict[Path, str]) -> dict[str, list[Path]]:
    """Files by what they are known by, where that is one of several."""
    groups: dict[str, list[Path]] = {}
    for file in sorted(known_by):
        groups.setdefault(known_by[file], []).append(file)
    return {key: group for key, group in groups.items() if len(group) > 1}


def _sample(file: Path) -> str:
    """Digest of a file's beginning, middle and end."""
    size, pieces = file.stat().st_size, []
    with reading(file) as handle:
        for place in (0, size // 2, max(size - SAMPLE, 0)):
            handle.seek(place)
            pieces.append(handle.read(SAMPLE).hex())
    return digest(pieces)


def stamp(places: Iterable[Path]) -> str:
    """Digest of name, size and time of modification of every file at or below places."""
    return digest([_stamps(place) for place in places])


def _stamps(place: Path) -> list[list[Any]]:
    """Name, size and time of the files of one place; what cannot be looked at is left to the job that reads it.

    A header that has its voxels in a file beside it (.mhd, .nhdr, .hdr) is stamped with them.
    """
    beside = BESIDE if place.suffix.lower() in HEADERS else ()
    try:
        files = [*files_below(place), *(place.with_suffix(suffix) for suffix in beside)]
        return [[str(file).removeprefix(str(place)), *_size_and_time(file)] for file in files]
    except OSError as error:
        return [["", 0, error.errno]]


def _size_and_time(file: Path) -> tuple[int, int]:
    try:
        stat = os.stat(file)
    except OSError as error:  # a broken link
        return 0, error.errno or 0
    return stat.st_size, stat.st_mtime_ns


def numbered(place: Path, numbers: Sequence[int], listed: str) -> list[tuple[Path, str]]:
    """Files by their numbers (from 1) among those at or below a place, each with what messages may call it.

    listed : digest of the files when they were numbered, as `listing` made it
    Results keep numbers of files and not their names, which may be patients'. Raises BadImage where the place no longer
    holds the files that it held when they were numbered.
    """
    files = list(files_below(place)) if is_there(place) else []
    if listing(place, files) != listed:
        raise BadImage("files were added, deleted or renamed since they were curated; run the study again")
    return [(files[number - 1], called(files[number - 1], place, number, len(files))) for number in numbers]


def within(data: Path, name: str, fault: type[RadioloomError] = BadImage) -> Path:
    """The path `name` of a sheet, below the data folder; `fault` where it, or a link below it, leads out of that."""
    place, root = data / name, data.resolve()
    links = (file for file in files_below(place) if file.is_symlink()) if is_folder(place) else ()
    for path in (place, *links):
        if not lies_within(path, root):
            raise fault(f"{name}: a link (or ..) leads out of the data folder; put the files themselves there")
    return place


def lies_within(path: Path, root: Path) -> bool:
    """Whether a path, with its links followed, lies in a folder whose own links are resolved."""
    return "\0" not in str(path) and path.resolve().is_relative_to(root)


def check_new(*paths: Path, endings: Collection[str] = ()) -> None:
    """Whether files can be written to these paths, asked before the work whose results they take.

    endings : of names of the kind that is written, where that is a table
    Raises StudyError where one is there already, its folder is not there or may not be written into, or its name is of
    another kind.
    """
    for path in paths:
        if is_folder(path):
            raise StudyError(f"{path} is a folder; give the name of a file in it")
        if is_there(path) or path.is_symlink():
            raise StudyError(f"{path} already exists; delete or rename it, or choose another name")
        if not is_folder(path.parent):
            raise StudyError(f"{path.parent}: no such folder; create it first")
        if not os.access(path.parent, os.W_OK | os.X_OK):
            raise StudyError(f"{path.parent}: you may not write into this folder; choose another")
        if endings and path.suffix.lower() not in endings:
            raise StudyError(f"{path.name}: end the name in {' or '.join(endings)}")


def filled(handle: BinaryIO, array: np.ndarray) -> int:
    """Bytes read of an open file into a flat array: fewer than it has room for where the file ends before.

    Raises OSError where the machine cannot read, which np.fromfile hides: it gives what it has as if the file ended.
    """
    room, at = memoryview(array.view("u1")), 0
    while at < len(room) and (n := handle.readinto(room[at:])):  # type: ignore[attr-defined]
        at += n
    return at


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
