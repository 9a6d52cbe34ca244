"""What a study names, held against what is there, before any job starts."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from radioloom.errors import StudyError
from radioloom.study.sheet import Row


def data_folder(settings: dict[str, Any], where: str) -> Path:
    """Where images and tables lie; StudyError where no folder is named, or it is not there."""
    if "simulate" in settings:
        return Path("results", settings["study"], "data")
    place = os.environ.get("RADIOLOOM_DATA") or settings.get("data")
    if not place:
        raise StudyError(f"{where}: data: no folder is named; add `data: <folder>`, or set RADIOLOOM_DATA")
    if not Path(place).is_dir():
        raise StudyError(f"{where}: data: the folder {place!r} is not there; mend `data`, or set RADIOLOOM_DATA")
    return Path(place)


def regions(settings: dict[str, Any], sheets: dict[str, list[Row]], where: str) -> None:
    """Regions of `rois` stand in the sheet, and their patterns are regular expressions."""
    for cohort, block in settings["cohorts"].items():
        known = sorted({row["roi"] for row in sheets[cohort]})
        for roi, rule in block.get("rois", {}).items():
            place = f"{where}: cohorts.{cohort}.rois.{roi}"
            if roi not in known:
                raise StudyError(f"{place}: no row of the sheet has this region; regions there: {', '.join(known)}")
            for pattern in rule["patterns"]:
                try:
                    re.compile(pattern)
                except re.error as error:
                    raise StudyError(f"{place}: {pattern!r} is no regular expression ({error}); mend it") from error


def consistent(settings: dict[str, Any], where: str) -> None:
    """What no schema can say: keys that must agree with each other."""
    roles = {name: cohort["role"] for name, cohort in settings["cohorts"].items()}
    if "training" not in roles.values():
        raise StudyError(f"{where}: cohorts: none has the role 'training'; a signature is learned there")
    for name, cohort in settings["cohorts"].items():
        clinical = cohort.get("clinical")
        if cohort["role"] in ("training", "validation") and not clinical:
            raise StudyError(f"{where}: cohorts.{name}: a {cohort['role']} cohort needs `clinical`")
        if clinical and settings["outcome"]["kind"] == "survival" and "time_days" not in clinical:
            raise StudyError(f"{where}: cohorts.{name}.clinical: a survival outcome needs the column `time_days`")
    expected = {"survival": "cox", "binary": "logistic"}[settings["outcome"]["kind"]]
    if settings["model"]["kind"] != expected:
        raise StudyError(f"{where}: model.kind: a {settings['outcome']['kind']} outcome is modelled by {expected!r}")
    robustness = settings.get("robustness")
    if robustness and robustness["role"] not in roles.values():
        raise StudyError(f"{where}: robustness.role: no cohort has the role {robustness['role']!r}; perturb another")
    genomics = settings.get("genomics")
    if genomics and genomics["cohort"] not in roles:
        raise StudyError(f"{where}: genomics.cohort: {genomics['cohort']!r} is none of {', '.join(roles)}")
    _apart([name for name, cohort in settings["cohorts"].items() if "source" in cohort], where)


def _apart(remote: list[str], where: str) -> None:
    """Whether the credentials of every cohort's archive have variables of their own."""
    if len(remote) < 2:
        return
    from radioloom.io.archives.credentials import variable

    taken: dict[str, str] = {}
    for name in remote:
        other = taken.setdefault(variable(name, "password"), name)
        if other != name:
            raise StudyError(
                f"{where}: cohorts: {other!r} and {name!r} have one variable for their archives' credentials, "
                f"{variable(name, 'password')}; give one of them another name"
            )


def reachable(source: dict[str, Any], where: str, simulated: bool) -> None:
    """Whether a source says where its archive is, and patients' data come encrypted."""
    if simulated:
        raise StudyError(f"{where}: a simulated study has no archive; delete `source` or `simulate`")
    from radioloom.io.archives.kinds import ARCHIVES, archive

    needs = archive(source["kind"]).needs
    lacking = [key for key in needs if key not in source]
    if lacking:
        raise StudyError(f"{where}: an archive of kind {source['kind']} needs {', '.join(lacking)}; add it")
    foreign = sorted({key for each in ARCHIVES for key in each.needs} & set(source) - set(needs))
    if foreign:
        raise StudyError(f"{where}: {', '.join(foreign)} does not belong to kind {source['kind']}; delete it")
    url = urlsplit(source.get("url", ""))
    if url.scheme == "http" and url.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise StudyError(
            f"{where}.url: http would send patients' data in clear text; use https, or a tunnel that ends on 127.0.0.1"
        )
