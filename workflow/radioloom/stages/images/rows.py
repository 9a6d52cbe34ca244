"""Rows of an image and of a series, as the stage curate hands them on."""

from __future__ import annotations

from typing import Any

from radioloom.stages.images.exclude import IDENTITY
from radioloom.volume import UNITS, Grid

Row = dict[str, Any]
# Columns of a sheet's row that travel with the image.
CARRIED = (*IDENTITY, "roi", "role", "pattern", "image", "segmentation")
# Columns of SERIES that may be empty: here too, since the table's module imports what one image alone does not need.
UNTOLD = (
    "manufacturer", "model", "software", "kernel", "kvp", "exposure_mas", "reconstruction_diameter_mm",
    "slice_thickness_mm", "slice_spacing_mm", "pixel_spacing_mm", "contrast", "field_strength_t", "repetition_time_ms",
    "echo_time_ms", "inversion_time_ms", "flip_angle_deg", "sequence", "pharmaceutical", "injected_mbq",
    "uptake_minutes", "pet_units", "decay_correction", "days_from_first", "check", "reason",
)  # fmt: skip


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
        "instances": [],
        "grid": grid.as_dict(),
    }


def series_row(name: str, modality: str, grid: Grid | None, **told: Any) -> Row:
    """A row of SERIES without the case's name; columns that are not told are empty.

    grid : of the assembled series, None where it makes none
    """
    made = {"n_slices": 0, "n_files_ignored": 0, "n_copies": 0, "verdict": "usable"} | dict.fromkeys(UNTOLD) | told
    if grid is not None:
        made |= {
            "slice_spacing_mm": grid.spacing_mm[0],
            "pixel_spacing_mm": grid.spacing_mm[1],
            "n_slices": grid.shape[0],
        }
    return made | {"series": name, "modality": modality}
