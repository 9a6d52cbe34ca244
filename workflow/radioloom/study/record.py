"""One study: its settings and cohort sheets, checked as a whole before any job starts."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from radioloom.errors import StudyError
from radioloom.imaging.controls import named
from radioloom.io.files import files_below, listing
from radioloom.provenance import digest, stable_hash
from radioloom.settings import check

Row = dict[str, str]
FETCHED = "fetched"  # folder below the data folder where series from archives lie: beside the images, never in results
SERIES = re.compile(r"((?=[0-9.]{1,64}/)[0-9]+(\.[0-9]+)+/)?(?=[0-9.]{1,64}$)[0-9]+(\.[0-9]+)+")
# Columns of a sheet whose empty cells mean the default.
OPTIONAL = {
    "roi", "pattern", "replicate", "modality", "series", "description", "kernel", "thickness_mm", "prefer",
}  # fmt: skip


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

    def manifest(self, cohort: str, batch: str) -> list[str]:
        """The file that says what has arrived of a batch; none where the cohort's images are not in an archive.

        It bears the study's name: studies of one data folder may share series, but never what they say of a batch.
        """
        remote = "source" in self.settings["cohorts"][cohort]
        return [str(self.data / FETCHED / cohort / f"{self.name}-{batch}.json")] if remote else []

    def arrived(self, cohort: str, batch: str) -> Sequence[Row]:
        """Rows of a batch that are here or have come from an archive; StudyError where nothing has come yet."""
        from radioloom.stages.images.fetch import arrived

        manifests = self.manifest(cohort, batch)
        if not all(map(os.path.isfile, manifests)):
            raise StudyError(
                f"cohort {cohort}: batch {batch} is still in its archive; fetch it: snakemake --until fetch"
            )
        return arrived(self.batches[cohort][batch], manifests)

    def files(self, cohort: str, batch: str) -> list[str]:
        """What a batch is read from: its images and segmentations that are here, or the manifest of those that come."""
        if self.simulated:
            return [str(self.data / cohort)]
        paths = [row[key] for row in self.batches[cohort][batch] for key in ("image", "segmentation")]
        here = {str(self.data / path) for path in paths if not path.startswith(f"{FETCHED}/{cohort}/")}
        return sorted(path for path in here if os.path.exists(path)) + self.manifest(cohort, batch)

    def listing(self, cohort: str, batch: str) -> str:
        """Digest of the files below a batch's images, however deep: Snakemake looks at the times of the folders alone.

        "" where a job of the study makes or fetches them.
        """
        if self.simulated or "source" in self.settings["cohorts"][cohort]:
            return ""
        places = sorted({self.data / row["image"] for row in self.batches[cohort][batch]})
        return digest([listing(place, list(files_below(place))) for place in places if place.exists()])

    def cohorts(self, *roles: str) -> list[str]:
        """Names of the cohorts with one of these roles (all without), in the study's order."""
        return [name for name, cohort in self.settings["cohorts"].items() if not roles or cohort["role"] in roles]

    def repeated(self) -> list[str]:
        """Cohorts in which one image has several segmentations of a region: observers, or a sheet that says so."""
        observed = self.cohorts("observers")
        return [name for name in self.cohorts() if name in observed or _repeated(self.sheets[name])]

    def with_outcome(self) -> list[str]:
        """Cohorts whose patients have outcomes."""
        return [name for name in self.cohorts() if "clinical" in self.settings["cohorts"][name]]

    def with_traits(self) -> list[str]:
        """Cohorts that readers annotated."""
        return [name for name in self.cohorts() if "traits" in self.settings["cohorts"][name]]

    def annotations(self, cohort: str) -> list[str]:
        """Where a cohort's annotations lie, without the names of files, which may be patients'; see `annotated`."""
        if self.simulated:
            return [str(self.data / cohort)]
        traits = self.settings["cohorts"][cohort]["traits"]
        linked = [traits["patients"]["file"]] if "patients" in traits else []
        return [str(self.data / name) for name in (traits["files"], *linked)]

    def annotated(self, cohort: str) -> str:
        """Digest of every file that may hold an annotation (name, size, time), so that no new one is missed."""
        if self.simulated:
            return ""
        place = self.data / self.settings["cohorts"][cohort]["traits"]["files"]
        files = sorted(path for path in place.rglob("*") if path.is_file())
        known = [(path.relative_to(place).as_posix(), path.stat()) for path in files]
        return digest([[name, found.st_size, found.st_mtime_ns] for name, found in known])


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
    for name, cohort in settings["cohorts"].items():
        if "source" in cohort:
            _reachable(cohort["source"], f"{where}: cohorts.{name}.source", "simulate" in settings)
            sheets[name] = [_fetched(row, name, Path(cohort["sheet"]).name) for row in sheets[name]]
    _consistent(settings, where)
    _regions(settings, sheets, where)
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


