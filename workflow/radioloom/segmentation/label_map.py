"""The region of a label map as a mask on the grid of its image."""

from __future__ import annotations

import numpy as np

from radioloom.segmentation.choose import Choice
from radioloom.segmentation.labels import region
from radioloom.segmentation.mask import Mask, cut
from radioloom.segmentation.place import inside, place
from radioloom.volume import Grid, Volume, Voxels

TOUCH_MM = 0.1  # up to which two grids are the same to a reader of the notes


def on_image(labels: Volume, choice: Choice, grid: Grid, source: str = "") -> Mask:
    """The labels that are chosen, on the grid of the image, with what to note of them.

    Raises UnclearRegion where the choice is not clear, BadMask where these are no labels, or lie on another grid or
    outside the image.
    """
    marked, notes = region(labels.array, choice)
    array, start = place(marked, labels.grid, grid)
    notes += [f"the label map: {note}" for note in labels.notes]
    notes += [] if labels.grid.same_place(grid, TOUCH_MM) else ["the label map has another extent or order of axes"]
    return in_image(array, start, grid, source, notes)


def in_image(array: np.ndarray, start: Voxels, grid: Grid, source: str, notes: list[str]) -> Mask:
    """A placed array as a mask, cut to the image; BadMask as `inside`."""
    part, low, lost = inside(array, start, grid.shape)
    if lost:
        notes = [*notes, f"{lost} voxels of the mask lie outside the image"]
    cropped, offset = cut(part, low)
    return Mask(cropped, offset, source, None, tuple(notes))
