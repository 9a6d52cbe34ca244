"""Studies of validation alone: a frozen signature of a file takes the place of all learning.

What such a study may not say is refused before its defaults are filled in, and what the signature says in its place
(kind of model, baselines, harmonisation) is filled in as settings, so that every stage reads them as ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radioloom.errors import StudyError
from radioloom.io.files import is_file
from radioloom.settings import Origin, meant
from radioloom.stages.learning.baselines import OF_EVERY_STUDY
from radioloom.tables.cohorts import roles

if TYPE_CHECKING:
    from radioloom.stages.learning.published import HandedIn
    from radioloom.stages.learning.signature import Signature
    from radioloom.study.record import Study

Settings = dict[str, Any]
KEY = "signature"
OF_LEARNING = (
    "supersedes", "baselines", "models", "reliability", "robustness", "harmonise", "reduce", "imputation", "genomics",
    "simulate",
)  # fmt: skip
OF_LEARNING_IN = {
    "model": ("kind", "settings", "selector", "selector_settings", "scaling", "n_features", "grid", "cut_points"),
    "validation": ("cross_validation", "leave_one_cohort_out", "learning_curve", "optimism"),
}
NO_LEARNING = {"cross_validation": {"repeats": 0}, "learning_curve": 0, "optimism": 0}
UNSEEN = (
    "nothing here knows the patients that the signature was learnt on: whether one of them is among these cannot be "
    "seen, and has to be known from elsewhere"
)


def place_of(name: str, root: Path, source: Path | None) -> Path:
    """Where the file of a signature lies: below the root, or beside the study's file."""
    beside = source.parent / name if source else None
    return next((place for place in (root / name, beside) if place and is_file(place)), root / name)


def with_signature(
    config: Settings, root: Path, source: Path | None, origin: Origin
) -> tuple[Settings, HandedIn | None]:
    """The configuration with what the signature of its file settles, and that signature; as it is where it names none.

    Raises StudyError for a signature that cannot be read, and for keys that only learning has a use for.
    """
    if not isinstance(config, dict) or not isinstance(config.get(KEY), str):
        return config, None
    from radioloom.stages.learning.published import handed_in

    if faults := list(_learning_faults(config, origin)):
        raise StudyError("\n".join(faults))
    try:
        handed = handed_in(place_of(config[KEY], root, source), config.get("trust_edited") is True)
    except StudyError as error:
        raise StudyError(f"{origin.at(KEY)}: {error}") from None
    signature = handed.signature
    covariates = _block(config, "model").get("covariates", [])
    harmonised = signature.harmonisation
    tabled = any("features" in each for each in _block(config, "cohorts").values() if isinstance(each, dict))
    settled: Settings = {
        "model": {"kind": signature.model, "covariates": covariates},
        "baselines": {
            name: [term.feature_id for term in baseline.terms]
            for name, baseline in signature.baselines.items()
            if name not in {row.name for row in OF_EVERY_STUDY}
        },
        "validation": {**_block(config, "validation"), **NO_LEARNING},
        # Tables of features name no scanner: `signature_faults` says so.
        **({"harmonise": {"method": "combat", "batch": harmonised["batch"]}} if harmonised and not tabled else {}),
    }
    return {**config, **settled}, handed


def _block(config: Settings, key: str) -> Settings:
    return config[key] if isinstance(config.get(key), dict) else {}


def _learning_faults(config: Settings, origin: Origin) -> Iterator[str]:
    why = "the study validates the signature of a file, and learns nothing; take it out"
    for key in (*OF_LEARNING, "unsupervised"):
        if key in config:
            yield f"{origin.at(key)}: {why}"
    for key, inside in OF_LEARNING_IN.items():
        for each in inside:
            if each in _block(config, key):
                yield f"{origin.at(key, each)}: {why}"


def role_faults(settings: Settings, origin: Origin) -> Iterator[str]:
    """Roles that a study may not have, or lacks: with a signature of a file, cohorts are there to validate it alone."""
    role_of = roles(settings)
    if KEY not in settings:
        if "training" not in role_of.values():
            yield (
                f"{origin.at('cohorts')}: none has the role 'training'; a signature is learnt there (to validate one "
                "that is there already, name its file: `signature: FILE`)"
            )
        return
    for name, role in role_of.items():
        if role != "validation":
            yield (
                f"{origin.at('cohorts', name, 'role')}: the study validates the signature of a file, and learns "
                f"nothing from a {role} cohort; take it out, or make it one of validation"
            )


