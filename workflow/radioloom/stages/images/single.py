"""One image and its segmentation, from files to features: the stages of a study, without its tables."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any, NamedTuple

from radioloom.errors import StudyError
from radioloom.profile import load

COLUMNS = ("feature_id", "value", "image", "family", "aggregation", "discretisation", "feature", "ibsi", "group")


class Single(NamedTuple):
    """What one image and its segmentation gave."""

    rows: list[dict[str, Any]]  # FEATURES, without the columns of a study
    notes: tuple[str, ...]  # on the image and its region
    doubts: tuple[str, ...]  # on values: a region of one grey level, a filter not applied, and what may explain it


def measure(image: Path, mask: Path, profile: str, roi: str = "", modality: str = "") -> list[dict[str, Any]]:
    """The rows of `measured`."""
    return measured(image, mask, profile, roi, modality).rows


def measured(image: Path, mask: Path, profile: str, roi: str = "", modality: str = "") -> Single:
    """Features of one region, and what is to be known of them.

    image : NIfTI, NRRD or MHA file, or a folder with a DICOM series; mask : label map, RTSTRUCT or SEG
    roi : structure name (regular expression) or label number; "" takes any non-zero label
    Raises StudyError or CaseError with the reason where the case cannot be measured.
    """
    from radioloom.stages.images import extract as stage
    from radioloom.stages.images.curate import curate
    from radioloom.stages.images.intended import check
    from radioloom.stages.images.prepare import prepare
    from radioloom.stages.images.segment import segment

    row = {
        "cohort": "single", "role": "", "case": "case", "replicate": "1", "roi": "roi", "pattern": roi,
        "image": str(image.absolute()), "segmentation": str(mask.absolute()), "modality": modality,
        "series": "", "description": "", "kernel": "", "thickness_mm": "", "prefer": "",
    }  # fmt: skip
    chosen = load(profile)
    curated = curate([row], Path("/"))
    segmented = segment(curated.images, Path("/"))
    for excluded in (*curated.exclusions, *segmented.exclusions):
        raise StudyError(excluded["reason"])
    prepared = prepare(curated.images[0], next(iter(segmented.masks.values())), Path("/"), chosen)
    image = curated.images[0]
    found, sidecar = stage.measured(prepared.image, prepared.mask, chosen), prepared.sidecar
    unsaid = check(chosen, image.modality, image.unit)
    notes = [note for note in prepared.image.notes if note not in unsaid]
    if sidecar["volume_note"]:
        notes.append(
            f"the region has {sidecar['volume_mm3']:.6g} mm3 on the profile's grid, {sidecar['native_mm3']:.6g} mm3 on "
            f"the image's ({sidecar['volume_difference']:+.1%}): {sidecar['volume_note']}"
        )
    return Single(found.rows, tuple(notes), (*found.notes, *unsaid) if found.notes else ())


def write(rows: list[dict[str, Any]], path: Path) -> None:
    """Write rows as CSV or Parquet, by the ending of the path; complete or not at all."""
    if not path.parent.is_dir():
        raise StudyError(f"{path.parent}: no such folder; create it first")
    part = path.with_name(path.name + ".part")
    if path.suffix == ".csv":
        with open(part, "w", newline="", encoding="utf-8") as handle:
            writer = csv.DictWriter(handle, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows({name: row[name] for name in COLUMNS} for row in rows)
    elif path.suffix == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.Table.from_pylist([{name: row[name] for name in COLUMNS} for row in rows]), part)
    else:
        raise StudyError(f"{path.name}: end the name in .csv or .parquet")
    os.replace(part, path)
