"""Read DICOM segmentations (SEG: binary, fractional, label map); frames are placed by position, not by index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset

from radioloom.errors import BadMask
from radioloom.io.dicom.frames import MEASURES, ORIENTATION, POSITION, group
from radioloom.io.dicom.series import directions
from radioloom.io.dicom.values import BROKEN, dataset, machines_own_fault, numbers, text, why
from radioloom.io.dicom.withhold import identifying_words, withhold
from radioloom.io.untrusted import MOST_PIXELS, MOST_VOXELS
from radioloom.provenance import digest
from radioloom.segmentation.choose import Choice, absent, pick
from radioloom.segmentation.mask import Voxels, joined
from radioloom.segmentation.place import place
from radioloom.volume import Grid


@dataclass(frozen=True, slots=True)
class Segmentations:
    """One SEG file."""

    labels: dict[int, str]  # segment number -> label
    kind: str  # BINARY, FRACTIONAL, LABELMAP
    frames: frozenset[str]  # digests of the frame of reference and of the series it refers to
    series: frozenset[str]
    data: Dataset

    @property
    def shown(self) -> tuple[str, ...]:
        """The labels as messages may show them."""
        identifying = identifying_words(self.data)
        return tuple(withhold(label, identifying) for label in self.labels.values())

    def named(self, choice: Choice) -> tuple[list[int], list[str]]:
        """Numbers of the segments whose label or number a choice takes, and what to note of it.

        Raises BadMask listing the labels of the file where none matches.
        """
        numbers = list(self.labels)
        picked, notes = pick(choice, [(label, str(number)) for number, label in self.labels.items()])
        if not picked:
            raise absent("segment", choice, self.shown)
        return [numbers[place] for place in picked], notes

    def on(self, image: Grid, segments: list[int], threshold: float) -> tuple[np.ndarray, Voxels]:
        """Voxels of any of the segments in the axes of the image's grid, and where their array begins.

        threshold : share of the maximum from which a voxel belongs to a fractional segment

        Raises BadMask where there is no frame of them, where a frame cannot be placed on a slice of the image, or where
        the pixels cannot be decoded.
        """
        frames = list(self.data.PerFrameFunctionalGroupsSequence)
        wanted = [index for index, frame in enumerate(frames) if self._holds(frame, segments)]
        if len(wanted) * self.data.Rows * self.data.Columns > MOST_VOXELS:
            raise BadMask(
                f"{len(wanted)} frames of {self.data.Rows} x {self.data.Columns}: no region of a patient is that large"
            )
        pieces = []
        for index, stored in zip(wanted, self._pixels(wanted, len(frames)), strict=True):
            marked = self._marked(stored, segments, threshold)
            if marked.any():
                pieces.append(place(marked[None], self._grid(frames[index], marked.shape), image))
        if not pieces:
            raise BadMask("the mask is empty: the segment has no marked voxel")
        return joined(pieces)

    def _holds(self, frame: Dataset, segments: list[int]) -> bool:
        if self.kind == "LABELMAP":
            return True
        named = group(frame, self.data, "SegmentIdentificationSequence")
        if named is None:
            raise BadMask("a frame of the SEG names no segment")
        return int(named.ReferencedSegmentNumber) in segments

    def _marked(self, stored: np.ndarray, segments: list[int], threshold: float) -> np.ndarray:
        if self.kind == "LABELMAP":
            return np.isin(stored, segments)
        if self.kind == "FRACTIONAL":
            return stored >= threshold * float(self.data.MaximumFractionalValue)
        if stored.max() > 1:
            raise BadMask(
                f"a binary SEG holds {stored.max()} in a voxel, where only 0 and 1 are allowed; export it again"
            )
        return stored > 0

    def _grid(self, frame: Dataset, shape: tuple[int, int]) -> Grid:
        groups = [group(frame, self.data, name) for name in (POSITION, ORIENTATION, MEASURES)]
        position, axes, measures = (each or Dataset() for each in groups)
        origin, spacing = numbers(position, 0x00200032), numbers(measures, 0x00280030)
        if (len(origin), len(spacing)) != (3, 2) or groups[1] is None:
            raise BadMask(
                "a frame of the SEG has no place in the patient (tiled or two-dimensional); it cannot be used"
            )
        thickness = (numbers(measures, 0x00180050) or numbers(measures, 0x00180088) or (1.0,))[0]
        direction = directions(numbers(axes, 0x00200037), "SEG")
        return Grid((1, *shape), (thickness or 1.0, *spacing), origin[::-1], tuple(map(tuple, direction)))

    def _pixels(self, wanted: list[int], described: int) -> Iterator[np.ndarray]:
        """Frames one by one: of a hundred segments only the wanted are ever unpacked."""
        from pydicom.pixels import iter_pixels

        stored = int(self.data.get("NumberOfFrames") or 1)
        if stored != described:
            raise BadMask(f"the SEG has {stored} frames and describes {described}; fetch the file again")
        try:
            with machines_own_fault():
                yield from iter_pixels(self.data, indices=wanted) if wanted else ()
        except (*BROKEN, RuntimeError) as error:
            raise BadMask(
                f"the SEG's pixels cannot be decoded ({type(error).__name__}); fetch the file again"
            ) from error


def read(path: Path, called: str = "") -> Segmentations:
    """A SEG file, by the name that messages may call it; BadMask if it cannot be read."""
    try:
        data = dataset(path, pixels=True)
        labels = {int(item.SegmentNumber): str(item.get("SegmentLabel", "")).strip() for item in data.SegmentSequence}
        labels.pop(0, None)  # the background of a label map
        referred = {text(item, 0x0020000E) for item in data.get("ReferencedSeriesSequence", [])} - {""}
        frames = {text(data, 0x00200052)} - {""}
        if data.Rows * data.Columns > MOST_PIXELS or not len(data.PerFrameFunctionalGroupsSequence):
            raise ValueError("no segmentation of a patient has no frames, or such large ones")
        return Segmentations(
            labels, str(data.SegmentationType), frozenset(map(digest, frames)), frozenset(map(digest, referred)), data
        )
    except BROKEN as error:
        raise BadMask(f"{called or path.name}: not a readable DICOM SEG: {why(error)}") from error
