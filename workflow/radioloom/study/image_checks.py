"""Images and segmentations of a sheet, looked at before any job: whether a study may read them, and which is which."""

from __future__ import annotations

import os
from collections import defaultdict
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from radioloom.errors import CaseError
from radioloom.io.files import files_below, is_folder, is_there, lies_within
from radioloom.io.user_tables.read import without_first
from radioloom.settings import Origin
from radioloom.stages.images.fetch import FETCHED
from radioloom.study.record import Study
from radioloom.study.remarks import Remarks, some
from radioloom.study.sheet import PATHS, Row

KEYS = ("image", "segmentation")
SEGMENTATION, SLICE, OTHER = "RTSTRUCT or SEG", "another DICOM file", "no DICOM"
MOST, FEW = 2000, 20  # files of a folder whose kind is looked at, in the first row and in others
BYTES = ("u1", "i1")  # voxels of most label maps, and of no CT, MR or PET
EXCHANGE = "call each by the name of the other in the first line of the sheet"
SMALLER = 4  # times that a compressed label map is smaller, at the least, than its image with voxels of the same type


class Reason(NamedTuple):
    """Why a path of a sheet cannot be used: of some cases, of so many rows, and what to do about those."""

    some: str
    every: str
    remedy: str


ABSENT = Reason(
    "without {key} file", "no {key} of {its} is below the data folder {data}", "correct `data`, or the column `{key}`"
)
SHORTER = "they are there without the first folder of their paths: leave it out"
ASTRAY = Reason(
    "whose {key} is a link (or ..) that leads out of the data folder",
    "the {key} of {its} is a link (or ..) that leads out of the data folder {data}",
    "put the files themselves there, or name the folder that they lie in as `data`",
)
EMPTY = Reason(
    "whose {key} is an empty folder",
    "the {key} of {its} is an empty folder",
    "put the files into it, or correct the column `{key}`",
)


def image_remarks(study: Study, cohort: str, origin: Origin, remarks: Remarks) -> None:
    """Paths whose cases a job would exclude: notes, and faults where those are all of the cohort."""
    rows = study.sheets[cohort]
    here = [row for row in rows if not row["image"].startswith(f"{FETCHED}/{cohort}/")]
    reasons = {key: _reasons(study, [row for row in here if row.get(key)], key) for key in PATHS}
    lost = {id(row) for each in reasons.values() for affected in each.values() for row in affected}
    for key, reason, affected in ((key, *item) for key, each in reasons.items() for item in each.items()):
        if len(lost) == len(rows):
            its = f"its {len(rows)} rows" if len(affected) == len(rows) else f"{len(affected)} of its {len(rows)} rows"
            told = reason.every.format(key=key, its=its, data=repr(str(study.data)))
            place = origin.at("cohorts", cohort, "sheet")
            shorter = reason == ABSENT and all(_without_first(study.data, row[key]) for row in affected)
            remedy = SHORTER if shorter else reason.remedy.format(key=key)
            remarks.faults.append(f"{place}: {told}; {remedy}")
        else:
            cases = sorted({row["case"] for row in affected})
            told = f"{some(cases, 'case')} {reason.some.format(key=key)}"
            they = "it" if len(cases) == 1 else "they"
            remarks.notes.append(f"cohort {cohort}: {told}; {they} will be excluded")
    doubts: dict[str, set[str]] = defaultdict(set)
    for number, row in enumerate(here):
        image, segmentation = (study.data / row[key] for key in KEYS)
        doubts[exchanged(image, segmentation, FEW if number else MOST)].add(row["case"])
    every = len({row["case"] for row in rows})
    for doubt in filter(None, doubts):
        told = f"{doubt} in {some(sorted(doubts[doubt]), 'case')} of {every}"
        if len(doubts) == 1 and len(here) == len(rows) and _is_image(study.data / rows[0]["segmentation"]):
            place = origin.at("cohorts", cohort, "sheet")
            remarks.faults.append(f"{place}: {told}: the columns `image` and `segmentation` are exchanged; {EXCHANGE}")
            continue
        remarks.notes.append(f"cohort {cohort}: {told}; were the columns `image` and `segmentation` exchanged?")


