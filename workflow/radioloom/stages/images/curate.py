"""Stage curate: which files are each case's image, on which grid, and whether they can be used. Headers only."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from radioloom.errors import CaseError
from radioloom.io.files import listing, within
from radioloom.io.images import geometry, kind
from radioloom.provenance import digest
from radioloom.stages.images.exclude import IDENTITY, exclusions
from radioloom.stages.images.rows import Row, image_row, series_row


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
    instances (digests of their files' UIDs), grid (`Grid.as_dict`). A row that cannot be used becomes a row of
    EXCLUSIONS.
    """
    images: list[Row] = []
    listed: dict[tuple, Row] = {}
    faults: list[tuple[Row, CaseError]] = []
    trees: dict[str, Any] = {}  # folders that several rows name
    for row in rows:
        found: list[Row] = []
        try:
            images.append(_file(row, data, found) if kind(Path(row["image"])) else _folder(row, data, trees, found))
        except CaseError as error:
            faults.append((row, error))
        for each in found:
            key = (*(row[name] for name in IDENTITY), each["series"])
            if key not in listed or each["verdict"] == "usable":  # regions of a case can be drawn on different series
                listed[key] = {name: row[name] for name in IDENTITY} | each
    return Curated(images, _intervals(list(listed.values())), exclusions("curate", faults))


def _intervals(rows: list[Row]) -> list[Row]:
    """Rows of SERIES with days since the first study of the case instead of dates, which do not leave the images."""
    first: dict[tuple, datetime.date] = {}
    for row in rows:
        case, day = (row["cohort"], row["case"]), row.get("day")
        if day is not None:
            first[case] = min(first.get(case, day), day)
    for row in rows:
        day = row.pop("day", None)
        row["days_from_first"] = None if day is None else (day - first[row["cohort"], row["case"]]).days
    return rows


def _folder(row: Row, data: Path, trees: dict[str, Any], found: list[Row]) -> Row:
    from radioloom.stages.images.dicom_folder import folder

    return folder(row, data, trees, found)


def _file(row: Row, data: Path, found: list[Row]) -> Row:
    """The image of a row that names a NIfTI, NRRD or MetaImage file."""
    name = digest(row["image"])
    try:
        place = within(data, row["image"])
        grid = geometry(place)
    except CaseError as error:
        told = {"verdict": "excluded", "check": "unreadable", "reason": str(error)}
        found.append(series_row(name, row["modality"], None, **told))
        raise
    found.append(series_row(name, row["modality"], grid))
    return image_row(row, row["modality"], name, "", [1], grid) | {"listing": listing(place, [place])}
