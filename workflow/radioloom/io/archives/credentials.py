"""Credentials of archives, from the environment: RADIOLOOM_<COHORT>_USER, _PASSWORD, _TOKEN, and trusted files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from radioloom.errors import StudyError


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who we are to an archive, and whom we trust; never part of a study, never shown."""

    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    ca_file: str | None = None
    certificate: str | None = None
    key: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, cohort: str, environment: Mapping[str, str]) -> Credentials:
        """Credentials of a cohort's archive from RADIOLOOM_<COHORT>_..., trust from RADIOLOOM_CA_FILE and so on.

        They bear the cohort's name so that one hospital's are never sent to another's archive. Raises StudyError where
        a variable names a file that does not exist.
        """
        user, password, token = (environment.get(variable(cohort, key), "") for key in ("user", "password", "token"))
        return cls(user, password, token, *_files(environment, ("CA_FILE", "CLIENT_CERT", "CLIENT_KEY")))


def variable(cohort: str, key: str) -> str:
    """The environment variable of a credential: RADIOLOOM_TRAIN_PASSWORD."""
    return f"RADIOLOOM_{cohort}_{key}".upper().replace("-", "_")


def _files(environment: Mapping[str, str], words: Sequence[str]) -> list[str | None]:
    paths = [environment.get(f"RADIOLOOM_{word}") or None for word in words]
    for word, path in zip(words, paths, strict=True):
        if path and not Path(path).is_file():
            raise StudyError(f"RADIOLOOM_{word}: no such file; correct the environment variable, or unset it")
    return paths
