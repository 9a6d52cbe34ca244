"""DICOM segmentations: binary, fractional and label maps, each frame placed by its position, never by its index."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset

from radioloom.errors import BadMask
from radioloom.io.dicom import BROKEN, numbers, text
from radioloom.io.frames import MEASURES, ORIENTATION, POSITION, group
from radioloom.io.hostile import MOST_VOXELS
from radioloom.io.series import directions
from radioloom.io.withhold import own_words, withhold
from radioloom.provenance import digest
from radioloom.segmentation.mask import Triple
from radioloom.segmentation.place import place
from radioloom.volume import Grid

HALF = 0.5  # of MaximumFractionalValue: from here on a voxel belongs to a fractional segment


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
        own = own_words(self.data)
        return tuple(withhold(label, own) for label in self.labels.values())

    def named(self, pattern: str) -> list[int]:
        """Numbers of the segments whose whole label the pattern matches (case of letters aside), or whose number it is.

        Raises BadMask listing the labels found where none matches.
        """
        try:
            rule = re.compile(pattern, re.IGNORECASE)
        except re.error as error:
            raise BadMask(
                f"the pattern {pattern!r} is no regular expression ({error}); mend it in the sheet"
            ) from error
        found = [n for n, label in self.labels.items() if rule.fullmatch(label) or pattern == str(n)]
        if not found:
            listed = ", ".join(repr(label) for label in self.shown[:20]) or "none"
            raise BadMask(f"no segment matches {pattern!r}; found: {listed}; set `pattern` in the sheet, or roi")
        return found

    def on(self, image: Grid, segments: list[int]) -> tuple[np.ndarray, Triple]:
        """Voxels of any of the segments in the axes of the image's grid, and where their array begins.

        Raises BadMask where there is no frame of them, where a frame cannot be placed on a slice of the image, or where
        the pixels cannot be decoded.
        """
        stored = self._pixels()
        pieces = []
        for index, frame in enumerate(self.data.PerFrameFunctionalGroupsSequence):
            marked = self._marked(stored[index], frame, segments)
            if marked is not None and marked.any():
                pieces.append(place(marked[None], self._grid(frame, marked.shape), image))
        if not pieces:
            raise BadMask("the mask is empty: the segment has no marked voxel")
        return joined(pieces)

    def _marked(self, stored: np.ndarray, frame: Dataset, segments: list[int]) -> np.ndarray | None:
        if self.kind == "LABELMAP":
            return np.isin(stored, segments)
        named = group(frame, self.data, "SegmentIdentificationSequence")
        if named is None:
            raise BadMask("a frame of the SEG names no segment")
        if int(named.ReferencedSegmentNumber) not in segments:
            return None
        if self.kind == "FRACTIONAL":
            return stored >= HALF * float(self.data.MaximumFractionalValue)
        return stored > 0

    def _grid(self, frame: Dataset, shape: tuple[int, int]) -> Grid:
        found = [group(frame, self.data, name) for name in (POSITION, ORIENTATION, MEASURES)]
        if None in found:
            raise BadMask(
                "a frame of the SEG has no place in the patient (tiled or two-dimensional); it cannot be used"
            )
        position, axes, measures = found
        origin = numbers(position, 0x00200032)
        spacing = numbers(measures, 0x00280030)
        thickness = (numbers(measures, 0x00180050) or numbers(measures, 0x00180088) or (1.0,))[0]
        direction = directions(numbers(axes, 0x00200037), "SEG")
        return Grid((1, *shape), (thickness or 1.0, *spacing), origin[::-1], tuple(map(tuple, direction)))

    def _pixels(self) -> np.ndarray:
        try:
            stored = self.data.pixel_array
        except (*BROKEN, RuntimeError) as error:
            raise BadMask(
                f"the SEG's pixels cannot be decoded ({type(error).__name__}); fetch the file again"
            ) from error
        return stored if stored.ndim == 3 else stored[None]


def read(path: Path, called: str = "") -> Segmentations:
    """A SEG file, by the name that messages may call it; BadMask if it cannot be read."""
    try:
        data = pydicom.dcmread(path, force=True)
        labels = {int(item.SegmentNumber): str(item.get("SegmentLabel", "")).strip() for item in data.SegmentSequence}
        labels.pop(0, None)  # the background of a label map
        referred = {text(item, 0x0020000E) for item in data.get("ReferencedSeriesSequence", [])} - {""}
        frames = {text(data, 0x00200052)} - {""}
        if data.Rows * data.Columns * len(data.PerFrameFunctionalGroupsSequence) > MOST_VOXELS:
            raise ValueError("no segmentation of a patient is that large")
        return Segmentations(
            labels, str(data.SegmentationType), frozenset(map(digest, frames)), frozenset(map(digest, referred)), data
        )
    except BROKEN as error:
        raise BadMask(
            f"{called or path.name}: not a readable DICOM SEG ({type(error).__name__}); fetch the file again"
        ) from error


def joined(pieces: list[tuple[np.ndarray, Triple]]) -> tuple[np.ndarray, Triple]:
    """The union of placed arrays."""
    low = np.min([start for _, start in pieces], axis=0)
    high = np.max([np.add(start, array.shape) for array, start in pieces], axis=0)
    union = np.zeros(high - low, bool)
    for array, start in pieces:
        at = np.subtract(start, low)
        union[tuple(slice(a, a + n) for a, n in zip(at, array.shape, strict=True))] |= array
    return union, tuple(int(v) for v in low)
