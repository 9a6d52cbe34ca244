"""The mask record: voxels of an image's grid, cut to their bounding box."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from radioloom.errors import BadMask
from radioloom.volume import Voxels


@dataclass(frozen=True, slots=True)
class Mask:
    """One region on one image grid."""

    array: np.ndarray  # bool (z, y, x), cut to its bounding box: every face holds a voxel
    offset: Voxels  # where the box begins on the image grid
    source: str  # RTSTRUCT, SEG, NIfTI, NRRD, MetaImage
    contour_mm3: float | None = None  # volume of the polygons themselves; None where the source has voxels
    notes: tuple[str, ...] = ()  # what was mended or left out on the way
    drawn_mm3: float | None = None  # volume of its voxels on the image that it was drawn on; None where that is its own

    @property
    def n_voxels(self) -> int:
        """Number of voxels."""
        return int(np.count_nonzero(self.array))

    @property
    def box(self) -> tuple[slice, slice, slice]:
        """Where it lies on the image grid (z, y, x)."""
        return tuple(slice(low, low + n) for low, n in zip(self.offset, self.array.shape, strict=True))

    def on(self, shape: Voxels, low: Voxels = (0, 0, 0)) -> np.ndarray:
        """The mask as a bool array of `shape` voxels that begins at voxel `low` of the image grid.

        Raises ValueError if the mask reaches out of it.
        """
        start = np.subtract(self.offset, low)
        stop = start + self.array.shape
        if (start < 0).any() or (stop > shape).any():
            raise ValueError(f"mask box {start}..{stop} reaches out of {shape}")
        full = np.zeros(shape, bool)
        full[tuple(slice(a, b) for a, b in zip(start, stop, strict=True))] = self.array
        return full


def cut(array: np.ndarray, offset: Voxels = (0, 0, 0)) -> tuple[np.ndarray, Voxels]:
    """A bool array cut to the bounding box of its voxels, and where that begins; BadMask if there are none."""
    spans = []
    for axis in range(3):
        used = np.flatnonzero(array.any(axis=tuple(k for k in range(3) if k != axis)))
        if not len(used):
            raise BadMask("the mask is empty: not one voxel is marked")
        spans.append(slice(int(used[0]), int(used[-1]) + 1))
    start = tuple(span.start + first for span, first in zip(spans, offset, strict=True))
    return np.ascontiguousarray(array[tuple(spans)]), start


def joined(pieces: list[tuple[np.ndarray, Voxels]]) -> tuple[np.ndarray, Voxels]:
    """The union of placed arrays."""
    low = np.min([start for _, start in pieces], axis=0)
    high = np.max([np.add(start, array.shape) for array, start in pieces], axis=0)
    union = np.zeros(high - low, bool)
    for array, start in pieces:
        at = np.subtract(start, low)
        union[tuple(slice(a, a + n) for a, n in zip(at, array.shape, strict=True))] |= array
    return union, tuple(int(v) for v in low)