def _without_first(data: Path, name: str) -> bool:
    """Whether a path of a sheet is right without its first folder."""
    return without_first(name, lambda rest: is_there(data / rest)) != ""


def _reasons(study: Study, rows: list[Row], key: str) -> dict[Reason, list[Row]]:
    """Rows by the reason for which their image or segmentation cannot be used."""
    root = study.data.resolve()
    known = {name: unusable(study.data / name, root) for name in {row[key] for row in rows}}
    reasons: dict[Reason, list[Row]] = defaultdict(list)
    for row in rows:
        if reason := known[row[key]]:
            reasons[reason].append(row)
    return reasons


def unusable(place: Path, root: Path) -> Reason | None:
    """Why no job will read an image or a segmentation, as far as the path tells, and of a folder its first level.

    root : the data folder, its own links resolved
    """
    if not is_there(place):
        return ABSENT
    if not lies_within(place, root):
        return ASTRAY
    if not is_folder(place):
        return None
    try:
        with os.scandir(place) as unsorted:
            entries = list(unsorted)
    except OSError:
        return None  # the machine's fault, which the job tells
    links = (entry for entry in entries if entry.is_symlink() and not entry.is_dir())
    if any(not lies_within(Path(entry.path), root) for entry in links):
        return ASTRAY
    return None if entries else EMPTY


def exchanged(image: Path, segmentation: Path, most: int = MOST) -> str:
    """Why an image seems to be a segmentation, or the other way round, by headers and sizes alone; "" if not.

    most : files of a folder that are looked at; of fewer than MOST an RTSTRUCT beside the slices may not be among them
    """
    from radioloom.io import images
    from radioloom.io.dicom.values import BROKEN

    with suppress(CaseError, OSError, *BROKEN):  # a file that cannot be looked at is the job's, which names it
        if images.kind(image) and images.kind(segmentation):
            told = "its image looks like a label map, and its segmentation like an image"
            return told if _label_map_of(image, segmentation) else ""
        kinds = _kinds(image, most)
        if kinds == {SEGMENTATION}:
            return "its image is an RTSTRUCT or SEG"
        if (most == MOST or SLICE not in kinds) and _kinds(segmentation, most) == {SLICE}:
            return "its segmentation is a series of DICOM images"
    return ""


def _is_image(place: Path) -> bool:
    """Whether the voxels of a segmentation are an image's; one of DICOM slices is, as its headers have told."""
    from radioloom.io import images
    from radioloom.io.dicom.values import BROKEN
    from radioloom.segmentation.labels import is_image

    if not images.kind(place):
        return True
    with suppress(CaseError, OSError, *BROKEN):
        return is_image(images.read_native(place).array)
    return False


def _label_map_of(first: Path, second: Path) -> bool:
    """Whether the first of two image files seems to be the label map of the second."""
    from radioloom.io import images

    headers = [images.header(path) for path in (first, second)]
    one, other = (each.stored.str[1:] in BYTES for each in headers)
    if one != other:
        return one
    small, large = (sum(file.stat().st_size for file in each.files) for each in headers)
    return all(each.window for each in headers) and small * SMALLER < large


def _kinds(place: Path, most: int) -> set[str]:
    """What the files at or below a place are, up to so many of them: segmentations, slices, or something else."""
    from radioloom.io.dicom import headers

    found: set[str] = set()
    for file in islice(files_below(place) if is_there(place) else (), most):
        with open(file, "rb") as handle:
            dicom = headers.is_dicom(handle.read(132))
        found.add(OTHER if not dicom else SEGMENTATION if headers.kind(file) else SLICE)
    return found
