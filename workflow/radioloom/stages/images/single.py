"""One image and its segmentation, from files to features: the stages of a study, without its tables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from radioloom.failures import explained
from radioloom.io.files import check_new
from radioloom.profile import Profile, load
from radioloom.sealed import complete
from radioloom.tables.text import write_rows

if TYPE_CHECKING:
    from radioloom.segmentation.mask import Mask
    from radioloom.stages.images.curated import CuratedImage
    from radioloom.volume import Volume

COLUMNS = ("feature_id", "value", "image", "family", "aggregation", "discretisation", "feature", "ibsi", "group")


class Measured(NamedTuple):
    """The features of one region, and what a reader of them should know."""

    rows: list[dict[str, Any]]  # of FEATURES, without the columns of a study
    notes: tuple[str, ...] = ()  # on the image and its segmentation: what was corrected, left out, or is odd
    doubts: tuple[str, ...] = ()  # on values: of one grey level, of no such unit or size, a filter not applied; and why


def measure(
    image: Path, mask: Path, profile: str | Path | Profile, roi: str = "", modality: str = "", **known: str
) -> Measured:
    """The features of one region, and what is to be known of them.

    image : NIfTI, NRRD or MetaImage file, or a folder with a DICOM series; mask : label map, RTSTRUCT or SEG
    roi : structure, segment or label: its name, its number, or a regular expression of the whole name; "" for the only
        one there is
    modality : CT, PT or MR of a file, which does not say it, or of the series that is meant where a folder has several
    known : other columns of a sheet: `series` (a SeriesInstanceUID), `drawn_on` (an absolute path)
    Raises CaseError with the reason where the case cannot be measured, and UnclearRegion where `roi` names no region of
    the segmentation, or is "" and there are several.
    """
    from radioloom.stages.images.curate import usable
    from radioloom.stages.images.segment import region

    row = {
        "cohort": "single", "role": "", "case": "case", "replicate": "1", "roi": "", "pattern": roi,
        "image": str(image.absolute()), "segmentation": str(mask.absolute()), "modality": modality,
        "series": "", "description": "", "kernel": "", "thickness_mm": "", "prefer": "", "drawn_on": "", **known,
    }  # fmt: skip
    chosen = load(profile)
    curated = usable(row, Path("/"), {}, [])
    with explained(curated.notes):
        return placed(curated, region(curated, Path("/"), {}), Path("/"), chosen)


def placed(image: CuratedImage, mask: Mask, data: Path | Volume, profile: Profile) -> Measured:
    """The features of a region on the grid of its image, and what is to be known of them; arguments as `prepare`."""
    from radioloom.stages.images import extract as stage
    from radioloom.stages.images.intended import check
    from radioloom.stages.images.prepare import prepare

    prepared = prepare(image, mask, data, profile)
    with explained(prepared.image.notes):
        result, sidecar = stage.measured(prepared.image, prepared.mask, profile), prepared.sidecar
    doubts = (*result.notes, *sidecar["doubts"])
    if doubts:  # which an image of another modality may explain
        doubts += check(profile, image.modality, image.unit)
    notes = [note for note in dict.fromkeys((*image.notes, *prepared.image.notes)) if note not in doubts]
    if sidecar["volume_note"]:
        notes.append(
            f"the region has {sidecar['volume_mm3']:.6g} mm3 on the profile's grid, {sidecar['native_mm3']:.6g} mm3 on "
            f"the image's ({sidecar['volume_difference']:+.1%}): {sidecar['volume_note']}"
        )
    return Measured(result.rows, tuple(notes), doubts)


def check_out(path: Path) -> None:
    """Whether rows can be written to a path, before anything is measured.

    Raises StudyError where its ending is neither .csv nor .parquet, or `check_new` refuses it.
    """
    check_new(path, endings=WRITERS)


def write(rows: list[dict[str, Any]], path: Path, profile_hash: str = "") -> None:
    """Write rows as CSV or Parquet, by the ending of the path; complete or not at all. StudyError as `check_out`.

    profile_hash : of the profile that they were measured with, which Parquet bears in its metadata
    """
    check_out(path)
    with complete(path) as part:
        WRITERS[path.suffix.lower()]([{name: row[name] for name in COLUMNS} for row in rows], part, profile_hash)


def _write_csv(rows: list[dict[str, Any]], path: Path, _: str) -> None:
    with open(path, "w", newline="", encoding="utf-8") as handle:
        write_rows(handle, COLUMNS, ([row[name] for name in COLUMNS] for row in rows))


def _write_parquet(rows: list[dict[str, Any]], path: Path, profile_hash: str) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    note = {"radioloom": json.dumps({"profile_hash": profile_hash})} if profile_hash else None
    pq.write_table(pa.Table.from_pylist(rows).replace_schema_metadata(note), path)


WRITERS = {".csv": _write_csv, ".parquet": _write_parquet}
