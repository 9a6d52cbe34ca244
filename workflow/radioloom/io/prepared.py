"""Write and read prepared cases: image, mask and sidecar (JSON) of one region, complete or absent."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from radioloom.io import images
from radioloom.volume import Grid, Volume

# Columns of CASES that a sidecar holds as they are.
CASE = (
    "cohort", "case", "replicate", "roi", "role", "modality", "unit", "source", "series",
    "n_voxels", "volume_mm3", "native_mm3", "volume_difference", "volume_note", "contour_mm3",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Prepared:
    """One region and its surroundings on the profile's grid."""

    image: Volume  # float32, in memory as in the file
    mask: Volume  # bool, on the grid of the image
    sidecar: dict[str, Any]  # CASE, and grid, native, profile, steps, notes (a list)

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
    images.write(prepared.image, folder / f"{prepared.name}.image.nii")
    images.write(prepared.mask, folder / f"{prepared.name}.mask.nii")
    part = folder / f"{prepared.name}.json.part"
    part.write_text(json.dumps(prepared.sidecar, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    os.replace(part, folder / f"{prepared.name}.json")


def read(folder: Path | str, name: str) -> Prepared:
    """The case `name` of a folder; the grid is the sidecar's, since NIfTI keeps it in single precision."""
    folder = Path(folder)
    sidecar = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    grid = Grid.from_dict(sidecar["grid"])
    image = images.voxels(folder / f"{name}.image.nii", grid.shape)
    mask = images.voxels(folder / f"{name}.mask.nii", grid.shape) != 0
    unit, modality = sidecar["unit"], sidecar["modality"]
    return Prepared(Volume(image, grid, unit, modality, tuple(sidecar["notes"])), Volume(mask, grid), sidecar)


def names(folder: Path | str) -> list[str]:
    """Names of the cases in a folder, sorted."""
    return sorted(path.name.removesuffix(".json") for path in Path(folder).glob("*.json"))


def read_all(folder: Path | str) -> Iterator[Prepared]:
    """The cases of a folder one after the other, in the order of their names."""
    for name in names(folder):
        yield read(folder, name)
