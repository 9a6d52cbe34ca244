"""What a study and its profile name, held against the tables of the library: families, rows, filters, baselines.

Each function gives the faults as lines for a person: file, line, key, what is wrong, what to do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from importlib import import_module
from itertools import chain
from typing import Any

from radioloom.errors import StudyError
from radioloom.settings import Origin, meant
from radioloom.stages.tables.combined_names import ids_of_models, of_parts
from radioloom.study.alone import signature_faults
from radioloom.study.feature_tables import named_features
from radioloom.study.learning_checks import learning_faults
from radioloom.study.primary_checks import primary_faults
from radioloom.study.profile_checks import modality_faults
from radioloom.study.record import Study


def name_faults(study: Study, origin: Origin) -> list[str]:
    """Every name of the study and its profile that no table knows; features that it names once the profile is sound."""
    faults = [
        *learning_faults(study.settings, origin),
        *_cut_point_faults(study.settings, origin),
        *_covariate_faults(study.settings, origin),
        *_unused_columns(study.settings, origin),
    ]
    faults += [*primary_faults(study.settings, origin), *signature_faults(study, origin)]
    if study.profile is not None:  # else nothing is measured here
        faults += [*chain.from_iterable(map(profile_faults, study.profile.each)), *modality_faults(study, origin)]
    taken = list(_reserved_faults(study.settings, origin))
    if study.profile is None or faults:
        return faults + taken
    return [*taken, *_feature_faults(study.settings, study.profile, origin)]


def profile_faults(profile: Any) -> Iterator[str]:
    """Settings of families, rows of families, settings of filters, and labels that two features would share."""
    faults = [*_family_faults(profile), *_filter_faults(profile)]
    yield from faults
    if not faults:
        from radioloom.stages.images.plan import feature_ids

        shared = [name for name, n in Counter(feature_ids(profile)).items() if n > 1]
        if shared:
            yield f"{profile.name}.yaml: labels: {len(shared)} labels name two features ({shared[0]} ...); change one"


def _family_faults(profile: Any) -> Iterator[str]:
    from radioloom.features import family
    from radioloom.features.settings import faults

    for name, block in profile.families.items():
        place = f"{profile.name}.yaml: families.{name}"
        settings = import_module(f"radioloom.features.{name}").Settings
        for key, remedy in faults(settings, block["settings"]):
            yield f"{place}.settings.{key}: {remedy}"
        known = [feature.name for feature in family(name).features]
        wanted = block["features"]
        rows = [] if isinstance(wanted, str) else wanted.values() if isinstance(wanted, dict) else wanted
        for row in rows:
            if row not in known:
                yield f"{place}.features: no row {row!r}; {_choice(row, known)}"


def _filter_faults(profile: Any) -> Iterator[str]:
    from radioloom.filters import FILTERS

    for name, settings in profile.images.items():
        try:
            if name != "original":
                FILTERS[name].maps(settings)
        except StudyError as error:
            yield f"{profile.name}.yaml: images.{name}: {error}"


def _cut_point_faults(settings: dict[str, Any], origin: Origin) -> Iterator[str]:
    from radioloom.prediction.cut_points import MEDIAN

    declared, place = settings["model"]["cut_points"], origin.at("model", "cut_points")
    if not isinstance(declared, str) and sorted(declared) != declared:
        yield f"{place}: the risks do not ascend; write {sorted(declared)}"
    several = declared != MEDIAN if isinstance(declared, str) else len(declared) > 1
    if several and settings["outcome"]["kind"] == "binary":
        yield f"{place}: a binary outcome has one threshold and no curves of groups; give `{MEDIAN}` or one risk"


def _covariate_faults(settings: dict[str, Any], origin: Origin) -> Iterator[str]:
    names = [entry if isinstance(entry, str) else next(iter(entry), "") for entry in settings["model"]["covariates"]]
    for place, entry in enumerate(settings["model"]["covariates"]):
        if not isinstance(entry, str) and len(entry) != 1:
            yield f"{origin.at('model', 'covariates', place)}: one column with its levels is expected"
        elif names.index(names[place]) < place:
            yield f"{origin.at('model', 'covariates', place)}: {names[place]!r} appears twice; take one out"
        elif not isinstance(entry, str):
            levels = list(map(str, entry[names[place]]))
            for level in sorted({level for level in levels if levels.count(level) > 1}):
                yield (
                    f"{origin.at('model', 'covariates', place)}: {names[place]!r} lists the level {level!r} twice; "
                    "take one out"
                )


def _unused_columns(settings: dict[str, Any], origin: Origin) -> Iterator[str]:
    """Columns of `clinical.covariates` that are of no covariate, subgroup or annotation: misspelt, or unused."""
    entries = settings["model"]["covariates"]
    known = [entry if isinstance(entry, str) else next(iter(entry), "") for entry in entries]
    lists = (("validation", "subgroups"), ("unsupervised", "annotations"))
    divided = [entry for block, key in lists for entry in settings.get(block, {}).get(key, ())]
    known += [entry["column"] for entry in divided]
    for cohort, block in settings["cohorts"].items():
        for name in block.get("clinical", {}).get("covariates", {}):
            if name not in known:
                hint = (
                    meant(name, known) or f"model.covariates has {', '.join(known) or 'none'}; take it out, or add it"
                )
                place = origin.at("cohorts", cohort, "clinical", "covariates", name)
                yield f"{place}: no covariate is called so; {hint}"


def _reserved_faults(settings: dict[str, Any], origin: Origin) -> Iterator[str]:
    from radioloom.stages.learning.baselines import reserved

    for key in ("baselines", "models"):
        for name, fault in reserved(settings[key]):
            yield f"{origin.at(key, name)}: {fault}"
    for name in sorted(settings["models"].keys() & settings["baselines"].keys()):
        yield f"{origin.at('models', name)}: a baseline has this name too; give one of them another"


def _feature_faults(settings: dict[str, Any], profile: Any, origin: Origin) -> Iterator[str]:
    from radioloom.stages.images.plan import feature_ids

    each = {modality: feature_ids(own) for modality, own in getattr(profile, "by_modality", {}).items()}
    measured = ids_of_models(each if len(each) > 1 else feature_ids(profile.each[0]), settings)
    for place, feature in named_features(settings, origin):
        if feature not in measured:
            yield (
                f"{place}: {feature!r} is no feature of the profile {profile.name!r}; "
                f"{of_parts(feature, measured) or _choice(feature, measured)}"
            )


def _choice(value: str, known: Iterable[str]) -> str:
    """The near name that was meant, else the known ones, shortened."""
    known = list(known)
    more = f" ... ({len(known)} in all)" if len(known) > 40 else ""
    return meant(value, known) or f"choose one of {', '.join(known[:40])}{more}"
