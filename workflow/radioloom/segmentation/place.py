"""Place a mask on its image's grid: allowed where both grids are pieces of one lattice, else refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from radioloom.errors import BadMask
from radioloom.segmentation.mask import cut, joined
from radioloom.volume import Grid, Voxels

MOST_OUTSIDE = 0.5  # share of a region that may lie outside its image: what is left is the region no more
TURNED = 1e-3  # of a direction cosine, from which on axes are said to differ
SNAP = 0.05  # voxels that two lattices may be apart: rounding of headers, far below what moves a voxel centre

Beyond = Counter[tuple[float, int]]  # voxels outside an image, by their value and the slice of the image


def place(array: np.ndarray, grid: Grid, image: Grid) -> tuple[np.ndarray, Voxels]:
    """A mask's array turned into the axes of the image, and the image voxel at which it begins.

    array : bool (z, y, x) on `grid`, whose axes may be swapped or flipped against the image's; it may be a piece of it
    Returns a view in the image's axis order and its first voxel (which may lie outside the image).
    Raises BadMask where the voxels of the two grids do not coincide.
    """
    corners = np.array([(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)], float)
    at = image.to_index(grid.to_world(corners))
    steps = (at[1:] - at[0]).T  # column k: the image's index step along the mask's axis k
    turn = np.rint(steps)
    far = np.array(np.subtract(grid.shape, 1), float)
    lone = np.array([n == 1 for n in grid.shape])  # an axis of one voxel: its spacing means nothing
    turn[:, lone] = _unit(steps[:, lone])
    drift = np.abs((steps - turn) @ np.where(lone, 0.0, far)).max()
    proper = (np.abs(turn).sum(axis=0) == 1).all() and (np.abs(turn).sum(axis=1) == 1).all()
    start = at[0]
    if not proper or drift > SNAP or np.abs(start - np.rint(start)).max() > SNAP:
        raise BadMask(
            f"the mask is on another grid: {compared(grid, image)}; resample the mask onto the image's grid first, or, "
            "where it was drawn on another image, name that (`drawn_on`, --drawn-on)"
        )
    order = np.argmax(np.abs(turn), axis=1)  # image axis k runs along mask axis order[k]
    turned = np.transpose(array, order)
    flips = turn[np.arange(3), order] < 0
    turned = turned[tuple(slice(None, None, -1) if flip else slice(None) for flip in flips)]
    first = np.rint(start) - np.where(flips, np.array(turned.shape) - 1, 0)
    return turned, tuple(int(v) for v in first)


@dataclass(frozen=True, slots=True)
class Placed:
    """A mask in its image: what of it lies there, and how much does not."""

    array: np.ndarray  # bool, inside the image
    low: Voxels  # image voxel at which it begins
    beyond: Mapping[int, int]  # marked voxels outside the image, by slice of the image
    first: Voxels = (0, 0, 0)  # what the whole of it covers, of image voxels
    last: Voxels = (0, 0, 0)
    frames: tuple[int, ...] = ()  # of its file, that hold a mark

    def check(self, shape: Voxels) -> None:
        """BadMask if nothing of it lies in an image of `shape`, or less than half."""
        held, lost = int(np.count_nonzero(self.array)), sum(self.beyond.values())
        if lost and not held:
            raise missed(self.first, self.last, shape)
        refuse_outside(lost / max(lost + held, 1), shape)


def clipped(start: Voxels, size: Voxels, shape: Voxels) -> tuple[Voxels, Voxels]:
    """First voxel, and the one behind the last, of what lies in an image of `shape`; no voxel between where none does.

    start, size : of a placed array
    """
    low = np.clip(start, 0, shape)
    high = np.maximum(np.clip(np.add(start, size), 0, shape), low)
    return tuple(map(int, low)), tuple(map(int, high))


def split(array: np.ndarray, start: Voxels, shape: Voxels) -> tuple[np.ndarray, Voxels, Beyond]:
    """The part of a placed array that lies in an image of `shape`, where it begins, and what is marked elsewhere.

    array : of any type; what is not 0 is marked
    """
    low, high = clipped(start, array.shape, shape)
    where = tuple(slice(a - s, b - s) for a, b, s in zip(low, high, start, strict=True))
    part, beyond = array[where], Beyond()
    if part.size == array.size:
        return part, low, beyond
    outside = array != 0
    if part.size:
        outside[where] = False
    for k in np.flatnonzero(outside.any(axis=(1, 2))).tolist():
        if array.dtype == bool:
            beyond[True, start[0] + k] += int(np.count_nonzero(outside[k]))
            continue
        values, counts = np.unique(array[k][outside[k]], return_counts=True)
        beyond.update({(value, start[0] + k): n for value, n in zip(values.tolist(), counts.tolist(), strict=True)})
    return part, low, beyond


def gathered(pieces: Iterable[tuple[np.ndarray, Voxels]], shape: Voxels) -> Placed | None:
    """The union of placed bool arrays in an image of `shape`, None where none of them has a mark.

    Of each no more is kept than the box of what is marked in the image.
    """
    parts, ends, beyond = [], [], Counter[int]()
    for array, start in pieces:
        part, low, elsewhere = split(array, start, shape)
        if elsewhere or part.any():
            ends += [start, np.add(start, array.shape) - 1]
        for (_, k), n in elsewhere.items():
            beyond[k] += n
        if part.any():
            parts.append(cut(part, low))
    if not ends:
        return None
    first, last = (tuple(map(int, reach(ends, axis=0))) for reach in (np.min, np.max))
    array, low = joined(parts) if parts else (np.zeros((0, 0, 0), bool), (0, 0, 0))
    return Placed(array, low, beyond, first, last)


def missed(first: Voxels, last: Voxels, shape: Voxels) -> BadMask:
    """What is said of a mask that covers voxels `first` to `last`, none of them in an image of `shape`."""
    remedy = lone_slice(shape) or "; is it another patient's, or another visit's?"
    return BadMask(
        f"the mask misses the image: it covers voxels {first} to {last}, and the image has {tuple(shape)} (z, y, x)"
        f"{remedy}"
    )


def compared(mask: Grid, image: Grid) -> str:
    """The grids of a mask and of an image in words; where their axes differ, with these."""
    turned = not np.allclose(mask.direction, image.direction, atol=TURNED)

    def say(grid: Grid) -> str:
        spacing = " x ".join(f"{v:.4g}" for v in grid.spacing_mm)
        origin = ", ".join(f"{v:.2f}" for v in grid.origin_mm)
        axes = ", ".join(f"({' '.join(f'{v + 0.0:.3g}' for v in axis)})" for axis in np.round(grid.direction, 3).T)
        along = f" along {axes}" if turned else ""
        return f"{' x '.join(map(str, grid.shape))} voxels of {spacing} mm from ({origin}){along}"

    return f"mask {say(mask)}, image {say(image)} (z, y, x)"


def lone_slice(shape: Voxels) -> str:
    """What to do where an image of `shape` is one slice, as one file of a DICOM series is; "" where it is not."""
    return ": it is one slice; give the folder of its series, with all slices, or the whole volume" * (1 in shape)


def refuse_outside(share: float, shape: Voxels) -> None:
    """BadMask where more than half of a region lies outside its image; the share is of its voxels, or its volume.

    shape : voxels of the image
    """
    if share > MOST_OUTSIDE and 1 in shape:
        raise BadMask(f"{share:.0%} of the mask lie outside the image{lone_slice(shape)}")
    if share > MOST_OUTSIDE:
        raise BadMask(
            f"{share:.0%} of the mask lie outside the image, and {MOST_OUTSIDE:.0%} are the most: is it another "
            "patient's, or was the image cropped? Give the image that it was drawn on"
        )


def refuse_lost(beyond: int, what: str, blank: Sequence[str]) -> None:
    """BadMask where a region goes on beyond the slices, and a file lies beside them that may have been the next.

    beyond, what : how many of what lie there; blank : what is to be said of files that are empty
    """
    if beyond and blank:
        raise BadMask(
            f"{beyond} {what} lie beyond the image's slices, and beside these {'; '.join(blank[:3])}: is it a "
            "slice that is missing? Copy or fetch it again, or delete it if it is none"
        )


def _unit(steps: np.ndarray) -> np.ndarray:
    """Each column as its largest axis's signed unit vector."""
    units = np.zeros_like(steps)
    rows = np.argmax(np.abs(steps), axis=0)
    columns = np.arange(steps.shape[1])
    units[rows, columns] = np.sign(steps[rows, columns])
    return units