def signature_faults(study: Study, origin: Origin) -> Iterator[str]:
    """Whether the cohorts are measured as the signature asks, and its covariates are those of the study."""
    if study.handed is None:
        return
    yield from _of_tool(study, study.handed, origin) if study.handed.tool else _of_profile(study, study.handed, origin)
    yield from _not_in_tables(study, study.handed.signature, origin)
    harmonised = study.handed.signature.harmonisation
    if harmonised and study.has.tables:
        yield (
            f"{origin.at(KEY)}: the signature is harmonised by {', '.join(harmonised['batch'])}, and cohort "
            f"{study.has.tables[0]} starts from a table of features, which names no scanner; `radioloom apply` takes a "
            "column `batch`"
        )
    yield from _lacking_covariates(study, study.handed.signature, origin)


def _of_tool(study: Study, handed: HandedIn, origin: Origin) -> Iterator[str]:
    for name in study.cohorts():
        block = study.settings["cohorts"][name].get("features")
        if block is None or block["tool"] != handed.tool:
            found = f"is of tables of {block['tool'] or 'a tool that is not named'}" if block else "starts from images"
            yield f"{origin.at('cohorts', name)}: it {found}, and the signature is of tables of {handed.tool}"


def _of_profile(study: Study, handed: HandedIn, origin: Origin) -> Iterator[str]:
    from radioloom.stages.tables.combined_names import summary

    if handed.signature.profile == study.profile_hash:
        return
    block, learnt = study.settings["combine"] if study.has.combined else {}, dict(handed.signature.combine)
    if block != learnt:
        ours, theirs = (summary(each) if each else "one image of each patient" for each in (block, learnt))
        yield f"{origin.at('combine')}: it takes {ours}, and the signature {theirs}; write the same `combine`"
        return
    if study.profile is None:
        yield (
            f"{origin.at('cohorts')}: the tables of features are not declared as those that the signature was learnt "
            f"from ({handed.signature.profile}); give `tool`, and `features`, `prefix` and `groups` of `columns`, as "
            "that study does"
        )
        return
    remedy = f"write `profile: {handed.profile.name}`" if handed.profile else "name the profile of its study"
    yield (
        f"{origin.at('profile')}: features are of the profile {study.profile.name} ({study.profile_hash}), and the "
        f"signature is of {handed.measured}; {remedy}"
    )


def _not_in_tables(study: Study, signature: Signature, origin: Origin) -> Iterator[str]:
    """Features of the signature that a table of features lacks, by its header."""
    from radioloom.stages.learning.apply import otherwise
    from radioloom.stages.learning.signature import COVARIATE
    from radioloom.stages.tables.combined_names import ids_of_models
    from radioloom.stages.tables.tabulate import feature_ids
    from radioloom.study.feature_tables import features_in

    for name in study.has.tables:
        block = study.settings["cohorts"][name]["features"]
        labels = feature_ids(features_in(study.settings, name, study.data), block["columns"])
        known = ids_of_models(labels, study.settings)
        for term in signature.terms:
            if term.group != COVARIATE and term.feature_id not in known:
                yield (
                    f"{origin.at('cohorts', name, 'features')}: the table has no feature {term.feature_id!r}, which "
                    f"the signature takes; {otherwise(term.feature_id, known, signature.terms) or 'correct `columns`'}"
                )


def _lacking_covariates(study: Study, signature: Signature, origin: Origin) -> Iterator[str]:
    from radioloom.stages.learning.signature import COVARIATE

    known = covariate_names(study.settings)
    for term in signature.terms:
        if term.group == COVARIATE and term.feature_id not in known:
            near = meant(term.feature_id, known)
            yield (
                f"{origin.at('model', 'covariates')}: the signature takes the covariate {term.feature_id!r}; name its "
                f"column there{f' ({near})' if near else ''}"
            )


def signature_notes(study: Study) -> list[str]:
    """What the user should know of a study of validation alone before it runs."""
    if study.handed is None:
        return []
    from radioloom.stages.learning.adopt import left_out

    handed = study.handed
    notes = [f"signature: {UNSEEN}"]
    if handed.signature.edited:
        notes.append("signature: its file was changed after it was written, and is used as it is")
    for name, lacking in left_out(handed.signature, covariate_names(study.settings)).items():
        notes.append(
            f"signature: its baseline {name} is left out, for the study has no covariate {', '.join(lacking)} "
            "(model.covariates)"
        )
    return notes


def horizon_notes(signature: Signature, horizons: list[float]) -> Iterator[str]:
    """Horizons of the study at which the signature gives no absolute risk, and why."""
    from radioloom.stages.learning.beyond import horizon_fault

    for days in horizons:
        limit = "has no baseline hazard" if signature.hazard is None else horizon_fault(signature.hazard, days)
        if limit:
            yield f"no risk at {days:g} days can be said: the signature {limit}"


def covariate_names(settings: Settings) -> list[str]:
    """Names of the columns of COVARIATES, as the stage clinical makes them: of a category one for each later level."""
    names: list[str] = []
    for entry in settings["model"]["covariates"]:
        if isinstance(entry, str):
            names.append(entry)
        else:
            names += [f"{name}={level}" for name, levels in entry.items() for level in levels[1:]]
    return names
