"""Files of results: complete or absent when they are written, and held against their own digest when they are read.

A JSON file has a key for it. Any other file that can hold a text of its own has the digest of all its bytes in a seal,
which counts as UNSEALED in that digest.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from radioloom.errors import StudyError
from radioloom.failures import damaged
from radioloom.provenance import digest

EDITED = "it is not as it was written: edited, or damaged"
CUT = "it is damaged (cut off, empty or overwritten)"
DIGEST = "digest"  # key of a JSON file that holds the digest of all others
UNSEALED = "sha256:000000000000"
SEAL = b"sha256:"  # how it begins


@contextmanager
def complete(path: Path | str) -> Iterator[Path]:
    """Where to write a file: it is in its place once the block has ended, and nothing is left of one that failed."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    try:
        yield part
        os.replace(part, path)
    except OSError as error:
        error.filename = error.filename or str(path)  # the system names no file that it cannot write on
        raise
    finally:
        part.unlink(missing_ok=True)


def write_text(text: str, path: Path | str) -> None:
    """Write a text in UTF-8, complete or not at all."""
    with complete(path) as part:
        part.write_text(text, encoding="utf-8")


def sealed(content: Mapping[str, Any]) -> dict[str, Any]:
    """Content of a JSON file as it will be read again, with its digest."""
    plain = json.loads(json.dumps({key: value for key, value in content.items() if key != DIGEST}))
    return {**plain, DIGEST: digest(plain)}


def intact(content: Mapping[str, Any]) -> bool:
    """Whether the content of a JSON file is what its digest was made of."""
    return content.get(DIGEST) == digest({key: value for key, value in content.items() if key != DIGEST})


def write_json(content: Mapping[str, Any], path: Path | str) -> None:
    """Write a JSON file with its digest; equal contents give equal bytes."""
    write_text(json.dumps(sealed(content), indent=1, sort_keys=True) + "\n", path)


def read_json(path: Path | str, whole: Path | None = None) -> dict[str, Any]:
    """What `write_json` was given; StudyError where the file is damaged or was edited.

    whole : the folder that was written in one piece with the file, which the message names in the place of it
    """
    try:
        content = parsed(path)
        if not intact(content):
            raise StudyError(damaged(path, EDITED))
    except StudyError as error:
        if whole is None:
            raise
        raise StudyError(damaged(whole, f"{Path(path).name} is not as it was written")) from error
    del content[DIGEST]
    return content


def check_batch(path: Path | str, found: Collection[str], asked: Collection[str]) -> None:
    """Hold the cases of a file or folder of a batch against those that it should have: a seal does not say whose it is.

    found, asked : names of regions, with their cohort
    Raises StudyError naming the file, and the case that is gone or another batch's.
    """
    if foreign := set(found) - set(asked):
        raise StudyError(damaged(path, f"it is not of this batch, which has no {min(foreign)}"))
    if gone := set(asked) - set(found):
        raise StudyError(damaged(path, f"{min(gone)} is gone"))


def parsed(path: Path | str) -> dict[str, Any]:
    """A JSON file whose digest nobody has looked at; StudyError, which names the file, where it holds no object."""
    raw = Path(path).read_bytes()
    try:
        content = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise StudyError(damaged(path, CUT)) from error
    if not isinstance(content, dict):
        raise StudyError(damaged(path, CUT))
    return content


def seal(content: bytes) -> bytes:
    """A file's bytes with the digest of them all in the place of the last UNSEALED."""
    before, _, after = content.rpartition(UNSEALED.encode())
    return b"".join((before, _seal(before, after), after))


def read_bytes(path: Path | str, around: bytes = b"") -> bytes:
    """The bytes of a file that `seal` sealed; StudyError, which names it, where they are others.

    around : with what such a file begins and ends
    """
    content = Path(path).read_bytes()
    if not (content.startswith(around) and content.endswith(around) and len(content) > len(UNSEALED)):
        raise StudyError(damaged(path, CUT))
    place = content.rfind(SEAL)
    rest = place + len(UNSEALED)
    if place < 0 or content[place:rest] != _seal(content[:place], content[rest:]):
        raise StudyError(damaged(path, EDITED))
    return content


def _seal(before: bytes, after: bytes) -> bytes:
    sha = hashlib.sha256(before)
    sha.update(UNSEALED.encode())
    sha.update(after)
    return SEAL + sha.hexdigest()[:12].encode()
