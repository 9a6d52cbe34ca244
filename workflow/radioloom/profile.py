"""Extraction profiles: named, complete settings; their hash travels with every feature, signature and report."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from radioloom.errors import StudyError
from radioloom.provenance import digest
from radioloom.settings import check, read, shipped


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
    content = check(read(path), "profile", path.name, path)
    if content["name"] != path.stem:
        raise StudyError(f"{path.name}: name: {content['name']!r} is not the file's name; make them the same")
    return build(content)


def build(content: dict[str, Any]) -> Profile:
    """The profile of a checked mapping."""
    filtered = content["filtered"] or content
    if "ivh" in content["families"] and None in (content["ivh"], filtered["ivh"]):
        raise StudyError(f"{content['name']}: ivh: null, but the family ivh is measured; say how its levels are made")
    for step in content["normalise"] or ():
        if remedy := fault(step):
            raise StudyError(f"{content['name']}: normalise: {remedy}")
    measured = {key: value for key, value in content.items() if key != "description"}
    return Profile(**content, hash=digest(measured))


def fault(step: dict[str, Any]) -> str:
    """What no schema can say against a step of `normalise`; "" where it is sound."""
    if step["method"] == "percentiles" and step["low"] >= step["high"]:
        return f"low {step['low']:g} is not below high {step['high']:g}; exchange them"
    if step["method"] != "nyul":
        return ""
    percentiles, standard = step["percentiles"], step["standard"]
    if not _rising(percentiles) or percentiles[0] < 0 or percentiles[-1] > 100:
        return f"percentiles {percentiles} do not rise within 0 and 100; put two or more in order, each once"
    if not _rising(standard):
        return f"the standard scale {standard} does not rise from low to high; learn it with `radioloom landmarks`"
    if len(percentiles) != len(standard):
        return (
            f"{len(percentiles)} percentiles, but {len(standard)} landmarks of the standard scale; "
            "learn one of each with `radioloom landmarks`"
        )
    return ""


def known() -> list[str]:
    """Names of the profiles that ship with the library."""
    return sorted(path.stem for path in shipped("extraction").glob("*.yaml"))


def _rising(values: list[float]) -> bool:
    return len(values) > 1 and all(low < high for low, high in pairwise(values))


def _path(name_or_path: str | Path) -> Path:
    path = Path(name_or_path)
    if path.suffix not in (".yaml", ".yml"):
        path = shipped("extraction") / f"{name_or_path}.yaml"
    if not path.is_file():
        raise StudyError(
            f"profile {str(name_or_path)!r} is not known; choose one of {', '.join(known())} or give a .yaml file"
        )
    return path
