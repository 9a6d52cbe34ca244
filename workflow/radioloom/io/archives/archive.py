"""Fetch a series from an archive of any kind: files arrive whole or not at all, and it is asked for until complete.

An archive lists the instances of a series and sends those that are wanted. Everything else is here: names that are safe
as files, sizes, checksums, the identity of what was sent, attempts, and a manifest of what is complete.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from pydicom.filereader import read_partial

from radioloom.errors import CaseError, RadioloomError, StudyError
from radioloom.io.dicom.headers import BROKEN, text
from radioloom.io.untrusted import refuse_inflation

ATTEMPTS = 4
WAIT_S = 1.0  # before the second attempt; four times as long before each further one: 1, 4, 16 s
LARGEST = 2**31  # bytes of one instance
MOST = 20_000  # instances of one series
CONNECT_S, ANSWER_S = 10, 60  # how long an archive may take to accept a connection, and between two pieces of an answer
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
SERIES, SOP = 0x0020000E, 0x00080018


class Interrupted(RadioloomError):
    """The archive did not answer, or not to the end: worth another attempt, and after the last one the study stops."""


class IncompleteSeries(CaseError):
    """The archive does not give the whole series: worth another attempt, and after the last one the case drops out."""


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

    @property
    def parts(self) -> Path:
        """Where files lie until they are whole: beside the series, so that no reader of it sees them."""
        return self.folder.with_name(f"{self.folder.name}.part")

    def missing(self) -> list[Listed]:
        """Instances that are not here, in the order of the list."""
        return [each for name, each in self.listed.items() if not self._path(name).is_file()]

    def put(self, name: str, data: bytes) -> bool:
        """Keep an instance that was received whole; False where it is not what was asked for."""
        part = self.parts / f"{name}.dcm"
        if name not in self.listed:
            return False
        part.write_bytes(data)
        return self.take(part, name)

    def take(self, part: Path, name: str) -> bool:
        """Check a file that was received, and move it to its place; False where it is not what was asked for."""
        wrong = self.fault(part, name)
        if wrong:
            self.faults[name] = wrong
            part.unlink()
            return False
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

    def close(self) -> dict[str, Any]:
        """Write the manifest of a complete series, last and at once: from now on it is not asked for again."""
        shutil.rmtree(self.parts)
        content = {path.name: _entry(path) for path in sorted(self.folder.iterdir())}
        manifest = {"files": len(content), "bytes": sum(each["bytes"] for each in content.values()), "content": content}
        part = _manifest(self.folder).with_suffix(".json.part")
        part.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
        os.replace(part, _manifest(self.folder))
        return manifest

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.dcm"


class Connection(Protocol):
    """One archive that has been connected to: it lists the instances of a series and sends those that are wanted."""

    named_by_sop: bool

    def listed(self, study: str, series: str) -> Sequence[Listed]:
        """Instances of a series; CaseError if it is not there.

        study : "" where the sheet does not name it
        """

    def send(self, study: str, series: str, arrivals: Arrivals) -> None:
        """Give what is missing to `arrivals`; raises Interrupted."""


def bring(archive: Connection, place: Path, uids: str) -> dict[str, Any]:
    """Fetch a series into `place`, unless it is complete there already; its manifest (files, sizes, checksums).

    place : folder of the cohort; the series becomes `place/<uids>`
    uids : SeriesInstanceUID, or StudyInstanceUID/SeriesInstanceUID
    A run that was killed goes on with the files that arrived. Raises CaseError where the archive has no such series
    or never sends it whole, StudyError where it cannot be reached.
    """
    folder = place / uids
    if manifest := unchanged(folder):
        return manifest
    *study, series = uids.split("/")
    last: RadioloomError | None = None
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(WAIT_S * 4 ** (attempt - 1))
        try:
            listed = _checked_list(archive.listed("".join(study), series))
            arrivals = Arrivals(folder, listed, archive.named_by_sop)
            arrivals.sweep()
            if arrivals.missing():
                archive.send("".join(study), series, arrivals)
            if not arrivals.missing():
                return arrivals.close()
            last = _incomplete(arrivals)
        except (Interrupted, IncompleteSeries) as error:
            last = error
    if isinstance(last, IncompleteSeries):
        raise last
    raise StudyError(f"{last}; {ATTEMPTS} attempts were made. Run again later: what has arrived is kept") from last


def unchanged(folder: Path) -> dict[str, Any] | None:
    """The manifest of a series that was completed and is unchanged; None where it has to be fetched (again)."""
    path = _manifest(folder)
    if not path.is_file():
        return None
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    present = {each.name: _entry(each) for each in folder.iterdir()} if folder.is_dir() else {}
    if present == manifest["content"]:
        return manifest
    for name, entry in present.items():
        if entry != manifest["content"].get(name):
            (folder / name).unlink()
    path.unlink()
    return None


def _checked_list(listed: Sequence[Listed]) -> dict[str, Listed]:
    """An archive's list by name; CaseError where it is empty, absurdly long, or has names that no file can have."""
    if not 0 < len(listed) <= MOST:
        raise CaseError(f"the archive lists {len(listed)} instances of the series; 1 to {MOST} are accepted")
    if not all(NAME.fullmatch(each.name) for each in listed):
        raise CaseError("the archive lists an instance under a name that is neither a UID nor a plain file name")
    by_name = {each.name: each for each in listed}
    if len(by_name) < len(listed) or any(each.size > LARGEST for each in listed):
        raise CaseError(f"the archive lists an instance twice, or one of more than {LARGEST} bytes")
    return by_name


def _incomplete(arrivals: Arrivals) -> IncompleteSeries:
    missing = arrivals.missing()
    wrong = next((f" ({arrivals.faults[each.name]})" for each in missing if each.name in arrivals.faults), "")
    return IncompleteSeries(
        f"{len(missing)} of {len(arrivals.listed)} files did not arrive whole from the archive in {ATTEMPTS} attempts"
        f"{wrong}; have the archive correct the series, then run again with --forcerun fetch"
    )


def _identity(path: Path) -> tuple[str, str]:
    """SeriesInstanceUID and SOPInstanceUID of a file."""
    with open(path, "rb") as handle:
        refuse_inflation(handle)
        data = read_partial(handle, lambda tag, vr, length: tag > SERIES)
    return text(data, SERIES), text(data, SOP)


def _entry(path: Path) -> dict[str, Any]:
    return {"bytes": path.stat().st_size, "sha256": _digest(path, "sha256")}


def _manifest(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.json")


def _digest(path: Path, kind: str) -> str:
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, lambda: hashlib.new(kind, usedforsecurity=kind != "md5")).hexdigest()
