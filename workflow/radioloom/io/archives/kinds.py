"""The kinds of archive that series can be fetched from; a new kind is a file beside this one and a row of ARCHIVES."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from radioloom.errors import StudyError
from radioloom.io.archives.credentials import Credentials, variable

if TYPE_CHECKING:
    from radioloom.io.archives.archive import Connection


@dataclass(frozen=True, slots=True)
class Archive:
    """One kind of archive. Its client is imported by `connect` only: `make archives` installs it, not every user.

    name : what `source.kind` of a cohort calls it
    needs : keys of `source` without which it cannot be reached; no other kind accepts them
    connect : source (as the study's schema describes it), credentials and a hint for messages (the variables that the
        credentials are read from) -> the archive, to which nothing is sent yet
    """

    name: str
    needs: tuple[str, ...]
    connect: Callable[[dict[str, Any], Credentials, str], Connection]


def _dicomweb(source: dict[str, Any], credentials: Credentials, hint: str) -> Connection:
    from radioloom.io.archives.dicomweb import DicomWeb

    return DicomWeb(source, credentials, hint)


def _dimse(source: dict[str, Any], credentials: Credentials, hint: str) -> Connection:
    from radioloom.io.archives.dimse import Dimse

    return Dimse(source, credentials, hint)


def _idc(source: dict[str, Any], credentials: Credentials, hint: str) -> Connection:
    from radioloom.io.archives.idc import Idc

    return Idc(source, credentials, hint)


ARCHIVES: tuple[Archive, ...] = (
    Archive("dicomweb", ("url",), _dicomweb),
    Archive("dimse", ("host", "port", "aet"), _dimse),
    Archive("idc", (), _idc),
)
KINDS = tuple(archive.name for archive in ARCHIVES)


def archive(kind: str) -> Archive:
    """The record of a kind; StudyError with the names of all for one that is not known."""
    for each in ARCHIVES:
        if each.name == kind:
            return each
    raise StudyError(f"source.kind: no archive is of kind {kind!r}; choose one of {', '.join(KINDS)}")


def connect(source: dict[str, Any], cohort: str, environment: Mapping[str, str]) -> Connection:
    """The archive of a cohort; nothing is sent yet.

    source : as the study's schema describes it
    environment : holds credentials, and paths of trusted certificates
    Raises StudyError where the client of its kind is not installed.
    """
    user, password, token = (variable(cohort, key) for key in ("user", "password", "token"))
    hint = f"set {user} and {password}, or {token}, in the environment"
    try:
        return archive(source["kind"]).connect(source, Credentials.of(cohort, environment), hint)
    except ModuleNotFoundError as error:
        raise StudyError(
            f"source.kind {source['kind']}: the package {error.name} is not installed; run `make archives`, or "
            "pip install 'radioloom[archives]'"
        ) from None
