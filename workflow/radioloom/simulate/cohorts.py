"""The simulated cohorts: who is in them, on which scanners, in which formats; and their sheets."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from radioloom.errors import StudyError
from radioloom.provenance import rng
from radioloom.simulate.image import DRAWING_MM
from radioloom.simulate.scanners import SCANNERS, Scanner

COLUMNS = ("case", "image", "segmentation", "pattern", "replicate")


@dataclass(frozen=True, slots=True)
class Format:
    """How one segmentation is stored: its file, the region's name in it, and what the sheet's `pattern` says."""

    file: str
    name: str = "GTV-1"
    pattern: str = "GTV-1"


RTSTRUCT = Format("rtstruct.dcm")
RTSTRUCT_SLOPPY = Format("rtstruct.dcm", "gtv 1", "gtv[ -]?1")
SEG = Format("seg.dcm")
NIFTI = Format("mask.nii.gz", "1", "1")
READER = Format("rtstruct.dcm", "GTV-1vis-{replicate}", "GTV-1vis-{replicate}")


@dataclass(frozen=True, slots=True)
class Cohort:
    """One cohort of the simulated study; scanners and formats alternate over its cases."""

    prefix: str
    n: int
    scanners: tuple[str, ...]
    formats: tuple[Format, ...] = (RTSTRUCT,)
    visits: int = 1
    readers: int = 1
    drawing_mm: float = DRAWING_MM
    clinical: bool = False
    expression: bool = False

    def scanner(self, case: str, seed: int) -> Scanner:
        """A function of the case alone, like all of it."""
        return SCANNERS[self.scanners[int(rng(seed, case, "scanner").integers(len(self.scanners)))]]

    def view(self, replicate: str) -> tuple[str, str]:
        """Visit and reader of a replicate."""
        return (replicate if self.visits > 1 else "1"), (replicate if self.readers > 1 else "1")


COHORTS = {
    "train": Cohort("T", 72, ("siemens", "ge"), clinical=True),
    "valid1": Cohort("V", 48, ("ge", "philips"), (SEG, RTSTRUCT_SLOPPY), clinical=True),
    "valid2": Cohort("W", 48, ("toshiba",), (NIFTI,), clinical=True),
    "retest": Cohort("R", 20, ("philips", "siemens"), visits=2),
    "readers": Cohort("O", 12, ("siemens",), (READER,), readers=4, drawing_mm=0.5),
    "genomics": Cohort("G", 48, ("ge", "siemens"), expression=True),
}


def find(name: str) -> Cohort:
    """The cohort of this name, or StudyError."""
    if name not in COHORTS:
        raise StudyError(f"cohort {name} is not one that can be simulated; those are {', '.join(COHORTS)}")
    return COHORTS[name]


def sheet(name: str) -> list[dict[str, str]]:
    """The rows of a cohort's sheet: one an image-segmentation pair, paths below the data folder."""
    return list(_rows(name, find(name)))


def write_sheets(folder: Path) -> list[Path]:
    """Write the sheets of all cohorts, <cohort>.tsv, and return their paths."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name in COHORTS:
        paths.append(folder / f"{name}.tsv")
        with open(paths[-1], "w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, COLUMNS, delimiter="\t", lineterminator="\n")
            writer.writeheader()
            writer.writerows(sheet(name))
    return paths


def _rows(name: str, cohort: Cohort) -> Iterator[dict[str, str]]:
    for number in range(1, cohort.n + 1):
        case = f"{cohort.prefix}{number:03d}"
        stored = cohort.formats[(number - 1) % len(cohort.formats)]
        for replicate in map(str, range(1, max(cohort.visits, cohort.readers) + 1)):
            folder = f"{name}/{case}/{replicate}" if cohort.visits > 1 else f"{name}/{case}"
            yield {
                "case": case,
                "image": f"{folder}/ct",
                "segmentation": f"{folder}/{stored.file}",
                "pattern": stored.pattern.format(replicate=replicate),
                "replicate": replicate,
            }
