"""Cohorts that start from a table of features: what the study declares of them, held against the files."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any

from radioloom.errors import StudyError
from radioloom.io.files import stamp
from radioloom.io.user_tables.cells import text_of
from radioloom.io.user_tables.read import file_of
from radioloom.io.user_tables.record import no_column
from radioloom.patterns import as_expression, compiled
from radioloom.settings import Origin
from radioloom.stages.tables.combined_names import ids_of_models, of_parts
from radioloom.study.holdings import simulated
from radioloom.study.remarks import with_file
from radioloom.tables.cohorts import LEARNT_OR_VALIDATED

Settings = dict[str, Any]


def sheet_or_table(settings: Settings, origin: Origin) -> None:
    """Whether each cohort starts from a sheet or from a table, and has no key that its start does not know."""
    for name, cohort in settings["cohorts"].items():
        if fault := _start_fault(cohort):
            raise StudyError(f"{origin.at('cohorts', name)}: {fault}")
    has_images = any("sheet" in cohort for cohort in settings["cohorts"].values())
    if has_images and "profile" not in settings:
        raise StudyError(
            f"{origin.name}: the key 'profile' is missing; cohorts with a `sheet` are measured by a profile"
        )
    if not has_images and "profile" in settings:
        raise StudyError(f"{origin.at('profile')}: no cohort has images that it could measure; take it out")


def _start_fault(cohort: Settings) -> str:
    """What is wrong with the start of a cohort; "" where nothing is."""
    if "sheet" in cohort and "features" in cohort:
        return "a cohort starts from images (`sheet`) or a table (`features`); take one out"
    if "sheet" not in cohort and "features" not in cohort:
        return "add `sheet` (images and segmentations) or `features` (a table of features)"
    foreign = [key for key in ("rois", "source") if key in cohort and "features" in cohort]
    return f"`{foreign[0]}` is of images, and this cohort has none; take it out" if foreign else ""


def tables(settings: Settings, data: Path, origin: Origin) -> None:
    """Whether the files of feature tables are there with the columns that the study names.

    Only headers are read. Nothing that needs images may be asked of cohorts that have none.
    """
    blocks = {name: cohort["features"] for name, cohort in settings["cohorts"].items() if "features" in cohort}
    if not blocks:
        return
    from radioloom.stages.tables.tabulate import feature_ids

    _images_wanted(settings, origin)
    known: set[str] = set()
    for name, block in blocks.items():
        _patterns(block, origin.at("cohorts", name, "features"))
        try:
            chosen = features_in(settings, name, data)
            if taken := [each for each in chosen if each in _outcome(settings, name)]:
                raise StudyError(
                    f"columns.features lists {taken[0]!r}, which is of the outcome that a model predicts "
                    f"(cohorts.{name}.clinical); take it out"
                )
            ids = feature_ids(chosen, block["columns"])
            _unmatched(block["columns"], chosen, ids)
            known |= set(ids)
        except StudyError as error:
            raise StudyError(
                f"{origin.at('cohorts', name, 'features')}: {with_file(str(error), block['file'])}"
            ) from None
    if len(blocks) == len(settings["cohorts"]):
        _named(settings, known, origin)


def features_in(settings: Settings, cohort: str, data: Path) -> list[str]:
    """Columns of a cohort's table that hold features, by its header; of a long table, by the names on its lines."""
    from radioloom.io import feature_tables
    from radioloom.stages.tables.long_tables import as_wide
    from radioloom.stages.tables.tabulate import feature_columns

    block = settings["cohorts"][cohort]["features"]
    columns, named = feature_tables.header(data, block["file"]), block["columns"]
    for key in ("feature", "value"):
        if named[key] and named[key] not in columns:
            raise StudyError(no_column(named[key], columns, f"columns.{key}"))
    for key in block["rows"]:
        if key not in columns:
            raise StudyError(no_column(key, columns, "features.rows"))
    if named["feature"]:
        columns = as_wide(
            _on_lines(data, block["file"], named["feature"], stamp([data / file_of(block["file"])])), named
        )
    for pattern in named["ignore"]:
        if not any(fnmatchcase(name, pattern) for name in columns):
            raise StudyError(f"columns.ignore: {pattern!r} is the name of no column; correct it, or take it out")
    return feature_columns(columns, named, no_features(settings, cohort))


@lru_cache(maxsize=8)
def _on_lines(data: Path, name: str, column: str, _stamp: str) -> tuple[str, ...]:
    """What a column of a table says, each text once; read again where the file has changed."""
    from radioloom.io import feature_tables

    lines = feature_tables.read(data, name, [column])[column].drop_duplicates()
    return tuple(dict.fromkeys(filter(None, map(text_of, lines))))


