"""The folder that a series of an archive arrives in: files that are whole, those still wanted, and the manifest.

One process at a time works on a series. A file is kept once it is on disk and is what was asked for; the manifest
(names, sizes, checksums) is written last, and a series that it describes is not asked for again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, BinaryIO

from pydicom.filereader import read_partial

from radioloom.errors import StudyError
from radioloom.io.dicom.values import BROKEN, files_own_fault, text
from radioloom.io.files import flush, flush_folder, write_whole
from radioloom.io.untrusted import refuse_inflation

LARGEST = 2**31  # bytes of one instance
SERIES, SOP = 0x0020000E, 0x00080018
LOCK = "lock"  # file among the parts that the process at work holds
Manifest = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Listed:
    """One instance as its archive lists it."""

    name: str  # of its file; in archives that speak DICOM its SOPInstanceUID
    size: int = -1  # bytes; -1 where the archive does not say
    md5: str = ""
    sop_class: str = ""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The folder of one series: files that are whole, and those that are still wanted."""

    folder: Path
    listed: Mapping[str, Listed]
    named_by_sop: bool  # whether a file's name is its SOPInstanceUID
    faults: dict[str, str] = field(default_factory=dict)  # name -> what was wrong with the last file that came
    unlisted: set[str] = field(default_factory=set)  # instances of the series that came, and that the list lacks

    @property
    def parts(self) -> Path:
        """Where files lie until they are whole."""
        return parts_of(self.folder)

    def missing(self) -> list[Listed]:
        """Instances that are not here, in the order of the list."""
        return [each for name, each in self.listed.items() if not self._path(name).is_file()]

    def open_part(self) -> IO[bytes]:
        """A new file, open for writing, for an instance that is on its way; its name is nobody else's."""
        return tempfile.NamedTemporaryFile(suffix=".arriving", dir=self.parts, delete=False)

    def put(self, name: str, data: bytes) -> bool:
        """Keep an instance that was received whole; False where it is not what was asked for."""
        with self.open_part() as file:
            file.write(data)
        return self.take(Path(file.name), name) if name in self.listed else self.take_any(Path(file.name))

    def take_any(self, part: Path) -> bool:
        """`take` a file that says itself which instance it is; False where it is none that is missing."""
        try:
            series, name = _identity(part)
        except (*BROKEN, RecursionError):
            series, name = "", ""
        if name in self.listed and not self._path(name).is_file():
            return self.take(part, name)
        if name and name not in self.listed and series == self.folder.name:
            self.unlisted.add(name)
        part.unlink()
        return False

    def take(self, part: Path, name: str) -> bool:
        """Check a file that was received, and move it to its place; False where it is not what was asked for."""
        wrong = self.fault(part, name)
        if wrong:
            self.faults[name] = wrong
            part.unlink()
            return False
        with open(part, "rb+") as file:
            flush(file)
        os.replace(part, self._path(name))
        return True

    def fault(self, path: Path, name: str) -> str:
        """What is wrong with a received file, "" for a sound one."""
        listed, size = self.listed[name], path.stat().st_size
        if size > LARGEST or listed.size not in (-1, size):
            return f"it has {size} bytes, and {listed.size if listed.size >= 0 else f'at most {LARGEST}'} are expected"
        if listed.md5 and _digest(path, "md5") != listed.md5:
            return "its MD5 is not the one that the archive lists"
        try:
            series, sop = _identity(path)
        except (*BROKEN, RecursionError):
            return "it is not a DICOM file, or a damaged one"
        if series != self.folder.name or (self.named_by_sop and sop != name):
            return "it is another instance than the one asked for"
        return ""

    def sweep(self) -> None:
        """Delete what is not whole and what the archive does not list (any more)."""
        self.parts.mkdir(parents=True, exist_ok=True)
        self.folder.mkdir(exist_ok=True)
        for path in self.folder.iterdir():
            if path.stem not in self.listed or self.fault(path, path.stem):
                path.unlink()
        for path in self.parts.glob("*.arriving"):  # of a process that was killed
            path.unlink()

    def close(self) -> Manifest:
        """Write the manifest of a complete series, last and at once: from now on it is not asked for again."""
        content = _present(self.folder)
        manifest = {"files": len(content), "bytes": sum(each["bytes"] for each in content.values()), "content": content}
        flush_folder(self.folder)
        write_whole(_manifest(self.folder), f"{json.dumps(manifest, indent=1)}\n".encode())
        return manifest

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.dcm"


