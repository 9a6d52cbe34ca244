"""Rows of an image and of a series, as the stage curate hands them on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from radioloom.stages.exclude import IDENTITY
from radioloom.volume import UNITS, Grid

if TYPE_CHECKING:
    from radioloom.io.dicom import Header

Row = dict[str, Any]
CARRIED = (
    *IDENTITY,
    "roi",
    "role",
    "pattern",
    "image",
    "segmentation",
)  # columns of a sheet's row that travel with the image


def image_row(row: Row, modality: str, name: str, frame: str, files: list[int], grid: Grid) -> Row:
    """An image, as `stages.curate.curate` describes it."""
    return {key: row[key] for key in CARRIED} | {
        "modality": modality,
        "unit": UNITS.get(modality, ""),
        "series": name,
        "frame": frame,
        "factor": 1.0,
        "files": files,
        "listing": "",
        "frames": [],
        "grid": grid.as_dict(),
    }


def series_row(name: str, modality: str, headers: Sequence[Header], grid: Grid | None, ignored: int) -> Row:
    """A row of SERIES without the case's name and the verdict."""
    first = headers[0] if headers else None
    return {
        "series": name,
        "modality": modality,
        "manufacturer": first and (first.manufacturer or None),
        "model": first and (first.model or None),
        "kernel": first and (first.kernel or None),
        "kvp": first and first.kvp,
        "slice_thickness_mm": first and first.thickness,
        "slice_spacing_mm": grid and grid.spacing_mm[0],
        "pixel_spacing_mm": grid.spacing_mm[1] if grid else (first.spacing[0] if first and first.spacing else None),
        "n_slices": grid.shape[0] if grid else len(headers),
        "n_files_ignored": ignored,
    }
