"""Extraction profiles: named, complete settings; their hash travels with every feature, signature and report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from radioloom.errors import StudyError
from radioloom.provenance import digest
from radioloom.settings import check, parse, shipped


@dataclass(frozen=True, slots=True)
class Profile:
    """How features are measured. Each block is the plain nested dict of the YAML file, with nothing added."""

    name: str
    description: str
    names: str  # vocabulary of the labels
    labels: dict[str, Any]  # {"original": word, "families": {family: word}}
    normalise: list[dict[str, Any]] | None  # steps, in order
    grid: dict[str, Any] | None
    resegment: dict[str, Any]
    discretise: dict[str, Any]
    ivh: dict[str, Any] | None
    images: dict[str, dict[str, Any]]  # filter -> its settings
    filtered: dict[str, Any] | None  # {"discretise": ..., "ivh": ...} of response maps; None: as the original's
    families: dict[str, dict[str, Any]]  # family -> {"settings": ..., "features": ...}
    hash: str  # of all of the above but the description


def load(name_or_path: str | Path | Profile) -> Profile:
    """The profile of a name (`config/extraction/<name>.yaml`) or of a YAML file; a profile is given back.

    StudyError names every fault of the file with its line, key and remedy.
    """
    if isinstance(name_or_path, Profile):
        return name_or_path
    path = _path(name_or_path)
    content = check(_parsed(path), "profile", path.name, path)
    if content["name"] != path.stem:
        raise StudyError(f"{path.name}: name: {content['name']!r} is not the file's name; make them the same")
    return build(content)


def build(content: dict[str, Any]) -> Profile:
    """The profile of a checked mapping."""
    filtered = content["filtered"] or content
    if "ivh" in content["families"] and None in (content["ivh"], filtered["ivh"]):
        raise StudyError(f"{content['name']}: ivh: null, but the family ivh is measured; say how its levels are made")
    for step in content["normalise"] or ():
        if step["method"] == "percentiles" and step["low"] >= step["high"]:
            raise StudyError(
                f"{content['name']}: normalise: low {step['low']:g} is not below high {step['high']:g}; exchange them"
            )
    measured = {key: value for key, value in content.items() if key != "description"}
    return Profile(**content, hash=digest(measured))


def known() -> list[str]:
    """Names of the profiles that ship with the library."""
    return sorted(path.stem for path in shipped("extraction").glob("*.yaml"))


def _parsed(path: Path) -> Any:
    try:
        return parse(path.read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise StudyError(f"{path.name}, line {line}: this is not YAML: {error.problem}; mend the line") from error


def _path(name_or_path: str | Path) -> Path:
    path = Path(name_or_path)
    if path.suffix not in (".yaml", ".yml"):
        path = shipped("extraction") / f"{name_or_path}.yaml"
    if not path.is_file():
        raise StudyError(
            f"profile {str(name_or_path)!r} is not known; choose one of {', '.join(known())} or give a .yaml file"
        )
    return path
