"""The region of a label map as a mask on the grid of its image."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from radioloom.errors import BadMask
from radioloom.segmentation.choose import Choice
from radioloom.segmentation.labels import EXCHANGED, region
from radioloom.segmentation.mask import Mask, cut
from radioloom.segmentation.place import Beyond, Placed, clipped, missed, place, refuse_lost, split
from radioloom.volume import Grid, Voxels

TOUCH_MM = 0.1  # up to which two grids are the same to a reader of the notes
MOST_BEYOND = 2**18  # labels outside the image, each counted once a slice: an atlas has a tenth of them


@dataclass(frozen=True, slots=True)
class LabelMap:
    """A label map whose voxels are read piece by piece, since it can be far larger than its image."""

    grid: Grid
    stored: np.dtype
    pieces: Iterable[tuple[Voxels, np.ndarray]]  # first voxel of each, and its labels (z, y, x)
    notes: tuple[str, ...] = ()
    names: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # number -> name, and how it may be shown


def on_image(labels: LabelMap, choice: Choice, grid: Grid, source: str = "", blank: tuple[str, ...] = ()) -> Mask:
    """The labels that are chosen, on the grid of the image, with what to note of them.

    Raises UnclearRegion where the choice is not clear, BadMask where these are no labels, or lie on another grid or
    outside the image: where their grid says so no voxel is read.
    blank : files beside the image that may have been slices
    """
    whole, first = place(np.broadcast_to(np.False_, labels.grid.shape), labels.grid, grid)
    last = tuple(int(v) - 1 for v in np.add(first, whole.shape))
    low, high = clipped(first, whole.shape, grid.shape)
    if np.equal(low, high).any():
        raise missed(first, last, grid.shape)
    found, beyond = _in_box(labels, grid, low, high)
    sizes: Counter[float] = Counter()
    for (value, _), n in beyond.items():
        sizes[value] += n
    marks, notes = region(found, choice, sizes, labels.names)
    values = {value for value in sizes if marks(np.array(value))}
    lost: Counter[int] = Counter()
    for (value, index), n in beyond.items():
        lost[index] += n * (value in values)
    notes += [f"the label map: {note}" for note in labels.notes]
    notes += [] if labels.grid.same_place(grid, TOUCH_MM) else ["the label map has another extent or order of axes"]
    return in_image(Placed(marks(found), low, +lost, first, last), grid, source, notes, blank)


def _in_box(labels: LabelMap, grid: Grid, low: Voxels, high: Voxels) -> tuple[np.ndarray, Beyond]:
    """The labels in a box of the image, and those that lie outside the image."""
    found, beyond = np.zeros(np.subtract(high, low), labels.stored), Beyond()
    for at, piece in labels.pieces:
        if not np.isfinite(piece).all():
            raise BadMask("the label map holds values that are not finite; labels are whole numbers")
        turned, start = place(piece, labels.grid.crop(at, piece.shape), grid)
        part, begin, more = split(turned, start, grid.shape)
        if part.size:
            into = tuple(slice(b - a, b - a + n) for a, b, n in zip(low, begin, part.shape, strict=True))
            found[into] = part
        beyond.update(more)
        if len(beyond) > MOST_BEYOND:
            raise BadMask(f"the label map holds more values outside the image than there are labels. {EXCHANGED}")
    return found, beyond


def in_image(placed: Placed, grid: Grid, source: str, notes: list[str], blank: tuple[str, ...] = ()) -> Mask:
    """A placed region as a mask; BadMask as `Placed.check` and `refuse_lost`.

    blank : files beside the image that may have been slices
    """
    placed.check(grid.shape)
    if lost := sum(placed.beyond.values()):
        ends = sum(not 0 <= index < grid.shape[0] for index in placed.beyond)
        refuse_lost(ends, "slice(s) of the mask", blank)
        notes = [*notes, f"{lost} voxels of the mask lie outside the image"]
    cropped, offset = cut(placed.array, placed.low)
    union = any(note.startswith("union of ") for note in notes)  # whose parts may lie apart
    if none := 0 if union else int((~cropped.any(axis=(1, 2))).sum()):
        notes = [*notes, f"{none} slice(s) between marked ones have none"]
    return Mask(cropped, offset, source, None, tuple(notes))
