"""What is behind a report: digests of study, code and data, versions of the software, the command and the profile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from radioloom import __version__
from radioloom.figures.words import count
from radioloom.io import files
from radioloom.provenance import digest, environment, running

Contents = Mapping[str, tuple[int, str]]


def provenance(params: Any, measured: Sequence[Sequence[str]]) -> dict[str, Any]:
    """The field `provenance` of ReportInputs.

    params : of the rule: `hashes`, `sheet_digests` (both what -> digest), `profile` (its settings), `command`, `files`
        (what -> file or folder that was handed in)
    measured : name and digests of image and mask of each prepared region; none where the study has no images
    """
    contents = {name: files.content(Path(path)) for name, path in params.files.items()}
    return {
        "software": running(__version__) | environment(),
        "hashes": params.hashes | {"software (versions beside)": digest(environment())},
        "data": params.sheet_digests | _data(contents, measured),
        "profile": params.profile,
        "command": params.command,
    }


def _data(contents: Contents, measured: Sequence[Sequence[str]]) -> dict[str, str]:
    handed = {f"{name} ({count(n, 'file')})" if n != 1 else name: value for name, (n, value) in contents.items()}
    regions = f"images: {count(len(measured), 'region')} with surroundings, as measured"
    return handed | ({regions: digest(sorted(map(list, measured)))} if measured else {})
