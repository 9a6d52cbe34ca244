"""The record of one study: settings, cohort sheets and profile, and what each cohort brings and is read from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from radioloom.errors import StudyError
from radioloom.imaging.controls import named
from radioloom.io.files import is_file, is_there, stamp
from radioloom.io.user_tables.read import file_of
from radioloom.provenance import digest
from radioloom.stages.images.fetch import FETCHED
from radioloom.study.batches import batched
from radioloom.study.feature_tables import measured_by, no_features
from radioloom.study.holdings import Holdings, archived, holdings, simulated
from radioloom.study.sheet import PATHS, Row
from radioloom.tables.columns import PARTS


def followed(*paths: str) -> list[str]:
    """Paths that Snakemake follows: it takes `{name}` and `<name>` for patterns, and such files are `watched` alone.

    For the same reason what a user wrote stands in a rule's `params` as a function, where it is text or a list of it.
    """
    return [path for path in paths if not set(path) & set("{}<>")]


@dataclass(frozen=True)
class Study:
    """A checked study; every stage reads its settings from here and nowhere else."""

    settings: dict[str, Any]
    sheets: dict[str, list[Row]]  # cohort -> rows, each with `cohort` and `role`
    data: Path
    profile: Any  # radioloom.profile.Measuring; None where all cohorts start from tables of features
    sheet_places: dict[str, Path] = field(default_factory=dict)  # cohort -> where its sheet lies; see `file_of`
    handed: Any = None  # stages.learning.published.HandedIn: the signature that the study validates; None if it learns
    signature_place: Path | None = None  # where the file of that lies
    published: dict[str, Any] | None = None  # the file of targets that the study is held against
    targets_place: Path = Path()  # where that lies
    superseded: Path | None = None  # file of the signature that this study's takes the place of

    @property
    def name(self) -> str:
        """Short name: of the results folder."""
        return self.settings["study"]

    @cached_property
    def has(self) -> Holdings:
        """What the study has, and in which of its cohorts."""
        return holdings(self.settings, self.sheets)

    @property
    def simulated(self) -> bool:
        """Whether the study makes its own data, so that what was planted in them is known."""
        return simulated(self.settings)

    @cached_property
    def digest(self) -> str:
        """Twelve hex digits of settings, sheets and profile."""
        return digest([self.settings, self.sheets, self.profile_hash])

    @cached_property
    def profile_hash(self) -> str:
        """Twelve hex digits of what measured the features: profiles, and what is declared of tables of features.

        A signature bears it, and predicts from features with the same one alone.
        """
        declared = [measured_by(self.settings["cohorts"][name]["features"]) for name in self.has.tables]
        images = self.profile.hash if self.profile else ""
        measured = digest([images, sorted(set(map(digest, declared)))]) if declared else images
        return digest([measured, self.settings["combine"]]) if self.has.combined else measured

    @cached_property
    def batches(self) -> dict[str, dict[str, list[Row]]]:
        """Rows by cohort and batch, without what is not of images: none is measured anew where that is corrected."""
        sheets = {
            cohort: [{key: value for key, value in row.items() if key not in ("patient", "visit")} for row in rows]
            for cohort, rows in self.sheets.items()
        }
        return {cohort: batched(rows, self.settings["batch_size"]) for cohort, rows in sheets.items()}

    def visits(self, cohort: str, batch: str) -> dict[str, str]:
        """The visit of each case of a batch whose sheet names one."""
        cases = {row["case"] for row in self.batches[cohort][batch]}
        return {row["case"]: row["visit"] for row in self.sheets[cohort] if row["visit"] and row["case"] in cases}

    def asked(self, cohort: str, batch: str) -> list[str]:
        """Regions of a batch as its files name them: each stage holds what it is handed against them."""
        rows = self.batches[cohort][batch]
        return sorted("{cohort}/{case}.{replicate}.{roi}".format(**row) for row in rows)

    @property
    def controls(self) -> list[str]:
        """Negative controls that are measured."""
        return named(self.settings["controls"])

    def manifest(self, cohort: str, batch: str) -> list[str]:
        """The file that says what has arrived of a batch; none where the cohort's images are not in an archive.

        It bears the study's name: studies of one data folder may share series, but never the manifest of a batch.
        """
        return [self.manifest_place(cohort, batch)] if cohort in archived(self.settings) else []

    def manifest_place(self, cohort: str, batch: str) -> str:
        """Where the manifest of a batch from an archive lies; also of wildcards, as a rule names it."""
        return str(self.data / FETCHED / cohort / f"{self.name}-{batch}.json")

    def arrived(self, cohort: str, batch: str) -> Sequence[Row]:
        """Rows of a batch that are here or have come from an archive; StudyError where nothing has come yet."""
        from radioloom.stages.images.fetch import arrived

        manifests = self.manifest(cohort, batch)
        if not all(map(is_file, manifests)):
            raise StudyError(
                f"cohort {cohort}: batch {batch} is still in its archive; fetch it: snakemake --until fetch"
            )
        return arrived(self.batches[cohort][batch], manifests)

    def files(self, cohort: str, batch: str) -> list[str]:
        """What a batch is read from: its images and segmentations that are here, or the manifest of those that come."""
        if self.simulated:
            return [str(self.data / cohort)]
        here = [self.data / path for path in self.handed_in(cohort, batch)]
        return [str(path) for path in here if is_there(path)] + self.manifest(cohort, batch)

    def handed_in(self, cohort: str, batch: str) -> list[str]:
        """Paths of a batch's images and segmentations that no job makes or fetches, as its sheet has them."""
        if self.simulated:
            return []
        paths = {row.get(key, "") for row in self.batches[cohort][batch] for key in PATHS} - {""}
        return sorted(path for path in paths if not path.startswith(f"{FETCHED}/{cohort}/"))

    @cached_property
    def _watched(self) -> dict[tuple[str, str], dict[str, str]]:
        return {}

    def watched(self, cohort: str, batch: str) -> dict[str, str]:
        """What `watched_files` says of the images and segmentations of a batch; a process looks at them once."""
        if (cohort, batch) not in self._watched:
            self._watched[cohort, batch] = self.watched_files(*self.handed_in(cohort, batch))
        return self._watched[cohort, batch]

    def watched_files(self, *paths: str) -> dict[str, str]:
        """Digest of name, size and time of every file at or below paths of the data folder; "" where a job makes them.

        Snakemake sees a file that is newer than a result, or the time of a folder: not a file that was replaced by an
        older one (`cp -p`, `rsync -t`), nor what changed deep in a folder. Under the key `data`, as all that is no part
        of a result's provenance: so when files were written changes no byte of a result.
        """
        return {"data": "" if self.simulated else stamp(self.data / file_of(path) for path in paths)}

    @cached_property
    def sheet_files(self) -> dict[str, str]:
        """The files of cohort sheets, and of a signature or targets that are named, by what a report calls them."""
        files = {name: file_of(str(place)) for name, place in self.sheet_places.items()}
        sheets = {f"{name}, sheet: {Path(file).name}": file for name, file in files.items()}
        of_signature = (
            {f"signature: {self.signature_place.name}": str(self.signature_place)} if self.signature_place else {}
        )
        place = self.targets_place
        if self.superseded:
            of_signature[f"supersedes: {self.superseded.name}"] = str(self.superseded)
        return of_signature | sheets | ({f"targets: {place.name}": str(place)} if self.published else {})

    @cached_property
    def data_files(self) -> dict[str, str]:
        """Files and folders below the data folder that are no images, by what a report calls them."""
        if self.simulated:
            return {}
        files: dict[str, str] = {}
        for name, cohort in self.settings["cohorts"].items():
            used = {"outcomes": [file_of(cohort["clinical"]["file"])]} if "clinical" in cohort else {}
            used |= {"features": self.tables_of_features(name)} if "features" in cohort else {}
            used |= {"annotations": self.annotation_places(name)} if "traits" in cohort else {}
            used |= {"split": list(map(file_of, self._listing(name)))}
            files |= {f"{name}, {kind}: {path}": path for kind, paths in used.items() for path in paths}
        for name in self.has.expression:
            files |= {f"{name}, {kind}: {path}": path for kind, path in self.files_of_genes.items()}
        return files

    @cached_property
    def files_of_genes(self) -> dict[str, str]:
        """Files below the data folder that the block `genomics` names, by their kind, each once."""
        block = self.settings["genomics"]
        expression = block["expression"]
        named = {
            "expression": expression,
            **{f"{key} of the expression": expression.get(key, {}) for key in ("samples", "platform")},
            "gene sets": block["modules"],
            "expression of others": block.get("stability", {}).get("other", {}),
            "sets to enrich": {"file": block["enrichment"]["sets"]} if self.has.enriched else {},
        } | {kind: block[kind] for kind in self.has.claims}
        files = {kind: file_of(each["file"]) for kind, each in named.items() if "file" in each}
        return {kind: file for kind, file in files.items() if kind == "expression" or file != files["expression"]}

    @cached_property
    def patients(self) -> list[dict[str, Any]]:
        """Cohort, role, case, patient, and whether the sheet names the patient, of each case on a sheet, once."""
        rows = [row for sheet in self.sheets.values() for row in sheet]
        return [
            {key: row[key] for key in ("cohort", "role", "case")}
            | {"patient": row["patient"] or row["case"], "named": row["patient"] != ""}
            for row in {(row["cohort"], row["case"]): row for row in rows}.values()
        ]

    @property
    def regions(self) -> list[Row]:
        """Every row of the sheets by what tells regions apart; a modality that its file says may be empty."""
        keys = ("cohort", "case", "replicate", *PARTS)
        return [{key: row[key] for key in keys} for sheet in self.sheets.values() for row in sheet]

    def cases(self, cohort: str) -> list[str]:
        """Cases on the sheet of a cohort as models know them: patients, where their images are combined."""
        rows = self.sheets[cohort]
        return sorted({row["patient"] or row["case"] if self.has.combined else row["case"] for row in rows})

    def clinical_of_one(self, cohort: str) -> bool:
        """Whether all rows of a cohort's clinical table are its own: no other cohort reads them, none is taken out."""
        cohorts = self.settings["cohorts"].values()
        block = self.settings["cohorts"][cohort]
        readers = [each for each in cohorts if each.get("clinical", {}).get("file") == block["clinical"]["file"]]
        return len(readers) == 1 and "split" not in block and not block.get("features", {}).get("rows")

    def cohorts(self, *roles: str) -> list[str]:
        """Names of the cohorts with one of these roles (all without), in the study's order."""
        return [name for name, cohort in self.settings["cohorts"].items() if not roles or cohort["role"] in roles]

    def table(self, name: str) -> str:
        """The file of a table below the data folder; `cases.xlsx#Sheet` lies in `cases.xlsx`."""
        return str(self.data / file_of(name))

    def feature_files(self, cohort: str) -> list[str]:
        """Files that a cohort's table of features is read from."""
        return [str(self.data / name) for name in self.tables_of_features(cohort)]

    def tables_of_features(self, cohort: str) -> list[str]:
        """The same, below the data folder."""
        block = self.settings["cohorts"][cohort]["features"]
        linked = [block["ids"]["patients"]["file"]] if "patients" in block["ids"] else []
        return [file_of(name) for name in (block["file"], *linked, *self._listing(cohort))]

    def _listing(self, cohort: str) -> list[str]:
        """The table of `split.file` of a cohort, if it has any."""
        split = self.settings["cohorts"][cohort].get("split", {})
        return [split["file"]] if "file" in split else []

    def no_features(self, cohort: str) -> list[str]:
        """Columns that are no features, whatever the table of a cohort holds: those of outcome and covariates."""
        return no_features(self.settings, cohort)

    def annotations(self, cohort: str) -> list[str]:
        """Where a cohort's annotations lie, without the names of files, which may be patients'; they are watched."""
        if self.simulated:
            return [str(self.data / cohort)]
        return [str(self.data / name) for name in self.annotation_places(cohort)]

    def annotation_places(self, cohort: str) -> list[str]:
        """The same, below the data folder."""
        traits = self.settings["cohorts"][cohort]["traits"]
        linked = [traits["patients"]["file"]] if "patients" in traits else []
        return [file_of(name) for name in (traits["files"], *linked)]
