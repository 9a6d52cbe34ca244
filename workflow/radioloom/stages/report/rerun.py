"""The command that runs a study again, as its report prints it: with no path of the machine that it ran on."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

SNAKEMAKE = "snakemake --cores 2"
DEFAULT = Path("config", "config.yaml")  # below the root of the repository: the study that runs without a file named
DATA = "RADIOLOOM_DATA=<folder of the data>"
FROM_ROOT = re.compile(r"\A(?:~?[\\/]|[A-Za-z]:[\\/])(?:[^\n]*[\\/])?(?=[^\\/\n]+\Z)")
FOLDER = "<folder of the study>"  # of a study elsewhere, whose place may tell a user's name


def command(source: Path | None, root: Path, from_variable: bool) -> str:
    """The command line for the study, to be typed at the root of the repository.

    source : file of the study; None where Snakemake was given none
    root : folder of the repository
    from_variable : whether the environment variable RADIOLOOM_DATA says where the data are
    """
    words = [DATA] if from_variable else []
    words.append(SNAKEMAKE)
    if source is not None and source.resolve() != (root / DEFAULT).resolve():
        words += ["--configfile", _typed(source.resolve(), root)]
    return " ".join(words)


def _typed(source: Path, root: Path) -> str:
    """The file from the repository's root, or from the working directory; of one elsewhere the name alone."""
    for folder in (root.resolve(), Path.cwd()):
        if source.is_relative_to(folder):
            return shlex.quote(source.relative_to(folder).as_posix())
    return f"{FOLDER}/{shlex.quote(source.name)}"


def shown(settings: Any) -> Any:
    """Settings as a report may show them: of a path from the root of somebody's machine its last name alone."""
    if isinstance(settings, dict):
        return {key: shown(value) for key, value in settings.items()}
    if isinstance(settings, list):
        return [shown(value) for value in settings]
    return FROM_ROOT.sub("", settings) if isinstance(settings, str) else settings
