"""Stage segment: each image's region as a mask on its grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from radioloom.errors import BadMask, CaseError
from radioloom.io.files import within
from radioloom.io.segmentations import read as segmentations
from radioloom.segmentation.choose import Choice
from radioloom.segmentation.mask import Mask
from radioloom.stages.images.exclude import WHOSE, exclusions
from radioloom.volume import Grid

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Segmented:
    """Masks of a batch."""

    masks: dict[str, Mask]  # by `name` of their image
    rows: list[Row]  # MASKS
    exclusions: list[Row]  # EXCLUSIONS


def segment(images: Sequence[Row], data: Path, rois: Mapping[str, Row] | None = None) -> Segmented:
    """Find and place the region of every image of a batch.

    images : as `curate` gave them
    data : folder that their paths start from
    rois : how regions are found where a row of the sheet has no pattern, by region: settings of `Choice`
    An image whose region cannot be found or placed becomes a row of EXCLUSIONS.
    """
    masks: dict[str, Mask] = {}
    rows: list[Row] = []
    faults: list[tuple[Row, CaseError]] = []
    for image in images:
        grid = Grid.from_dict(image["grid"])
        try:
            drawn_on = segmentations.Image(grid, image["series"], image["frame"], frozenset(image["instances"]))
            choice, place = _choice(image, rois or {}), within(data, image["segmentation"], BadMask)
            mask = segmentations.read(place, choice, image["roi"], drawn_on)
        except CaseError as error:
            faults.append((image, error))
            continue
        masks[name(image)] = mask
        rows.append(_row(image, mask, grid))
    return Segmented(masks, rows, exclusions("segment", faults))


def name(image: Row) -> str:
    """What a case's mask and prepared files are called: `<case>.<replicate>.<roi>`, unique in a cohort."""
    return f"{image['case']}.{image['replicate']}.{image['roi']}"


def _choice(image: Row, rois: Mapping[str, Row]) -> Choice:
    """A row's own pattern goes before the patterns of its region."""
    choice = Choice(**rois.get(image["roi"], {}))
    patterns = (image["pattern"],) if image["pattern"] else choice.patterns
    return replace(choice, patterns=tuple(patterns))


def _row(image: Row, mask: Mask, grid: Grid) -> Row:
    volume, contour = mask.n_voxels * grid.voxel_mm3, mask.contour_mm3
    return {key: image[key] for key in WHOSE} | {
        "source": mask.source,
        "n_voxels": mask.n_voxels,
        "volume_mm3": volume,
        "contour_mm3": contour,
        "contour_difference": volume / contour - 1 if contour else None,
        "notes": "; ".join(mask.notes) or None,
    }
