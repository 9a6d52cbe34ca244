"""The record of a curated image: which files, in which order, on which grid; what stage curate hands to the next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from radioloom.errors import StudyError
from radioloom.sealed import check_batch, read_json, write_json
from radioloom.stages.images.exclude import REGION_KEY
from radioloom.volume import Grid


@dataclass(frozen=True, slots=True)
class CuratedImage:
    """One usable image with one of its regions: a row of a cohort sheet, after a look at the headers."""

    cohort: str
    case: str
    replicate: str
    roi: str
    role: str  # of the cohort
    roi_pattern: str  # structure or label that the sheet names for this row; "": the study's rule for the region
    image_path: str  # as in the sheet
    segmentation_path: str
    modality: str  # CT, PT, MR
    unit: str  # of intensity, once stored values are multiplied by `unit_factor`
    series: str  # digest of the series' UID, or of the path of a file
    grid: Grid
    file_numbers: tuple[int, ...]  # files in slice order, each by its number in `image_path`: names may be patients'
    listing_digest: str  # of the names of all files there: numbers hold as long as it does
    frame_of_reference: str = ""  # digest of its UID; "" where unknown
    examination: str = ""  # digest of the StudyInstanceUID; "" where unknown
    unit_factor: float = 1.0
    frame_order: tuple[int, ...] = ()  # of frames, where all slices are in one file
    instances: tuple[
        str, ...
    ] = ()  # digests of UIDs: of the slices in `file_numbers`' order, "" for none, then of others
    notes: tuple[str, ...] = ()  # on its series: why it was chosen, what was left out of it, what is odd
    blank: tuple[str, ...] = ()  # files beside the slices that hold nothing, each with why, as messages say it
    drawn_on: CuratedImage | None = None  # the image that the segmentation was drawn on; None where it is this one

    @property
    def name(self) -> str:
        """What a region's mask and prepared files are called: `<case>.<replicate>.<roi>`, unique in a cohort."""
        return f"{self.case}.{self.replicate}.{self.roi}"

    @property
    def region(self) -> dict[str, str]:
        """Whose region it is: the columns of REGION_KEY."""
        return {key: getattr(self, key) for key in REGION_KEY}


FIELDS = tuple(field.name for field in fields(CuratedImage))


def to_json(images: Iterable[CuratedImage]) -> dict[str, Any]:
    """Images of a batch as JSON-able values."""
    return {"images": list(map(_as_dict, images))}


def _as_dict(image: CuratedImage) -> dict[str, Any]:
    drawn_on = _as_dict(image.drawn_on) if image.drawn_on else None
    return {key: getattr(image, key) for key in FIELDS} | {"grid": image.grid.as_dict(), "drawn_on": drawn_on}


def from_json(content: dict[str, Any]) -> list[CuratedImage]:
    """The images that `to_json` gave.

    Raises StudyError where fields are missing, or are not those of this version.
    """
    return [_image(row) for row in content["images"]]


def write(images: Iterable[CuratedImage], asked: Sequence[str], path: Path | str) -> None:
    """Write the images of a batch; asked : names of all its regions, of those left out too."""
    write_json({**to_json(images), "asked": sorted(asked)}, path)


def read(path: Path | str, asked: Sequence[str]) -> list[CuratedImage]:
    """The images that `write` wrote; StudyError naming the file where it is another batch's, damaged or edited."""
    content = read_json(path)
    check_batch(path, content.get("asked", ()), asked)
    return from_json(content)


def _image(row: dict[str, Any]) -> CuratedImage:
    differing = sorted(set(row) ^ set(FIELDS))
    if differing:
        raise StudyError(
            f"curated images: {', '.join(differing)} unknown or missing; another version wrote this file: "
            "delete it, and run the study again"
        )
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    drawn_on = _image(row["drawn_on"]) if row["drawn_on"] else None
    return CuratedImage(**values | {"grid": Grid.from_dict(row["grid"]), "drawn_on": drawn_on})
