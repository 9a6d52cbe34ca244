"""Images and segmentations of new patients, from a folder or a sheet, measured one after the other with one profile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from radioloom.errors import CaseError, StudyError
from radioloom.failures import explained, notes_of
from radioloom.io.files import content
from radioloom.io.user_tables.pseudonyms import no_pseudonym
from radioloom.profile import Profile
from radioloom.provenance import digest
from radioloom.stages.images.curate import usable
from radioloom.stages.images.segment import region
from radioloom.stages.images.single import placed
from radioloom.tables.columns import FIRST, FROM_ONE, from_zero

Row = dict[str, Any]
NAMES = {"image": ("image",), "segmentation": ("mask", "segmentation")}  # of a patient's files, without their endings
EMPTY = ("role", "pattern", "modality", "series", "description", "kernel", "thickness_mm", "prefer")
LAYOUT = "an `image` (file or DICOM folder) and a `mask` or `segmentation` (label map, RTSTRUCT or SEG)"


class MeasuredCase(NamedTuple):
    """One patient: values by feature id, or why there are none."""

    case: str
    values: dict[str, float]
    scan: Row  # of SERIES: how the image was acquired; empty where nobody knows
    fault: str = ""
    notes: tuple[str, ...] = ()


def rows_of(folder: Path) -> list[Row]:
    """Rows as of a cohort sheet: of a folder with `image` and `mask`, or of each of its folders that has them.

    The name of the folder is the case. Raises StudyError where nothing of the kind is there, or a name is no pseudonym.
    """
    places = [folder] if _files(folder) else [place for place in sorted(folder.iterdir()) if place.is_dir()]
    found = {place: files for place in places if (files := _files(place))}
    if not found:
        raise StudyError(
            f"the folder has no image with its segmentation; put {LAYOUT} of each patient into a folder that is called "
            "by the patient's pseudonym, or give a sheet with the columns case, image and segmentation"
        )
    for number, place in enumerate(found, 1):
        if fault := no_pseudonym(place.resolve().name):
            raise StudyError(
                f"folder {number} of {len(found)}: its name is {fault}; call it by a pseudonym. "
                "What it is called is not shown, for it may be a patient's name"
            )
    keys = dict.fromkeys(EMPTY, "") | {"cohort": "new", "replicate": FIRST, "roi": "tumour"}
    return [{**keys, "case": place.resolve().name, **files} for place, files in found.items()]


def _files(folder: Path) -> dict[str, str]:
    """Image and segmentation of a folder, absolute; none where one of them is lacking. StudyError for two of a kind."""
    files: dict[str, str] = {}
    for key, names in NAMES.items():
        there = [each for each in sorted(folder.iterdir()) if each.name.lower().split(".")[0] in names]
        if len(there) > 1:
            raise StudyError(f"a folder has {len(there)} files for {key}; keep one of {' or '.join(names)} in each")
        if there:
            files[key] = str(there[0].absolute())
    return files if files.keys() == NAMES.keys() else {}


def one_each(rows: Sequence[Row]) -> list[Row]:
    """Rows of replicate 1, which is the one that models take; StudyError for a case with several regions."""
    if any(from_zero(row["replicate"]) for row in rows):
        raise StudyError(f"rows with a replicate 0: {FROM_ONE}")
    first = [row for row in rows if row["replicate"] == FIRST]
    cases = [row["case"] for row in first]
    if several := sorted({case for case in cases if cases.count(case) > 1}):
        raise StudyError(
            f"case {several[0]} has several regions; a signature takes one region of a patient: keep one row of each"
        )
    return first


def measured_cases(rows: Iterable[Row], data: Path, profile: Profile) -> Iterator[MeasuredCase]:
    """Each case measured with the profile; a case that cannot be is told with its reason, and the next one goes on.

    rows : of a cohort sheet; data : folder that their paths start from
    """
    for row in rows:
        listed: list[Row] = []
        try:
            image = usable(row, data, {}, listed)
            with explained(image.notes):
                measured = placed(image, region(image, data, {}), data, profile)
        except CaseError as error:
            yield MeasuredCase(row["case"], {}, {}, str(error), notes_of(error))
            continue
        values = {each["feature_id"]: each["value"] for each in measured.rows}
        scan = next((each for each in listed if each["choice"] == "usable"), {})
        yield MeasuredCase(row["case"], values, scan, notes=(*measured.notes, *measured.doubts))


def files_digest(rows: Iterable[Row], data: Path) -> str:
    """Digest of the content of all images and segmentations, by case."""
    return digest(
        [[row["case"], *(content(data / row[key]) for key in (*NAMES, "drawn_on") if row.get(key))] for row in rows]
    )
