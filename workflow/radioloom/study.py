"""One study: its settings and cohort sheets, checked as a whole before any job starts."""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from radioloom.errors import StudyError
from radioloom.imaging.controls import named
from radioloom.provenance import digest, stable_hash
from radioloom.settings import check

Row = dict[str, str]
OPTIONAL = {"roi", "pattern", "replicate", "modality"}  # columns of a sheet whose empty cells mean the default


@dataclass(frozen=True)
class Study:
    """A checked study; every stage reads its settings from here and nowhere else."""

    settings: dict[str, Any]
    sheets: dict[str, list[Row]]  # cohort -> rows, each with `cohort` and `role`
    data: Path
    profile: Any  # radioloom.profile.Profile

    @property
    def name(self) -> str:
        """Short name: of the results folder."""
        return self.settings["study"]

    @property
    def simulated(self) -> bool:
        """Whether the study makes its own data."""
        return "simulate" in self.settings

    @cached_property
    def digest(self) -> str:
        """Twelve hex digits of settings, sheets and profile."""
        return digest([self.settings, self.sheets, self.profile.hash])

    @cached_property
    def batches(self) -> dict[str, dict[str, list[Row]]]:
        """Rows by cohort and batch."""
        return {cohort: batched(rows, self.settings["batch_size"]) for cohort, rows in self.sheets.items()}

    @property
    def controls(self) -> list[str]:
        """Negative controls that are measured."""
        return named(self.settings["controls"])

    def cohorts(self, *roles: str) -> list[str]:
        """Names of the cohorts with one of these roles (all without), in the study's order."""
        return [name for name, cohort in self.settings["cohorts"].items() if not roles or cohort["role"] in roles]

    def with_outcome(self) -> list[str]:
        """Cohorts whose patients have outcomes."""
        return [name for name in self.cohorts() if "clinical" in self.settings["cohorts"][name]]

    def with_traits(self) -> list[str]:
        """Cohorts that readers annotated."""
        return [name for name in self.cohorts() if "traits" in self.settings["cohorts"][name]]

    def annotations(self, cohort: str) -> list[str]:
        """Every file that may hold an annotation of a cohort, so that a new one is not missed."""
        if self.simulated:
            return [str(self.data / cohort)]
        traits = self.settings["cohorts"][cohort]["traits"]
        place = self.data / traits["files"]
        linked = [str(self.data / traits["patients"]["file"])] if "patients" in traits else []
        below = sorted(str(path) for path in place.rglob("*") if path.is_file()) if place.is_dir() else [str(place)]
        return below + linked


def load(config: dict[str, Any], root: Path, source: Path | None = None) -> Study:
    """The study of a configuration; StudyError names file, line, key and remedy of every fault.

    config : as YAML gave it
    root : folder that sheets and profiles are named from
    source : the configuration file
    """
    from radioloom.profile import load as load_profile

    where = source.name if source else "the configuration"
    settings = check(config, "study", where, source)
    sheets = {
        name: _sheet(root / cohort["sheet"], name, cohort["role"]) for name, cohort in settings["cohorts"].items()
    }
    _consistent(settings, where)
    return Study(settings, sheets, _data(settings, where), load_profile(settings["profile"]))


def batched(rows: list[Row], size: int) -> dict[str, list[Row]]:
    """Rows in batches of about `size` cases, all rows of a case together.

    Cases stand in the order of a hash of their name, and a batch ends with a case whose hash is divisible by `size`
    (content-defined chunks): a case that is added or taken out changes one batch, or cuts one in two, wherever
    it stands in the sheet. A batch is named after its last case, so its name survives too.
    """
    batches: dict[str, list[Row]] = {}
    chunk: list[Row] = []
    for row in sorted(rows, key=lambda row: (stable_hash(row["case"]), row["case"], row["replicate"], row["roi"])):
        ended = chunk and chunk[-1]["case"] != row["case"] and stable_hash(chunk[-1]["case"]) % size == 0
        if ended:
            batches[f"{stable_hash(chunk[-1]['case']):08x}"] = chunk
            chunk = []
        chunk.append(row)
    return {**batches, "last": chunk} if chunk else batches


def _sheet(path: Path, cohort: str, role: str) -> list[Row]:
    """Rows of one cohort sheet with defaults filled in, `cohort` and `role` added."""
    if not path.is_file():
        raise StudyError(f"cohorts.{cohort}.sheet: {path.name} is not there; write it, or mend the path")
    with open(path, newline="", encoding="utf-8-sig") as handle:
        raw = list(csv.DictReader(handle, delimiter="\t"))
    if not raw:
        raise StudyError(f"{path.name}: no case in the sheet of cohort {cohort}; add a row a case")
    rows, seen = [], {}
    for line, row in enumerate(raw, start=2):
        where = f"{path.name}, line {line}"
        if None in row or None in row.values():
            raise StudyError(f"{where}: {len(raw[0])} columns are expected; separate them by one tab each")
        given = {key: value.strip() for key, value in row.items() if value.strip() or key not in OPTIONAL}
        checked = check(given, "sheet", where)
        key = (checked["case"], checked["replicate"], checked["roi"])
        if key in seen:
            raise StudyError(
                f"{where}: case {key[0]}, replicate {key[1]}, roi {key[2]} stands in line {seen[key]} already"
            )
        seen[key] = line
        rows.append({**checked, "cohort": cohort, "role": role})
    return rows


def _data(settings: dict[str, Any], where: str) -> Path:
    if "simulate" in settings:
        return Path("results", settings["study"], "data")
    place = os.environ.get("RADIOLOOM_DATA") or settings.get("data")
    if not place:
        raise StudyError(f"{where}: data: no folder is named; add `data: <folder>`, or set RADIOLOOM_DATA")
    if not Path(place).is_dir():
        raise StudyError(f"{where}: data: the folder {place!r} is not there; mend `data`, or set RADIOLOOM_DATA")
    return Path(place)


def _consistent(settings: dict[str, Any], where: str) -> None:
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