def parts_of(folder: Path) -> Path:
    """Where files of a series lie until they are whole: beside the series, so that no reader of it sees them."""
    return folder.with_name(f"{folder.name}.part")


def unchanged(folder: Path) -> Manifest | None:
    """The manifest of a series that was completed and is unchanged; None where it has to be fetched (again)."""
    manifest = _read(_manifest(folder)) if folder.is_dir() else None
    return manifest if manifest and _present(folder) == manifest["content"] else None


def forget_changed(folder: Path) -> None:
    """Delete files of a series that are not as its manifest says, and the manifest, so that they are fetched again.

    A manifest that is itself damaged is set aside, and nothing is believed that lies beside it.
    """
    path = _manifest(folder)
    if not path.is_file():
        return
    manifest = _read(path)
    content = manifest["content"] if manifest else {}
    for name, entry in (_present(folder) if folder.is_dir() else {}).items():
        if entry != content.get(name):
            (folder / name).unlink()
    if manifest:
        path.unlink()
    else:
        os.replace(path, path.with_suffix(".json.damaged"))
        print("the manifest of a series is damaged: it was set aside, and the series is fetched anew", file=sys.stderr)


def refuse_links(place: Path, uids: str) -> None:
    """StudyError where a link lies at the place of a series, or among its files: what is behind it is not ours."""
    folder = place / uids
    ours = [folder, parts_of(folder), _manifest(folder), *([folder.parent] if folder.parent != place else [])]
    if any(path.is_symlink() for path in ours) or (folder.exists() and not _of_plain_files(folder)):
        raise StudyError(
            f"{place.name}: where a series of this cohort is kept in {place.parent.name}/ lies a link, or something "
            "else than its files, and nothing was touched; move it away (find it with: "
            f"find {place.parent.name}/{place.name} -type l)"
        )


def _of_plain_files(folder: Path) -> bool:
    return folder.is_dir() and all(path.is_file() and not path.is_symlink() for path in folder.iterdir())


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Wait until no other process works on a series, and keep others from it meanwhile; its parts go at the end.

    A process that is killed lets go. Where the file system cannot lock, names that are nobody else's must do.
    """
    parts = parts_of(folder)
    while True:
        parts.mkdir(parents=True, exist_ok=True)
        try:
            held = open(parts / LOCK, "ab")  # noqa: SIM115
        except FileNotFoundError:  # the process before us has just ended
            continue
        _lock(held)
        if _is_same(held, parts / LOCK):
            break
        held.close()
    try:
        yield
    finally:
        needed = not _manifest(folder).is_file() and any(path.name != LOCK for path in parts.iterdir())
        held.close()
        if not needed:
            shutil.rmtree(parts, ignore_errors=True)


def _lock(file: BinaryIO) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("another run is fetching this series: waiting for it", file=sys.stderr)
        fcntl.flock(file, fcntl.LOCK_EX)
    except OSError:  # a file system that has no locks
        return


def _is_same(file: BinaryIO, path: Path) -> bool:
    """Whether an open file still lies at a path."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _identity(path: Path) -> tuple[str, str]:
    """SeriesInstanceUID and SOPInstanceUID of a file."""
    with open(path, "rb") as handle:
        refuse_inflation(handle)
        with files_own_fault():
            data = read_partial(handle, lambda tag, vr, length: tag > SERIES)
    return text(data, SERIES), text(data, SOP)


def _read(path: Path) -> Manifest | None:
    """A manifest, None where there is none or a damaged one."""
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        sound = all({"bytes", "sha256"} == set(each) for each in manifest["content"].values())
        return manifest if sound and manifest["files"] == len(manifest["content"]) else None
    except (FileNotFoundError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def _present(folder: Path) -> Manifest:
    entries = ((path, path.stat().st_size) for path in sorted(folder.iterdir()))
    return {path.name: {"bytes": size, "sha256": _digest(path, "sha256")} for path, size in entries}


def _manifest(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.json")


def _digest(path: Path, kind: str) -> str:
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, lambda: hashlib.new(kind, usedforsecurity=kind != "md5")).hexdigest()
