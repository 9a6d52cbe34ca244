"""Settings of a study against each other and against its sheets; cheap, since every job of a cluster repeats it.

Each function gives the faults as lines for a person: file, line, key, what is wrong, what to do.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from radioloom.errors import StudyError
from radioloom.io.files import is_folder
from radioloom.patterns import compiled
from radioloom.settings import Origin
from radioloom.study.alone import KEY, role_faults
from radioloom.study.combine_faults import combine_faults
from radioloom.study.follow_checks import follow_faults
from radioloom.study.holdings import archived, simulated
from radioloom.study.sheet import Row
from radioloom.study.unsupervised_checks import view_faults
from radioloom.study.validation_checks import competing_faults, subgroup_faults
from radioloom.tables.cohorts import LEARNT_OR_VALIDATED, roles


def data_folder(settings: dict[str, Any], origin: Origin) -> Path:
    """Where images and tables lie; StudyError where no folder is named, or it is not there."""
    if simulated(settings):
        return Path("results", settings["study"], "data")
    place = os.environ.get("RADIOLOOM_DATA") or settings.get("data")
    if not place:
        raise StudyError(f"{origin.at('data')}: no folder is named; add `data: <folder>`, or set RADIOLOOM_DATA")
    if not is_folder(place):
        by_variable = bool(os.environ.get("RADIOLOOM_DATA"))
        where = "RADIOLOOM_DATA" if by_variable else origin.at("data")
        home = "; ~ is not read as your home, write it out" if place.startswith("~") else ""
        tried = "" if os.path.isabs(place) or by_variable else f" (below {os.getcwd()})"
        remedy = "correct or unset RADIOLOOM_DATA" if by_variable else "correct `data`, or set RADIOLOOM_DATA"
        raise StudyError(f"{where}: the folder {place!r} is not there{tried}{home}; {remedy}")
    if archived(settings) and set(place) & set("{}<>"):  # manifests are made there
        raise StudyError(f"{origin.at('data')}: a path with {{ }} < > takes no images of an archive; rename the folder")
    return Path(place)


def region_faults(settings: dict[str, Any], sheets: dict[str, list[Row]], origin: Origin) -> Iterator[str]:
    """Regions of `rois` that no row of the sheet has, and patterns that are no regular expressions."""
    for cohort, block in settings["cohorts"].items():
        known = sorted({row["roi"] for row in sheets[cohort]})
        for roi, rule in block.get("rois", {}).items():
            place = origin.at("cohorts", cohort, "rois", roi)
            if roi not in known:
                yield f"{place}: no row of the sheet has this region; regions there: {', '.join(known)}"
            for pattern in rule["patterns"]:
                try:
                    compiled(pattern)
                except StudyError as error:
                    yield f"{place}: {error}; correct it, or write '{re.escape(pattern[:100])}' for that very name"


def contradictions(settings: dict[str, Any], origin: Origin) -> Iterator[str]:
    """What no schema can say: keys that must agree with each other."""
    from radioloom.prediction.imputation import imputation_fault
    from radioloom.stages.learning.split import ALONE

    role_of = roles(settings)
    yield from role_faults(settings, origin)
    yield from combine_faults(settings, origin)
    yield from _outcome_faults(settings, origin)
    yield from competing_faults(settings, origin)
    yield from subgroup_faults(settings, origin)
    yield from follow_faults(settings, origin)
    yield from view_faults(settings, origin)
    learnt = [name for name, role in role_of.items() if role == "training"]
    if settings["validation"]["leave_one_cohort_out"] and len(learnt) == 1:
        place = origin.at("validation", "leave_one_cohort_out")
        yield f"{place}: {learnt[0]} {ALONE}"
    if fault := imputation_fault(**settings["imputation"]):
        yield f"{origin.at('imputation', 'multiple')}: {fault}"
    robustness, genomics = settings.get("robustness"), settings.get("genomics")
    if robustness and robustness["role"] not in role_of.values():
        role = robustness["role"]
        yield f"{origin.at('robustness', 'role')}: no cohort has the role {role!r}; perturb another"
    if genomics and genomics["cohort"] not in role_of:
        yield f"{origin.at('genomics', 'cohort')}: {genomics['cohort']!r} is none of {', '.join(role_of)}"
    if genomics and "enrichment" in genomics and simulated(settings):
        yield f"{origin.at('genomics', 'enrichment')}: simulated genes are in no set; take it out"
    if genomics and "volume" not in settings["baselines"]:
        yield (
            f"{origin.at('baselines')}: `genomics` corrects for volume, and no baseline has the name `volume`; "
            "add it, with the feature that is volume: volume: [morphology_volume], or as your tables call it"
        )


def _outcome_faults(settings: dict[str, Any], origin: Origin) -> Iterator[str]:
    """Whether cohorts that are learnt from or judged say where outcomes are, and the model is one of such outcomes."""
    from radioloom.prediction.models import misfit
    from radioloom.stages.learning.clinical import times_fault
    from radioloom.stages.learning.events import inverted

    kind = settings["outcome"]["kind"]
    for name, cohort in settings["cohorts"].items():
        clinical = cohort.get("clinical")
        if cohort["role"] in LEARNT_OR_VALIDATED and not clinical:
            yield f"{origin.at('cohorts', name)}: a {cohort['role']} cohort needs `clinical`"
        faults = {(): times_fault(clinical, kind), ("event",): inverted(clinical)} if clinical else {}
        yield from (
            f"{origin.at('cohorts', name, 'clinical', *key)}: {fault}" for key, fault in faults.items() if fault
        )
    of_survival = [key for key in ("horizons", "tau") if settings["outcome"].get(key)]
    if kind == "binary" and of_survival:
        yield f"{origin.at('outcome', of_survival[0])}: a binary outcome has no time; delete it, or set kind: survival"
    if fault := misfit(settings["model"]["kind"], kind):
        yield f"{origin.at(*([KEY] if KEY in settings else ['model', 'kind']))}: {fault}"


def source_faults(settings: dict[str, Any], remote: Sequence[str], origin: Origin) -> Iterator[str]:
    """Whether each source says where its archive is, data come encrypted, and credentials are not mixed up."""
    for name in remote:
        yield from _unreachable(settings["cohorts"][name]["source"], origin.at("cohorts", name, "source"), settings)
    if len(remote) > 1:
        yield from _mixed_up(remote, origin)


def _mixed_up(remote: Sequence[str], origin: Origin) -> Iterator[str]:
    """Cohorts whose archives' credentials would be in one environment variable."""
    from radioloom.io.archives.credentials import variable

    taken: dict[str, str] = {}
    for name in remote:
        other = taken.setdefault(variable(name, "password"), name)
        if other != name:
            yield (
                f"{origin.at('cohorts', name)}: {other!r} and {name!r} have one variable for their archives' "
                f"credentials, {variable(name, 'password')}; give one of them another name"
            )


def _unreachable(source: dict[str, Any], place: str, settings: dict[str, Any]) -> Iterator[str]:
    from radioloom.io.archives.kinds import ARCHIVES, archive

    if simulated(settings):
        yield f"{place}: a simulated study has no archive; delete `source` or `simulate`"
    needs = archive(source["kind"]).needs
    if lacking := [key for key in needs if key not in source]:
        yield f"{place}: an archive of kind {source['kind']} needs {', '.join(lacking)}; add it"
    if foreign := sorted({key for each in ARCHIVES for key in each.needs} & set(source) - set(needs)):
        yield f"{place}: {', '.join(foreign)} does not belong to kind {source['kind']}; delete it"
    url = urlsplit(source.get("url", ""))
    if url.scheme == "http" and url.hostname not in ("127.0.0.1", "localhost", "::1"):
        yield (
            f"{place}.url: http would send patients' data in clear text; use https, or a tunnel that ends on 127.0.0.1"
        )
