"""Pseudonyms of patients: a keyed hash of their number; its secret key never lies beside the code or the results.

Without the key nobody can go from a pseudonym to a patient, not even by trying all hospital numbers; with it the
same patient has the same pseudonym in every study, on every machine, from every source.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import unicodedata
from pathlib import Path

from radioloom.errors import StudyError

VARIABLE = "RADIOLOOM_KEY_FILE"
PURPOSE = b"radioloom pseudonym 1\0"  # another use of the same key gives unrelated names
LETTERS, GROUP = 12, 4  # of 5 bits each: 60 bits, by which two of a million patients meet once in two million studies
KEY_BYTES = 32
REPOSITORY = (".git", "Snakefile")  # what lies at the top of a project that others are given


def pseudonym(identifier: str, key: bytes) -> str:
    """The name that a patient has in a study, as `k3mx-7qdw-abcd`: small letters and 2 to 7, three groups of four.

    identifier : the patient's number (DICOM's PatientID); spaces and NULs around it do not count
    key : as `read_key` gave it
    HMAC-SHA256 (RFC 2104), its first 60 bits in base32 (RFC 4648). Raises StudyError for an empty identifier.
    """
    given = unicodedata.normalize("NFC", identifier).strip(" \0")
    if not given:
        raise StudyError("a patient without a number (PatientID) has no pseudonym; give the files one first")
    hashed = hmac.new(key, PURPOSE + given.encode(), hashlib.sha256).digest()
    letters = base64.b32encode(hashed).decode().lower()[:LETTERS]
    return "-".join(letters[i : i + GROUP] for i in range(0, LETTERS, GROUP))


def key_file() -> Path:
    """Where the key lies: RADIOLOOM_KEY_FILE, or radioloom/pseudonym.key below the user's folder of settings."""
    settings = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return Path(os.environ.get(VARIABLE) or settings / "radioloom" / "pseudonym.key")


def read_key(path: Path | None = None) -> bytes:
    """The key (at least 16 bytes) in a file, that of `key_file` by default, which holds it in hexadecimal digits.

    Raises StudyError where there is no key, where it lies in a repository or can be read by everybody.
    """
    path = path or key_file()
    if not path.is_file():
        raise StudyError(f"{path}: no key for pseudonyms; make one with `radioloom key`, or set {VARIABLE}")
    refuse_repository(path, "the key")
    if os.name == "posix" and path.stat().st_mode & 0o007:
        raise StudyError(f"{path}: everybody on this machine may read the key; run: chmod 600 {path}")
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii"))
    except ValueError:  # not shown: the error would quote what the file holds
        key = b""
    if len(key) < KEY_BYTES // 2:
        raise StudyError(f"{path}: not a key of at least {KEY_BYTES} hexadecimal digits; `radioloom key` makes one")
    return key


def make_key(path: Path | None = None) -> Path:
    """Write a new random key that only its owner can read, and return its path; an existing key is never overwritten.

    Raises StudyError where one exists, or where the place lies in a repository.
    """
    path = path or key_file()
    refuse_repository(path, "the key")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise StudyError(f"{path}: a key already exists; another one would rename every patient") from None
    try:
        with open(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(KEY_BYTES) + "\n")
    except OSError:
        path.unlink()  # half a key would be in the way of a whole one
        raise
    return path


def repository(path: Path) -> Path | None:
    """The repository that a path lies in, from where it would be handed on with the code; None where it is in none."""
    return next((folder for folder in path.resolve().parents if any((folder / m).exists() for m in REPOSITORY)), None)


def refuse_repository(path: Path, what: str) -> None:
    """StudyError where a path lies inside a repository."""
    if folder := repository(path):
        raise StudyError(f"{path}: {what} may not lie inside the repository {folder}; keep it elsewhere")
