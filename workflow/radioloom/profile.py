"""Extraction profiles: named, complete settings; their hash travels with every feature, signature and report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from os import PathLike
from pathlib import Path
from typing import Any

from radioloom.errors import StudyError
from radioloom.provenance import digest
from radioloom.settings import check, meant, read, shipped
from radioloom.volume import UNITS

ANY = "any"  # modality or unit
EXAMPLE = "demo"  # the profile of the embedded study, recommended to nobody
WORDS = ("description", "modality", "unit")  # keys that no value depends on
PYRADIOMICS = {"imageType", "featureClass", "setting", "voxelSetting"}  # keys of its parameter files


@dataclass(frozen=True, slots=True)
class Profile:
    """How features are measured. Each block is the plain nested dict of the YAML file, with nothing added."""

    name: str
    description: str
    modality: list[str] | str  # of the images that it is for; ANY
    unit: str  # of their voxels: HU, SUV, or ANY
    names: str  # vocabulary of the labels
    labels: dict[str, Any]  # {"original": word, "families": {family: word}}
    normalise: list[dict[str, Any]] | None  # steps, in order
    orientation: str | None  # that axes are brought to before all else: lps; None as stored
    grid: dict[str, Any] | None
    resegment: dict[str, Any]
    discretise: dict[str, Any]
    ivh: dict[str, Any] | None
    images: dict[str, dict[str, Any]]  # filter -> its settings
    filtered: dict[str, Any] | None  # {"discretise": ..., "ivh": ...} of response maps; None: as the original's
    families: dict[str, dict[str, Any]]  # family -> {"settings": ..., "features": ...}

    @property
    def hash(self) -> str:
        """Twelve hex digits of all that values depend on: no words, and no orientation that stays as stored."""
        settings = {name: getattr(self, name) for name in self.__slots__ if name not in WORDS}
        return digest({name: value for name, value in settings.items() if (name, value) != ("orientation", None)})

    @property
    def each(self) -> tuple[Profile, ...]:
        """The one profile, as of `Profiles` all."""
        return (self,)

    def of(self, modality: str) -> Profile:
        """The profile of an image: this one of all."""
        return self


@dataclass(frozen=True, slots=True)
class Profiles:
    """The profiles of images of several modalities: each image is measured with that of its own."""

    by_modality: dict[str, Profile]

    @property
    def name(self) -> str:
        """`aerts2014 (CT), sts_pet (PT)`."""
        return ", ".join(f"{profile.name} ({modality})" for modality, profile in self.by_modality.items())

    @property
    def hash(self) -> str:
        """Twelve hex digits of all profiles by modality, in any order; of a single one its own."""
        hashes = {modality: profile.hash for modality, profile in self.by_modality.items()}
        return digest(hashes) if len(hashes) > 1 else next(iter(hashes.values()))

    @property
    def each(self) -> tuple[Profile, ...]:
        """Every profile once."""
        return tuple({profile.hash: profile for profile in self.by_modality.values()}.values())

    def of(self, modality: str) -> Profile:
        """The profile of an image of a modality; `study.profile_checks` has refused others before any job."""
        return self.by_modality[modality]


Measuring = Profile | Profiles  # what a study measures its images with


def load(name_or_path: str | Path | Profile) -> Profile:
    """The profile of a name (`config/extraction/<name>.yaml`) or of a YAML file; a profile is given back.

    StudyError names every fault of the file with its line, key and remedy.
    """
    if isinstance(name_or_path, Profile):
        return name_or_path
    if not isinstance(name_or_path, str | PathLike):
        raise StudyError(
            f"profile={repr(name_or_path)[:60]}: give the name of a profile ({', '.join(known())}), the path of a YAML "
            "file, or a loaded Profile"
        )
    path = _path(name_or_path)
    content = read(path)
    if isinstance(content, dict) and PYRADIOMICS & content.keys():
        raise StudyError(
            f"{path.name}: this is a parameter file of pyradiomics, and no profile. Copy "
            f"{shipped('extraction').name}/pyradiomics.yaml, its default settings, and write yours into it: "
            "binWidth is discretise.width, resampledPixelSpacing (x, y, z) is grid.spacing_mm (z, y, x), imageType is "
            "images, featureClass is families"
        )
    content = check(content, "profile", path.name, path)
    if content["name"] != path.stem:
        raise StudyError(f"{path.name}: name: {content['name']!r} is not the file's name; make them the same")
    return build(content)


def load_all(given: str | Mapping[str, str]) -> Measuring:
    """What the key `profile` of a study names: one profile, or one for each modality; StudyError as `load`."""
    if isinstance(given, str):
        return load(given)
    return Profiles({modality: load(name) for modality, name in given.items()})


def build_all(content: dict[str, Any]) -> Measuring:
    """What `dataclasses.asdict` gave of a profile, or of those by modality."""
    if "by_modality" not in content:
        return build(content)
    return Profiles({modality: build(each) for modality, each in content["by_modality"].items()})


def build(content: dict[str, Any]) -> Profile:
    """The profile of a checked mapping."""
    filtered = content["filtered"] or content
    if "ivh" in content["families"] and None in (content["ivh"], filtered["ivh"]):
        raise StudyError(f"{content['name']}: ivh: null, but the family ivh is measured; say how its levels are made")
    for step in content["normalise"] or ():
        if remedy := fault(step):
            raise StudyError(f"{content['name']}: normalise: {remedy}")
    _check_range(content["name"], content["resegment"]["range"])
    others = [name for name in content["modality"] if content["modality"] != ANY and UNITS[name] != content["unit"]]
    if content["unit"] != ANY and (others or content["modality"] == ANY):
        raise StudyError(
            f"{content['name']}: unit: {content['unit']} is not the unit of {', '.join(others) or 'any modality'}; "
            "write `any`, or take the modality out"
        )
    return Profile(**content)


def _check_range(name: str, interval: list[float | None] | None) -> None:
    low, high = interval or (None, None)
    if low is not None and high is not None and low >= high:
        raise StudyError(f"{name}: resegment.range: [{low:g}, {high:g}] does not rise; write [lowest, highest]")


def misfit(profile: Profile, modality: str, unit: str = "") -> str:
    """Why a profile is not for an image of this modality and unit ("" where not known); "" where it is."""
    wrong = modality and profile.modality != ANY and modality not in profile.modality
    if not wrong and (not unit or profile.unit in (ANY, unit)):
        return ""
    image = f"{modality or 'an image'}{f' in {unit}' if unit else ''}"
    others = map(load, (each for each in known() if each != EXAMPLE))
    fitting = [each for each in others if each.modality != ANY and modality in each.modality]
    names = " or ".join(each.name for each in fitting)
    remedy = f"take the profile {names}" if names else f"write a profile for {modality or unit}"
    return f"the profile {profile.name} is for {purpose(profile)}, and this is {image}: {remedy}"


def purpose(profile: Profile) -> str:
    """Modalities and unit that a profile is for, in words."""
    names = "images of any modality" if profile.modality == ANY else " and ".join(profile.modality)
    return names if profile.unit == ANY else f"{names} in {profile.unit}"


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
    if path.suffix in (".yaml", ".yml"):
        if not path.is_file():
            raise StudyError(f"profile {str(name_or_path)!r}: no such file; correct the path")
        return path
    path = shipped("extraction") / f"{name_or_path}.yaml"
    if not path.is_file():
        near = meant(name_or_path, known())
        raise StudyError(
            f"profile {str(name_or_path)!r} is not known; {f'{near} Else ' if near else ''}choose one of "
            f"{', '.join(known())} or give a .yaml file"
        )
    return path