def _repeated(rows: list[Row]) -> bool:
    return len({(row["case"], row["roi"], row["image"]) for row in rows}) < len(rows)


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


def _fetched(row: Row, cohort: str, sheet: str) -> Row:
    """A row whose UIDs are the paths where their series will lie; a segmentation that is no UID is a file."""
    if not SERIES.fullmatch(row["image"]):
        raise StudyError(
            f"{sheet}, case {row['case']}: image: cohort {cohort} comes from an archive, so a SeriesInstanceUID (or "
            "StudyInstanceUID/SeriesInstanceUID) is expected"
        )
    places = {key: f"{FETCHED}/{cohort}/{row[key]}" for key in ("image", "segmentation") if SERIES.fullmatch(row[key])}
    return {**row, **places}


def _data(settings: dict[str, Any], where: str) -> Path:
    if "simulate" in settings:
        return Path("results", settings["study"], "data")
    place = os.environ.get("RADIOLOOM_DATA") or settings.get("data")
    if not place:
        raise StudyError(f"{where}: data: no folder is named; add `data: <folder>`, or set RADIOLOOM_DATA")
    if not Path(place).is_dir():
        raise StudyError(f"{where}: data: the folder {place!r} is not there; mend `data`, or set RADIOLOOM_DATA")
    return Path(place)


def _regions(settings: dict[str, Any], sheets: dict[str, list[Row]], where: str) -> None:
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
    _apart([name for name, cohort in settings["cohorts"].items() if "source" in cohort], where)


def _apart(remote: list[str], where: str) -> None:
    """Whether the credentials of every cohort's archive have variables of their own."""
    if len(remote) < 2:
        return
    from radioloom.io.archives.archive import variable

    taken: dict[str, str] = {}
    for name in remote:
        other = taken.setdefault(variable(name, "password"), name)
        if other != name:
            raise StudyError(
                f"{where}: cohorts: {other!r} and {name!r} have one variable for their archives' credentials, "
                f"{variable(name, 'password')}; give one of them another name"
            )


def _reachable(source: dict[str, Any], where: str, simulated: bool) -> None:
    """Whether a source says where its archive is, and patients' data come encrypted."""
    if simulated:
        raise StudyError(f"{where}: a study that makes its data has no archive; take out `source` or `simulate`")
    wanted = {"dicomweb": ("url",), "dimse": ("host", "port", "aet"), "idc": ()}
    lacking = [key for key in wanted[source["kind"]] if key not in source]
    if lacking:
        raise StudyError(f"{where}: an archive of kind {source['kind']} needs {', '.join(lacking)}; add it")
    foreign = sorted({key for keys in wanted.values() for key in keys} & set(source) - set(wanted[source["kind"]]))
    if foreign:
        raise StudyError(f"{where}: {', '.join(foreign)} does not belong to kind {source['kind']}; take it out")
    url = urlsplit(source.get("url", ""))
    if url.scheme == "http" and url.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise StudyError(
            f"{where}.url: http would send patients' data in clear text; use https, or a tunnel that ends on 127.0.0.1"
        )
