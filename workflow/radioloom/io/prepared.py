"""Write and read prepared cases: image, mask and sidecar (JSON) of one region, complete or absent."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from radioloom.errors import StudyError
from radioloom.failures import damaged
from radioloom.io import images
from radioloom.io.files import is_file
from radioloom.provenance import file_digest
from radioloom.sealed import check_batch, read_json, write_json
from radioloom.volume import Grid, Volume

# Columns of CASES that a sidecar holds as they are.
CASE = (
    "cohort", "case", "replicate", "roi", "role", "modality", "unit", "source", "series",
    "study_digest", "frame_digest", "image_digest", "region_digest", "n_voxels", "volume_mm3",
    "native_mm3", "volume_difference", "volume_note", "contour_mm3",
)  # fmt: skip
BATCH = "batch.json"  # the file of a folder that says which regions its batch has, and which are in the folder
DIGESTS = "file_digests"  # key of a sidecar on disk: digests of the files of image and mask


@dataclass(frozen=True, slots=True)
class Prepared:
    """One region and its surroundings on the profile's grid."""

    image: Volume  # float32, in memory as in the file
    mask: Volume  # bool, on the grid of the image
    sidecar: dict[str, Any]  # CASE, and grid, native, profile, steps, notes and doubts (lists)

    @property
    def name(self) -> str:
        """`<case>.<replicate>.<roi>`."""
        return ".".join(self.sidecar[key] for key in ("case", "replicate", "roi"))

    @property
    def case(self) -> dict[str, Any]:
        """The row of CASES."""
        return {key: self.sidecar[key] for key in CASE} | {"notes": "; ".join(self.sidecar["notes"]) or None}


def write(prepared: Prepared, folder: Path | str) -> None:
    """Write `<name>.image.nii` (float32), `<name>.mask.nii` and `<name>.json`, the sign of a complete case."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for volume, path in zip((prepared.image, prepared.mask), _files(folder, prepared.name), strict=True):
        images.write(volume, path)
    digests = [file_digest(path) for path in _files(folder, prepared.name)]
    write_json({**prepared.sidecar, DIGESTS: digests}, folder / f"{prepared.name}.json")


def read(folder: Path | str, name: str) -> Prepared:
    """The case `name` of a folder; the grid is the sidecar's, since NIfTI keeps it in single precision.

    Raises StudyError naming the folder, which was written as a whole, where a file is damaged, changed or gone.
    """
    folder = Path(folder)
    sidecar = read_json(folder / f"{name}.json", whole=folder)
    digests, grid = sidecar.pop(DIGESTS), Grid.from_dict(sidecar["grid"])
    for path, digest in zip(_files(folder, name), digests, strict=True):
        if not is_file(path) or file_digest(path) != digest:
            raise StudyError(damaged(folder, f"{path.name} is gone, or not as it was written"))
    image, mask = (images.voxels(path, grid.shape) for path in _files(folder, name))
    unit, modality = sidecar["unit"], sidecar["modality"]
    found = Prepared(Volume(image, grid, unit, modality, tuple(sidecar["notes"])), Volume(mask != 0, grid), sidecar)
    if found.name != name:
        raise StudyError(damaged(folder, f"{name}.json is of another case"))
    return found


def _files(folder: Path, name: str) -> tuple[Path, Path]:
    """Files of image and mask."""
    return folder / f"{name}.image.nii", folder / f"{name}.mask.nii"


def digests(folder: Path | str) -> list[list[str]]:
    """Name and digests of image and mask of each case of a folder: what was measured, voxel for voxel."""
    return [[name, *read_json(Path(folder, f"{name}.json"), whole=Path(folder))[DIGESTS]] for name in names(folder)]


def names(folder: Path | str) -> list[str]:
    """Names of the cases in a folder, sorted."""
    files = Path(folder).glob("*.json")
    return sorted(path.name.removesuffix(".json") for path in files if path.name != BATCH)


def close(folder: Path | str, asked: Collection[str]) -> None:
    """Write which regions the batch has, and which of them are in the folder: all that stage prepare could use.

    asked : names of all regions of the batch with their cohort, of those left out too
    """
    write_json({"asked": sorted(asked), "kept": names(folder)}, Path(folder) / BATCH)


def read_all(folder: Path | str, asked: Collection[str]) -> Iterator[Prepared]:
    """The cases of a folder one after the other, in the order of their names.

    asked : as `close` had it
    Raises StudyError where the folder is another batch's, or has other cases than it was closed with.
    """
    folder = Path(folder)
    if not is_file(folder / BATCH):
        raise StudyError(damaged(folder, f"{BATCH} is gone"))
    batch = read_json(folder / BATCH, whole=folder)
    check_batch(folder, batch["asked"], asked)
    complete = names(folder)
    if lacking := {path.name.removesuffix(".image.nii") for path in folder.glob("*.image.nii")} - set(complete):
        raise StudyError(damaged(folder, f"{min(lacking)}.json is gone"))
    check_batch(folder, complete, batch["kept"])
    for name in complete:
        case = read(folder, name)
        if f"{case.sidecar['cohort']}/{name}" not in asked:
            raise StudyError(damaged(folder, f"{name}.json is of cohort {case.sidecar['cohort']}"))
        yield case
