"""Place a mask on its image's grid: allowed where both grids are pieces of one lattice, else refused."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from radioloom.errors import BadMask
from radioloom.segmentation.mask import Voxels
from radioloom.volume import Grid

MOST_OUTSIDE = 0.5  # share of a region that may lie outside its image: what is left is the region no more
SNAP = 0.05  # voxels that two lattices may be apart: rounding of headers, far below what moves a voxel centre


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
            f"the mask is on another grid: {compared(grid, image)}; resample the mask onto the image's grid first"
        )
    order = np.argmax(np.abs(turn), axis=1)  # image axis k runs along mask axis order[k]
    turned = np.transpose(array, order)
    flips = turn[np.arange(3), order] < 0
    turned = turned[tuple(slice(None, None, -1) if flip else slice(None) for flip in flips)]
    first = np.rint(start) - np.where(flips, np.array(turned.shape) - 1, 0)
    return turned, tuple(int(v) for v in first)


def inside(array: np.ndarray, start: Voxels, shape: Voxels) -> tuple[np.ndarray, Voxels, int]:
    """The part of a placed array that lies in an image of `shape`, where it begins, and how many marked voxels do not.

    Raises BadMask if nothing of it lies in the image, or less than half.
    """
    low = np.maximum(start, 0)
    high = np.minimum(np.add(start, array.shape), shape)
    high = np.maximum(high, low)
    part = array[tuple(slice(a - s, b - s) for a, b, s in zip(low, high, start, strict=True))]
    lost = int(np.count_nonzero(array)) - int(np.count_nonzero(part))
    if not part.size or (lost and not part.any()):
        remedy = lone_slice(shape) or "; is it another patient's, or another visit's?"
        last = tuple(int(v) - 1 for v in np.add(start, array.shape))
        raise BadMask(
            f"the mask misses the image: it covers voxels {tuple(start)} to {last}, and the image has {tuple(shape)} "
            f"(z, y, x){remedy}"
        )
    refuse_outside(lost / max(lost + int(np.count_nonzero(part)), 1), shape)
    return part, tuple(int(v) for v in low), lost


def compared(mask: Grid, image: Grid) -> str:
    """The grids of a mask and of an image in words."""

    def say(grid: Grid) -> str:
        spacing = " x ".join(f"{v:.4g}" for v in grid.spacing_mm)
        origin = ", ".join(f"{v:.2f}" for v in grid.origin_mm)
        return f"{' x '.join(map(str, grid.shape))} voxels of {spacing} mm from ({origin})"

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
