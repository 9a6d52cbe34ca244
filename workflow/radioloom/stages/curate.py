"""Stage curate: which files are each case's image, on which grid, and whether they can be used. Headers only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from radioloom.errors import CaseError
from radioloom.io.files import listing, within
from radioloom.io.images import geometry, kind
from radioloom.provenance import digest
from radioloom.stages.curate_rows import Row, image_row, series_row
from radioloom.stages.exclude import IDENTITY, exclusions


@dataclass(frozen=True, slots=True)
class Curated:
    """What a batch's folders hold."""

    images: list[Row]  # usable images, one a row of the sheet; JSON-able
    series: list[Row]  # SERIES
    exclusions: list[Row]  # EXCLUSIONS


def curate(rows: Sequence[Row], data: Path) -> Curated:
    """Find, choose, sort and check the image of every row of a batch.

    rows : rows of a cohort sheet, with `cohort` and `role`
    data : folder that the rows' paths start from

    An image is a dict: cohort, case, replicate, roi, role, pattern, image, segmentation (as in the sheet), modality,
    unit, series and frame (digests of series and frame-of-reference UID; frame "" where unknown), factor (rescaled
    values times this are in the unit), files (in slice order, each its number among the files of `image`; their names
    may be patients'), listing (digest of those names), frames (their order, where all slices are in one file),
    grid (`Grid.as_dict`). A row that cannot be used becomes a row of EXCLUSIONS.
    """
    images: list[Row] = []
    listed: dict[tuple, Row] = {}
    faults: list[tuple[Row, CaseError]] = []
    scans: dict[str, Any] = {}  # of folders that several rows name
    for row in rows:
        found: list[Row] = []
        try:
            images.append(_file(row, data, found) if kind(Path(row["image"])) else _folder(row, data, scans, found))
        except CaseError as error:
            faults.append((row, error))
        for each in found:
            listed.setdefault((*(row[key] for key in IDENTITY), each["series"]), {k: row[k] for k in IDENTITY} | each)
    return Curated(images, list(listed.values()), exclusions("curate", faults))


def _folder(row: Row, data: Path, scans: dict[str, Any], found: list[Row]) -> Row:
    from radioloom.stages.curate_dicom import folder

    return folder(row, data, scans, found)


def _file(row: Row, data: Path, found: list[Row]) -> Row:
    """The image of a row that names a NIfTI, NRRD or MetaImage file."""
    verdict = {"verdict": "usable", "reason": None}
    name = digest(row["image"])
    try:
        place = within(data, row["image"])
        grid = geometry(place)
    except CaseError as error:
        found.append(series_row(name, row["modality"], [], None, 0) | {"verdict": "excluded", "reason": str(error)})
        raise
    found.append(series_row(name, row["modality"], [], grid, 0) | verdict)
    return image_row(row, row["modality"], name, "", [1], grid) | {"listing": listing(place, [place])}
