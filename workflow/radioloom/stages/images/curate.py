"""Stage curate: find, sort and check the image series of each case, from headers alone."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from radioloom.errors import BadImage, CaseError, FailedCheck
from radioloom.io.failed import of_case
from radioloom.io.files import listing, within
from radioloom.io.formats.record import of_image
from radioloom.io.images import header, kind
from radioloom.provenance import digest
from radioloom.stages.images.curated import CuratedImage
from radioloom.stages.images.exclude import IDENTITY, exclusions
from radioloom.stages.images.fetch import COLUMNS as PATHS
from radioloom.stages.images.rows import Row, curated_image, series_row
from radioloom.tables.columns import FIRST

OF_SERIES = ("modality", "series", "description", "kernel", "thickness_mm", "prefer")  # of the row's own image


@dataclass(frozen=True, slots=True)
class Curated:
    """What a batch's folders hold."""

    images: list[CuratedImage]  # usable ones, one per row of the sheet
    series: list[Row]  # SERIES
    exclusions: list[Row]  # EXCLUSIONS


def curate(rows: Sequence[Row], data: Path) -> Curated:
    """Find, choose, sort and check the image of every row of a batch.

    rows : rows of a cohort sheet, with `cohort` and `role`
    data : folder that the rows' paths start from
    A row that cannot be used becomes a row of EXCLUSIONS.
    """
    images: list[CuratedImage] = []
    series: dict[tuple, Row] = {}
    faults: list[tuple[Row, CaseError]] = []
    trees: dict[str, Any] = {}  # folders that several rows name
    for row in rows:
        listed: list[Row] = []
        try:
            with of_case(f"{row['cohort']}/{row['case']}", data, *(row.get(key, "") for key in PATHS)):
                images.append(usable(row, data, trees, listed))
        except CaseError as error:
            faults.append((row, error))
        for each in listed:
            key = (*(row[name] for name in IDENTITY), each["series"])
            if key not in series or each["choice"] == "usable":  # regions of a case can be drawn on different series
                series[key] = {name: row[name] for name in IDENTITY} | each
    for image, reason in _other_modality(images):
        images.remove(image)
        faults.append((image.region, FailedCheck("wrong_modality", reason)))
        key = (image.cohort, image.case, image.replicate, image.series)
        series[key] |= {"choice": "excluded", "check": "wrong_modality", "reason": reason}
    return Curated(images, _intervals(list(series.values())), exclusions("curate", faults))


def usable(row: Row, data: Path, trees: dict[str, Any], listed: list[Row]) -> CuratedImage:
    """The image of one row; CaseError where it has none that can be used.

    trees : folders read so far, by their paths
    listed : takes rows of SERIES
    """
    image = _image(row, data, trees, listed)
    return replace(image, drawn_on=_drawn_on(row, data, trees, image)) if row.get("drawn_on") else image


def _image(row: Row, data: Path, trees: dict[str, Any], listed: list[Row]) -> CuratedImage:
    return _file(row, data, listed) if kind(data / row["image"]) else _folder(row, data, trees, listed)


def _drawn_on(row: Row, data: Path, trees: dict[str, Any], image: CuratedImage) -> CuratedImage | None:
    """The image that a row's segmentation was drawn on: of several series that to which it refers.

    None where it is the row's image itself. SERIES has no row of it, for no feature is measured on it: what is noted of
    it goes with the image, and into MASKS.
    """
    listed: list[Row] = []
    try:
        other = _image({**row, "image": row["drawn_on"]} | dict.fromkeys(OF_SERIES, ""), data, trees, listed)
    except CaseError as error:
        raise BadImage(f"the image that the region was drawn on: {error}") from error
    noted = [each["reason"] for each in listed if each["choice"] == "usable" and each["reason"]]
    return None if other.series == image.series else replace(other, notes=other.notes or tuple(noted))


def _other_modality(images: Sequence[CuratedImage]) -> list[tuple[CuratedImage, str]]:
    """Images that are of another modality than the first replicate of their case and region, and why they are out."""
    groups: dict[tuple[str, str, str], list[CuratedImage]] = {}
    for image in images:
        if image.modality:
            groups.setdefault((image.cohort, image.case, image.roi), []).append(image)
    out = []
    for group in groups.values():
        first = min(group, key=lambda image: (image.replicate != FIRST, image.replicate))
        out += [
            (
                image,
                f"replicate {image.replicate} is {image.modality} and replicate {first.replicate} is {first.modality}: "
                "a replicate repeats an image, so all are of one modality; give the other one a cohort of its own",
            )
            for image in group
            if image.modality != first.modality
        ]
    return out


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


def _folder(row: Row, data: Path, trees: dict[str, Any], listed: list[Row]) -> CuratedImage:
    from radioloom.stages.images.dicom_folder import folder

    return folder(row, data, trees, listed)


def _file(row: Row, data: Path, listed: list[Row]) -> CuratedImage:
    """The image of a row that names a NIfTI, NRRD or MetaImage file."""
    name = digest(row["image"])
    try:
        place = within(data, row["image"])
        found = header(place)
    except CaseError as error:
        known = {"choice": "excluded", "check": "unreadable", "reason": str(error)}
        listed.append(series_row(name, row["modality"], None, **known))
        raise
    grid, notes = found.grid, "; ".join(of_image(found))
    listed.append(series_row(name, row["modality"], grid, reason=notes or None))
    files = {"file_numbers": (1,), "listing_digest": listing(place, [place])}
    return curated_image(row, row["modality"], grid, series=name, **files)