def _unmatched(columns: Settings, chosen: list[str], ids: list[str]) -> None:
    """StudyError where a prefix or the expression of a group fits no feature: nothing would come of it, silently."""
    if columns["prefix"] and not any(name.startswith(columns["prefix"]) for name in chosen):
        raise StudyError(f"columns.prefix: no feature begins with {columns['prefix']!r}; correct it, or take it out")
    for group, pattern in columns["groups"].items():
        if not any(map(compiled(pattern).fullmatch, ids)):
            raise StudyError(
                f"columns.groups.{group}: {pattern!r} is the name of no feature (without the prefix); "
                f"{as_expression(pattern, ids) or 'correct it, or take it out'}"
            )


def _outcome(settings: Settings, cohort: str) -> list[str]:
    """Columns of a cohort's clinical table that the outcome is read from."""
    clinical = settings["cohorts"][cohort].get("clinical", {})
    keys = ("event", "competing", "time_days", "date_from", "date_to")
    return [clinical[key] for key in keys if clinical.get(key)]


def no_features(settings: Settings, cohort: str) -> list[str]:
    """Columns of a cohort's clinical table, which may be its table of features too: ids, outcome and covariates."""
    clinical = settings["cohorts"][cohort].get("clinical", {})
    columns = [*([clinical["case"]] if "case" in clinical else []), *_outcome(settings, cohort)]
    covariates = [name if isinstance(name, str) else next(iter(name)) for name in settings["model"]["covariates"]]
    split = settings["cohorts"][cohort].get("split", {})
    divided = [split["column"]] if split and "file" not in split else []
    divided += settings["cohorts"][cohort].get("features", {}).get("rows", {})
    divided += [each["entered"] for each in [settings["cohorts"][cohort].get("follow")] if each]
    return [*columns, *divided, *covariates, *clinical.get("covariates", {}).values()]


def measured_by(block: Settings) -> Settings:
    """What a signature is bound to of a table of features: the program, and how its columns became features."""
    columns = {key: block["columns"][key] for key in ("features", "prefix", "groups")}
    ignored = {"ignore": block["columns"]["ignore"]} if block["columns"]["ignore"] else {}
    return {"tool": block["tool"], "columns": columns | ignored}


def _images_wanted(settings: Settings, origin: Origin) -> None:
    """StudyError where something is asked of images that a cohort of tables does not have."""
    without = {name: cohort["role"] for name, cohort in settings["cohorts"].items() if "features" in cohort}
    judged = [name for name, role in without.items() if role in LEARNT_OR_VALIDATED]
    robustness = settings.get("robustness")
    asked = {
        "simulate": list(without) if simulated(settings) else [],
        "harmonise": judged if settings["harmonise"]["method"] != "none" else [],
        "controls": judged if settings["controls"] else [],
        "robustness": [name for name, role in without.items() if robustness and role == robustness["role"]],
    }
    for key, names in asked.items():
        if names:
            raise StudyError(
                f"{origin.at(key)}: cohort {names[0]} starts from a table of features and has no images; "
                f"take `{key}` out"
            )


def _patterns(block: Settings, where: str) -> None:
    columns, pattern = block["columns"], block["ids"]["pattern"]
    if bool(columns["feature"]) != bool(columns["value"]):
        raise StudyError(f"{where}: columns: `feature` and `value` belong together, of a table with one row a value")
    wanted = columns["features"] if isinstance(columns["features"], str) else ""
    for key, text in {"features": wanted, "ids.pattern": pattern, **columns["groups"]}.items():
        try:
            rule = compiled(text)
        except StudyError as error:
            raise StudyError(f"{where}: {key}: {error}; correct it") from None
        if key == "ids.pattern" and text and "case" not in rule.groupindex:
            raise StudyError(f"{where}: ids.pattern: {text!r} has no group `case`; write (?P<case>...) around the case")


def named_features(settings: Settings, origin: Origin) -> Iterator[tuple[str, str]]:
    """Features that baselines and the selector `named` take: place in the study, and id."""
    for name, features in settings["baselines"].items():
        yield from ((origin.at("baselines", name), each) for each in features)
    key = ("model", "selector_settings", "features")
    yield from ((origin.at(*key), each) for each in settings["model"]["selector_settings"].get("features", ()))


def _named(settings: Settings, known: set[str], origin: Origin) -> None:
    """Whether the features that the study names are in the tables."""
    names = sorted(set(ids_of_models(sorted(known), settings)))
    for place, feature in named_features(settings, origin):
        if feature not in names:
            near = difflib.get_close_matches(feature, names, n=1)
            hint = of_parts(feature, names)
            hint = hint or (f"did you mean {near[0]!r}?" if near else "name one of the table's features")
            none = "" if ".selector_settings" in place else " (`baselines: {}` for none)"
            raise StudyError(f"{place}: no table has the feature {feature!r}; {hint}{none}")
