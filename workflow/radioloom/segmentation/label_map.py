"""The region of a label map as a mask on the grid of its image."""

from __future__ import annotations

import numpy as np

from radioloom.segmentation.choose import Choice
from radioloom.segmentation.labels import region
from radioloom.segmentation.mask import Mask, cut
from radioloom.segmentation.place import inside, place, refuse_lost
from radioloom.volume import Grid, Volume, Voxels

TOUCH_MM = 0.1  # up to which two grids are the same to a reader of the notes


def on_image(labels: Volume, choice: Choice, grid: Grid, source: str = "", blank: tuple[str, ...] = ()) -> Mask:
    """The labels that are chosen, on the grid of the image, with what to note of them.

    Raises UnclearRegion where the choice is not clear, BadMask where these are no labels, or lie on another grid or
    outside the image.
    blank : files beside the image that may have been slices
    """
    marked, notes = region(labels.array, choice)
    array, start = place(marked, labels.grid, grid)
    notes += [f"the label map: {note}" for note in labels.notes]
    notes += [] if labels.grid.same_place(grid, TOUCH_MM) else ["the label map has another extent or order of axes"]
    return in_image(array, start, grid, source, notes, blank)


def in_image(
    array: np.ndarray, start: Voxels, grid: Grid, source: str, notes: list[str], blank: tuple[str, ...] = ()
) -> Mask:
    """A placed array as a mask, cut to the image; BadMask as `inside` and `refuse_lost`.

    blank : files beside the image that may have been slices
    """
    part, low, lost = inside(array, start, grid.shape)
    if lost:
        slices = start[0] + np.flatnonzero(array.any(axis=(1, 2)))
        refuse_lost(int(np.sum((slices < 0) | (slices >= grid.shape[0]))), "slice(s) of the mask", blank)
        notes = [*notes, f"{lost} voxels of the mask lie outside the image"]
    cropped, offset = cut(part, low)
    return Mask(cropped, offset, source, None, tuple(notes))
