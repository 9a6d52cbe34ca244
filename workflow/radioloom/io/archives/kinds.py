"""The kinds of archive that a cohort's `source` may name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from radioloom.errors import StudyError
from radioloom.io.archives.archive import Archive, Credentials, variable


def connect(source: dict[str, Any], cohort: str, environment: Mapping[str, str]) -> Archive:
    """The archive of a cohort; nothing is sent yet.

    source : as the study's schema describes it
    environment : where credentials and trusted authorities stand
    """
    user, password, token = (variable(cohort, key) for key in ("user", "password", "token"))
    hint = f"set {user} and {password}, or {token}, in the environment"
    try:
        return KINDS[source["kind"]](source, Credentials.of(cohort, environment), hint)
    except ModuleNotFoundError as error:
        raise StudyError(
            f"source.kind {source['kind']}: the package {error.name} is not installed; run `make archives`, or "
            "pip install 'radioloom[archives]'"
        ) from None


def _dicomweb(*given: Any) -> Archive:
    from radioloom.io.archives.dicomweb import DicomWeb

    return DicomWeb(*given)


def _dimse(*given: Any) -> Archive:
    from radioloom.io.archives.dimse import Dimse

    return Dimse(*given)


def _idc(*given: Any) -> Archive:
    from radioloom.io.archives.idc import Idc

    return Idc(*given)


KINDS = {"dicomweb": _dicomweb, "dimse": _dimse, "idc": _idc}
