"""Records of a grid and of a volume: voxels with their place in the patient."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from radioloom.errors import StudyError

Triple = tuple[float, float, float]  # (z, y, x)
Shape = tuple[int, int, int]  # (z, y, x)
Voxels = tuple[int, int, int]  # (z, y, x), whole voxels along each axis: a place, an offset, a reach
Box = tuple[slice, slice, slice]  # (z, y, x), a part of an array
UNITS = {"CT": "HU", "PT": "SUV", "MR": ""}  # of the voxels of an image, by its modality
MODALITIES = tuple(UNITS)  # of the images that are read
MEANT = {"PET": "PT", "PETCT": "PT", "PTCT": "PT", "MRI": "MR", "MRT": "MR"}  # words of a clinic
LARGEST = 1e37  # of an intensity: single precision, which prepared images have, with room for interpolation and filters
SQUARE = 1e-3  # how far axes may be from a right angle: headers round to 6 digits
IDENTITY = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


def modality_of(word: str | None) -> str:
    """The modality that a word in letters of any case is; "" where there is none. Raises StudyError of any other."""
    if word is None or not str(word).strip():
        return ""
    found = word.strip().upper() if isinstance(word, str) else ""
    if found in MODALITIES:
        return found
    near = MEANT.get("".join(filter(str.isalpha, found)))
    hint = f"did you mean {near!r}? " if near else ""
    raise StudyError(f"modality {repr(word)[:60]} is not known; {hint}Known: {', '.join(MODALITIES)}")


@dataclass(frozen=True, slots=True)
class Grid:
    """Where the voxels of an array lie. Every triple is in array order (z, y, x); coordinates are LPS, in mm."""

    shape: Shape
    spacing_mm: Triple
    origin_mm: Triple = (0.0, 0.0, 0.0)  # centre of voxel (0, 0, 0)
    direction: tuple[Triple, ...] = IDENTITY  # column k: unit vector along array axis k

    def to_world(self, index: np.ndarray) -> np.ndarray:
        """Coordinates (n, 3) in mm of voxel indices (n, 3), both in (z, y, x) order; fractions are allowed."""
        return np.asarray(self.origin_mm) + (np.asarray(index) * self.spacing_mm) @ np.asarray(self.direction).T

    def to_index(self, world: np.ndarray) -> np.ndarray:
        """Fractional voxel indices (n, 3) of coordinates (n, 3) in mm; the inverse of `to_world`."""
        return ((np.asarray(world) - self.origin_mm) @ np.linalg.inv(np.asarray(self.direction)).T) / self.spacing_mm

    def crop(self, low: Shape, shape: Shape) -> Grid:
        """The grid of the sub-array that begins at voxel `low` and has `shape` voxels."""
        z, y, x = (float(v) for v in self.to_world(np.asarray(low, float)))
        return Grid(shape, self.spacing_mm, (z, y, x), self.direction)

    def as_dict(self) -> dict[str, list[Any]]:
        """The grid as JSON holds it."""
        return {
            "shape": list(self.shape),
            "spacing_mm": list(self.spacing_mm),
            "origin_mm": list(self.origin_mm),
            "direction": [list(row) for row in self.direction],
        }

    @classmethod
    def from_dict(cls, value: dict[str, list[Any]]) -> Grid:
        """The grid that `as_dict` wrote."""
        place = {key: tuple(value[key]) for key in ("shape", "spacing_mm", "origin_mm")}
        return cls(**place, direction=tuple(tuple(row) for row in value["direction"]))

    @property
    def voxel_mm3(self) -> float:
        """Volume of one voxel, in mm3."""
        return float(np.prod(self.spacing_mm))

    @property
    def fault(self) -> str:
        """What keeps features from being measured on this grid, and the remedy; "" where nothing does."""
        spacing, axes = np.asarray(self.spacing_mm, float), np.asarray(self.direction, float)
        if spacing.shape != (3,) or not (np.isfinite(spacing) & (spacing > 0)).all():
            values = ", ".join(f"{mm:g}" for mm in spacing.ravel())
            return f"spacing ({values}) mm (z, y, x): three finite numbers above 0 are needed; correct the header"
        if not np.isfinite(self.origin_mm).all():
            return f"origin {tuple(self.origin_mm)} mm (z, y, x): it is not finite; correct the header"
        if axes.shape != (3, 3) or not np.abs(axes.T @ axes - np.eye(3)).max() <= SQUARE:
            return (
                f"direction {axes.tolist()}: its axes are no right angles; resample the image onto a rectangular grid"
            )
        return ""

    def same_place(self, other: Grid, tolerance_mm: float = 1e-3) -> bool:
        """Whether two grids put each voxel at the same place, to `tolerance_mm` at the far corner."""
        if self.shape != other.shape:
            return False
        corners = np.array([(0, 0, 0), self.shape], float)
        return bool(np.abs(self.to_world(corners) - other.to_world(corners)).max() <= tolerance_mm)


@dataclass(frozen=True, slots=True)
class Volume:
    """An image (or, with a bool array, a mask) on its grid."""

    array: np.ndarray  # (z, y, x)
    grid: Grid
    unit: str = ""  # "HU", "SUV", "" where the scale is arbitrary
    modality: str = ""  # DICOM modality: CT, PT, MR
    notes: tuple[str, ...] = field(default=())  # what was done on the way, for the sidecar


def unfit(array: np.ndarray) -> int:
    """Number of voxels that are NaN, infinite, or beyond `LARGEST`."""
    if array.dtype.kind != "f":
        return 0
    if array.dtype.itemsize < 4:
        return int(np.count_nonzero(~np.isfinite(array)))  # half precision ends below
    return array.size - int(np.count_nonzero((array >= -LARGEST) & (array <= LARGEST)))
