"""One image and its segmentation, from files to features: the stages of a study, without its tables."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from radioloom.errors import StudyError
from radioloom.profile import load
from radioloom.tables.text import write_rows

COLUMNS = ("feature_id", "value", "image", "family", "aggregation", "discretisation", "feature", "ibsi", "group")


def measure(image: Path, mask: Path, profile: str, roi: str = "", modality: str = "") -> list[dict[str, Any]]:
    """Rows of FEATURES (without the columns of a study) of one region.

    image : NIfTI, NRRD or MHA file, or a folder with a DICOM series; mask : label map, RTSTRUCT or SEG
    roi : structure name (regular expression) or label number; "" takes any non-zero label
    Raises StudyError with the reason where the case cannot be measured.
    """
    from radioloom.stages.images.curate import curate
    from radioloom.stages.images.extract import extract
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
    return extract(prepared.image, prepared.mask, chosen)


def write(rows: list[dict[str, Any]], path: Path) -> None:
    """Write rows as CSV or Parquet, by the ending of the path; complete or not at all."""
    if not path.parent.is_dir():
        raise StudyError(f"{path.parent}: no such folder; create it first")
    part = path.with_name(path.name + ".part")
    if path.suffix == ".csv":
        with open(part, "w", newline="", encoding="utf-8") as handle:
            write_rows(handle, COLUMNS, ([row[name] for name in COLUMNS] for row in rows))
    elif path.suffix == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.Table.from_pylist([{name: row[name] for name in COLUMNS} for row in rows]), part)
    else:
        raise StudyError(f"{path.name}: end the name in .csv or .parquet")
    os.replace(part, path)
