"""Load a study: its configuration, cohort sheets and profile, each against its schema and against each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from radioloom.errors import StudyError
from radioloom.io.files import is_file
from radioloom.io.user_tables.ids import composed
from radioloom.io.user_tables.read import file_of, without_first
from radioloom.settings import Origin, check, read
from radioloom.study.alone import KEY, place_of, with_signature
from radioloom.study.checks import contradictions, data_folder, region_faults, source_faults
from radioloom.study.divided import divided, division_of, split_faults
from radioloom.study.feature_tables import sheet_or_table
from radioloom.study.holdings import archived
from radioloom.study.learning_checks import with_models, with_selector
from radioloom.study.record import Study
from radioloom.study.sheet import fetched, read_sheet
from radioloom.study.targets import with_targets

PATHS = ("file", "files", "sheet", "data", "profile")  # keys of the study whose values name files, letter by letter


def load(config: dict[str, Any], root: Path, source: Path | None = None, again: bool = False) -> Study:
    """The study of a configuration; StudyError names file, line, key and remedy of every fault.

    Every job of a cluster loads the study again: what is held against tables and files is in `verify`.

    config : as YAML gave it
    root : folder that sheets are named from; one that is not there is looked for beside the configuration file
    source : the configuration file
    again : whether it is read again for keys given twice: Snakemake takes the last one, and says nothing
    """
    from radioloom.profile import load_all

    if again and source:
        read(source)
    origin = origin_of(source)
    config, handed = with_signature(config, root, source, origin)
    settings = _composed(check(with_models(with_selector(config)), "study", origin.name, source))
    sheet_or_table(settings, origin)
    raise_all(split_faults(settings, origin))
    settings = divided(settings)
    origin = origin_of(source, settings["cohorts"])
    raise_all(contradictions(settings, origin))
    _spell_events(settings)
    cohorts, data = settings["cohorts"], data_folder(settings, origin)
    places = {name: _place(each["sheet"], root, source) for name, each in cohorts.items() if "sheet" in each}
    raise_all(
        f"{origin.at('cohorts', name, 'sheet')}: {_no_sheet(cohorts[name]['sheet'], root, source)}"
        for name, place in places.items()
        if not is_file(file_of(str(place)))
    )
    sheets: dict[str, Any] = {name: [] for name in cohorts}
    for name, place in places.items():
        with _named(origin, "cohorts", name, "sheet"):
            sheets[name] = read_sheet(place, name, cohorts[name]["role"], division_of(cohorts[name], data))
    remote = archived(settings)
    raise_all(source_faults(settings, remote, origin))
    for name in remote:
        file = Path(settings["cohorts"][name]["sheet"]).name
        sheets[name] = [fetched(row, name, file) for row in sheets[name]]
    raise_all(region_faults(settings, sheets, origin))
    with _named(origin, "profile"):
        profile = load_all(settings["profile"]) if any(sheets.values()) else None
    signature = place_of(settings[KEY], root, source) if handed else None
    published, targets = with_targets(settings, root, source, origin)
    old = _superseded(settings, root, source, origin)
    return Study(settings, sheets, data, profile, places, handed, signature, _composed(published), targets, old)


def _superseded(settings: dict[str, Any], root: Path, source: Path | None, origin: Origin) -> Path | None:
    """Where the signature lies that the study's takes the place of; StudyError where it is not there."""
    if "supersedes" not in settings:
        return None
    asked = settings["supersedes"]
    place = place_of(asked["file"], root, source)
    if not is_file(place):
        raise StudyError(f"{origin.at('supersedes', 'file')}: {place.name} is not there; run its study, or correct it")
    roles = {name: cohort["role"] for name, cohort in settings["cohorts"].items()}
    for name in asked["unseen"]:
        if roles.get(name) != "training":
            raise StudyError(f"{origin.at('supersedes', 'unseen')}: {name!r} is no training cohort; name one, or none")
    return place


def _composed(value: Any, key: str = "") -> Any:
    """Settings with every name composed as the readers of tables compose them, but of paths; see `ids.composed`."""
    if isinstance(value, dict) and key not in PATHS:
        return {composed(k) if isinstance(k, str) else k: _composed(each, k) for k, each in value.items()}
    if isinstance(value, list):
        return [_composed(each, key) for each in value]
    return composed(value) if isinstance(value, str) and key not in PATHS else value


def _place(sheet: str, root: Path, source: Path | None) -> Path:
    """Where a sheet lies: below the root, or beside the study's file; `cases.xlsx#Sheet` is where `cases.xlsx` is."""
    beside = source.parent / sheet if source else None
    there = [place for place in (root / sheet, beside) if place and is_file(file_of(str(place)))]
    return there[0] if there else root / sheet


def _spell_events(settings: dict[str, Any]) -> None:
    """Words of events as cells have them: YAML makes true and false of yes and no, and numbers of digits."""
    from radioloom.stages.learning.events import event_words

    for cohort in settings["cohorts"].values():
        if "clinical" in cohort:
            cohort["clinical"]["event_values"] = event_words(cohort["clinical"]["event_values"])


def _no_sheet(sheet: str, root: Path, source: Path | None) -> str:
    remedy = without_first(sheet, lambda rest: is_file(_place(rest, root, source)))
    where = f"neither in the folder of the run nor in that of {source.name}" if source else "not there"
    return f"{sheet!r} is {where}; {remedy or 'write it, or correct the path'}"


def origin_of(source: Path | None, cohorts: Mapping[str, Any] = MappingProxyType({})) -> Origin:
    """What messages call the configuration. cohorts : of the study; parts of one are called as the one there."""
    parts = {name: each["split"]["of"] for name, each in cohorts.items() if "split" in each}
    return Origin(source.name if source else "the configuration", source, parts)


@contextmanager
def _named(origin: Origin, *keys: str) -> Iterator[None]:
    """Before each line of a StudyError, the line and key of the study that named the file at fault."""
    try:
        yield
    except StudyError as error:
        place = origin.at(*keys)
        raise StudyError("\n".join(f"{place}: {line}" for line in str(error).splitlines())) from error


def raise_all(faults: Any) -> None:
    """Raise StudyError with every fault, each once, one a line; nothing where there is none."""
    if lines := dict.fromkeys(faults):
        raise StudyError("\n".join(lines))
