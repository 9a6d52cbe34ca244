"""Stage segment: each image's region as a mask on its grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from radioloom.errors import BadMask, CaseError
from radioloom.io import segmentations
from radioloom.io.files import within
from radioloom.segmentation.mask import Mask
from radioloom.stages.exclude import exclusions
from radioloom.volume import Grid

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Segmented:
    """Masks of a batch."""

    masks: dict[str, Mask]  # by `name` of their image
    rows: list[Row]  # one a mask: cohort, case, replicate, roi, source, n_voxels, volume_mm3, contour_mm3, notes
    exclusions: list[Row]  # EXCLUSIONS


def segment(images: Sequence[Row], data: Path) -> Segmented:
    """Find and place the region of every image of a batch.

    images : as `curate` gave them
    data : folder that their paths start from
    An image whose region cannot be found or placed becomes a row of EXCLUSIONS.
    """
    masks: dict[str, Mask] = {}
    rows: list[Row] = []
    faults: list[tuple[Row, CaseError]] = []
    for image in images:
        grid = Grid.from_dict(image["grid"])
        try:
            mask = segmentations.read(
                within(data, image["segmentation"], BadMask),
                image["pattern"],
                image["roi"],
                grid,
                (image["series"], image["frame"]),
            )
        except CaseError as error:
            faults.append((image, error))
            continue
        masks[name(image)] = mask
        rows.append(_row(image, mask, grid))
    return Segmented(masks, rows, exclusions("segment", faults))


def name(image: Row) -> str:
    """What a case's mask and prepared files are called: `<case>.<replicate>.<roi>`, unique in a cohort."""
    return f"{image['case']}.{image['replicate']}.{image['roi']}"


def _row(image: Row, mask: Mask, grid: Grid) -> Row:
    return {key: image[key] for key in ("cohort", "case", "replicate", "roi")} | {
        "source": mask.source,
        "n_voxels": mask.n_voxels,
        "volume_mm3": mask.n_voxels * grid.voxel_mm3,
        "contour_mm3": mask.contour_mm3,
        "notes": list(mask.notes),
    }
