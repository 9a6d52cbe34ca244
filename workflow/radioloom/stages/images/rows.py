"""Rows of SERIES and MASKS, and the record of an image, as the stages curate and segment make them."""

from __future__ import annotations

from typing import Any

from radioloom.imaging.orient import letters, oblique_deg
from radioloom.segmentation.mask import Mask
from radioloom.stages.images.curated import CuratedImage
from radioloom.volume import UNITS, Grid

Row = dict[str, Any]
# Columns of SERIES that may be empty: here too, since the table's module imports what one image alone does not need.
OPTIONAL = (
    "manufacturer", "model", "software", "kernel", "kvp", "exposure_mas", "reconstruction_diameter_mm",
    "slice_thickness_mm", "slice_spacing_mm", "pixel_spacing_mm", "contrast", "field_strength_t", "repetition_time_ms",
    "echo_time_ms", "inversion_time_ms", "flip_angle_deg", "sequence", "pharmaceutical", "injected_mbq",
    "uptake_minutes", "pet_units", "decay_correction", "days_from_first", "orientation", "oblique_deg",
    "check", "reason",
)  # fmt: skip


def curated_image(row: Row, modality: str, grid: Grid, **known: Any) -> CuratedImage:
    """The image of a row of a cohort sheet.

    known : the other fields of `CuratedImage`: series, file_numbers, listing_digest ...
    """
    return CuratedImage(
        cohort=row["cohort"],
        case=row["case"],
        replicate=row["replicate"],
        roi=row["roi"],
        role=row["role"],
        roi_pattern=row["pattern"],
        image_path=row["image"],
        segmentation_path=row["segmentation"],
        modality=modality,
        unit=UNITS.get(modality, ""),
        grid=grid,
        **known,
    )


def series_row(name: str, modality: str, grid: Grid | None, **known: Any) -> Row:
    """A row of SERIES without the case's name; columns that are not known are empty.

    grid : of the assembled series, None where it makes none
    """
    row = {"n_slices": 0, "n_files_ignored": 0, "n_copies": 0, "choice": "usable"} | dict.fromkeys(OPTIONAL) | known
    if grid is not None:
        row |= {
            "slice_spacing_mm": grid.spacing_mm[0],
            "pixel_spacing_mm": grid.spacing_mm[1],
            "n_slices": grid.shape[0],
            "orientation": letters(grid),
            "oblique_deg": oblique_deg(grid),
        }
    return row | {"series": name, "modality": modality}


def mask_row(image: CuratedImage, mask: Mask) -> Row:
    """A row of MASKS."""
    volume, contour = mask.n_voxels * image.grid.voxel_mm3, mask.contour_mm3
    return image.region | {
        "source": mask.source,
        "n_voxels": mask.n_voxels,
        "volume_mm3": volume,
        "contour_mm3": contour,
        "contour_difference": volume / contour - 1 if contour else None,
        "drawn_mm3": mask.drawn_mm3,
        "notes": "; ".join(mask.notes) or None,
    }
