"""Read DICOM segmentations (SEG: binary, fractional, label map); frames are placed by position, not by index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset

from radioloom.errors import BadMask
from radioloom.io.dicom.frames import MEASURES, ORIENTATION, PER_FRAME, POSITION, SHARED, group
from radioloom.io.dicom.headers import whose
from radioloom.io.dicom.layout import Malformed
from radioloom.io.dicom.series import directions
from radioloom.io.dicom.values import (
    BROKEN,
    dataset,
    integer,
    items,
    machines_own_fault,
    number,
    numbers,
    one,
    syntax,
    syntax_name,
    text,
    why,
    words,
)
from radioloom.io.dicom.whose import Whose
from radioloom.io.dicom.withhold import identifying_words, withhold
from radioloom.io.untrusted import MOST_PIXELS, MOST_VOXELS
from radioloom.provenance import digest
from radioloom.segmentation.choose import Choice, absent, pick
from radioloom.segmentation.place import Placed, gathered, place
from radioloom.volume import Grid, Voxels

SEGMENTS, NUMBER, LABEL, KIND, MAXIMUM = 0x00620002, 0x00620004, 0x00620005, 0x00620001, 0x0062000E
OF_SEGMENT, REFERENCED_NUMBER = 0x0062000A, 0x0062000B
REFERENCED_SERIES, SERIES, FRAME_OF_REFERENCE = 0x00081115, 0x0020000E, 0x00200052
REFERENCED_INSTANCES, REFERENCED_INSTANCE, DERIVATIONS, SOURCES = 0x0008114A, 0x00081155, 0x00089124, 0x00082112
ROWS, COLUMNS, FRAMES = 0x00280010, 0x00280011, 0x00280008
LOSSY, ORGANISATION = 0x00282110, 0x00209311
ALLOCATED, STORED, HIGH, SIGNED, SAMPLES = 0x00280100, 0x00280101, 0x00280102, 0x00280103, 0x00280002
PART, PARTS = 0x00209162, 0x00209163
BITS = {"BINARY": (1, 8), "FRACTIONAL": (8,), "LABELMAP": (8, 16)}  # of a pixel's cell, by kind
FARTHEST = 2**20  # voxels from an image: no frame of a patient lies so far off


@dataclass(frozen=True, slots=True)
class Segmentations:
    """One SEG file."""

    segments: tuple[tuple[int, str], ...]  # number and label, in the order of the file
    kind: str  # BINARY, FRACTIONAL, LABELMAP
    frames: frozenset[str]  # digests of the frame of reference and of the series it refers to
    series: frozenset[str]
    data: Dataset
    shape: tuple[int, int]  # of a frame: rows, columns
    described: Sequence[Dataset]  # functional groups of each frame
    shared: Dataset | None  # of all frames
    identifying: frozenset[str] = field(repr=False)  # words that messages withhold: its own, and its image's
    whose: Whose
    notes: tuple[str, ...] = ()  # on its pixels

    def instances(self) -> frozenset[str]:
        """Digests of the slices that it, or else any of its frames, refers to; those that cannot be read are none."""
        try:
            named = {text(each, REFERENCED_INSTANCE) for of in items(self.data, REFERENCED_SERIES)
                     for each in items(of, REFERENCED_INSTANCES)}  # fmt: skip
            named = named or {uid for frame in self.described for uid in self._sources(frame)}
        except Malformed:
            return frozenset()
        return frozenset(map(digest, named - {""}))

    @staticmethod
    def _sources(frame: Dataset) -> list[str]:
        return [text(each, REFERENCED_INSTANCE) for of in items(frame, DERIVATIONS) for each in items(of, SOURCES)]

    @property
    def shown(self) -> tuple[str, ...]:
        """The labels as messages may show them."""
        return tuple(self.show(place) for place in range(len(self.segments)))

    def show(self, place: int) -> str:
        """One of them."""
        return withhold(self.segments[place][1], self.identifying)

    def named(self, choice: Choice) -> tuple[list[int], list[str]]:
        """Numbers of the segments whose label or number a choice takes, and what to note of it.

        Raises BadMask listing the labels of the file where none matches, or where two segments bear one number.
        """
        picked, notes = pick(choice, [(label, str(of)) for of, label in self.segments])
        if not picked:
            raise absent("segment", choice, self.shown)
        only = [] if choice.patterns else [f"the region is {self.show(picked[0])!r}, the only segment"]
        numbers = [self.segments[place][0] for place in picked]
        for wanted in numbers:
            same = [self.show(place) for place, (of, _) in enumerate(self.segments) if of == wanted]
            if len(same) > 1:
                raise BadMask(
                    f"{len(same)} segments have SegmentNumber {wanted} ({', '.join(map(repr, same[:5]))}), "
                    "so that their voxels cannot be told apart; export the segmentation again"
                )
        return numbers, notes + only

    def references(self, placed: Placed) -> Iterator[tuple[list[str], np.ndarray]]:
        """Of each frame of what was placed: digests of the slices that it refers to, and its corners in the patient."""
        rows, columns = np.subtract(self.shape, 1)
        corners = np.array([(0, 0, 0), (0, rows, 0), (0, 0, columns), (0, rows, columns)], float)
        for index in placed.frames:
            with suppress(Malformed):
                named = self._sources(self.described[index])
                yield list(map(digest, named)), self._grid(self.described[index], self.shape).to_world(corners)

    def on(self, image: Grid, segments: list[int], threshold: float) -> Placed:
        """Voxels of any of the segments in the image, and how many lie outside it.

        threshold : share of the maximum from which a voxel belongs to a fractional segment

        Raises BadMask where there is no frame of them, where a frame cannot be placed on a slice of the image, or where
        the pixels cannot be decoded.
        """
        try:
            marked: list[int] = []
            placed = gathered(self._frames(image, segments, threshold, marked), image.shape)
        except Malformed as error:
            raise BadMask(f"the SEG is not as it should be: {why(error)}") from error
        if placed is None:
            named = ", ".join(repr(self.show(k)) for k, (of, _) in enumerate(self.segments) if of in segments)
            raise BadMask(f"the mask is empty: segment {named} is there and has no voxel")
        return replace(placed, frames=tuple(marked))

    def _frames(
        self, image: Grid, segments: list[int], threshold: float, held: list[int]
    ) -> Iterator[tuple[np.ndarray, Voxels]]:
        """Frames of the segments one by one, in the axes of the image, and the image voxel at which each begins.

        held : takes the numbers of those that have a mark
        """
        wanted = [index for index, frame in enumerate(self.described) if self._holds(frame, segments)]
        rows, columns = self.shape
        if len(wanted) * rows * columns > MOST_VOXELS:
            raise BadMask(f"{len(wanted)} frames of {rows} x {columns}: no region of a patient is that large")
        limit = self._limit(threshold)
        places: dict[tuple, int] = {}
        for index, stored in zip(wanted, self._pixels(wanted), strict=True):
            marked = self._marked(stored, segments, limit)
            if not (marked.any() or stored.any()):
                continue
            array, start = place(marked[None], self._grid(self.described[index], marked.shape), image)
            if np.abs(np.array(start, float)).max() > FARTHEST:
                raise BadMask("the mask misses the image: a frame of the SEG lies kilometres away from it")
            first = places.setdefault((start, self._segment(index)), index)
            if first != index:
                self._refuse_place(first, index)
            held += [index] * bool(marked.any())
            yield array, start

    def _segment(self, index: int) -> float | None:
        """The segment that a frame is of; None where it holds all of them."""
        of = None if self.kind == "LABELMAP" else group(self.described[index], self.shared, OF_SEGMENT)
        return None if of is None else number(of, REFERENCED_NUMBER)

    def _refuse_place(self, one: int, other: int) -> None:
        of = self._segment(one)
        whose = "" if of is None else f" of segment {of:g}"
        raise BadMask(
            f"frames {one + 1} and {other + 1} of the SEG{whose} lie at the same place: their positions are wrong, or "
            "the region is drawn there twice (at two times?); export the segmentation again"
        )

    def _holds(self, frame: Dataset, segments: list[int]) -> bool:
        if self.kind == "LABELMAP":
            return True
        of = group(frame, self.shared, OF_SEGMENT)
        named = None if of is None else number(of, REFERENCED_NUMBER)
        if named is None:
            raise BadMask("a frame of the SEG names no segment")
        if named not in {of for of, _ in self.segments}:
            raise Malformed(f"a frame is of segment {named:g}, which SegmentSequence does not have")
        return named in segments

    def _limit(self, threshold: float) -> float:
        """Stored value from which a voxel of a fractional segment belongs to it."""
        if self.kind != "FRACTIONAL":
            return 0.0
        largest = integer(self.data, MAXIMUM)
        if not 0 < largest < 256:
            raise Malformed(f"MaximumFractionalValue is {largest}, and 1 to 255 is allowed")
        return threshold * largest

    def _marked(self, stored: np.ndarray, segments: list[int], limit: float) -> np.ndarray:
        if self.kind == "LABELMAP":
            return np.isin(stored, segments)
        if self.kind == "FRACTIONAL":
            if stored.max() > (largest := integer(self.data, MAXIMUM)):
                raise BadMask(
                    f"a fractional SEG holds {stored.max()} in a voxel, and its MaximumFractionalValue is {largest}: "
                    "what share of a voxel that is cannot be told; export it again"
                )
            return stored >= limit
        if stored.max() > 1:
            raise BadMask(
                f"a binary SEG holds {stored.max()} in a voxel, where only 0 and 1 are allowed; export it again"
            )
        return stored > 0

    def _grid(self, frame: Dataset, shape: tuple[int, int]) -> Grid:
        groups = [group(frame, self.shared, tag) for tag in (POSITION, ORIENTATION, MEASURES)]
        position, axes, measures = (each or Dataset() for each in groups)
        tags = zip((position, measures, axes), (0x00200032, 0x00280030, 0x00200037), strict=True)
        origin, spacing, cosines = (numbers(of, tag) for of, tag in tags)
        names = ("ImagePositionPatient", "PixelSpacing", "ImageOrientationPatient")
        sizes = zip(names, (origin, spacing, cosines), (3, 2, 6), strict=True)
        if lacking := [name for name, values, n in sizes if len(values) != n]:
            told = ", ".join(lacking)
            raise BadMask(f"a frame of the SEG lacks {told}: it has no place in the patient; export it again")
        if min(spacing) <= 0:
            raise Malformed(f"PixelSpacing is {list(spacing)}, and numbers above 0 are needed")
        direction = directions(cosines, "SEG")  # its thickness means nothing: a frame lies on one slice
        return Grid((1, *shape), (1.0, *spacing), origin[::-1], tuple(map(tuple, direction)))

    def _pixels(self, wanted: list[int]) -> Iterator[np.ndarray]:
        """Frames one by one: of a hundred segments only the wanted are ever unpacked."""
        from radioloom.io.dicom.pixels import frames

        stored = integer(self.data, FRAMES, 1)
        if stored != len(self.described):
            raise BadMask(f"the SEG has {stored} frames and describes {len(self.described)}; fetch the file again")
        try:
            with machines_own_fault():
                yield from (frame.reshape(self.shape) for frame in frames(self.data, wanted))
        except Malformed:
            raise
        except (*BROKEN, RuntimeError, UserWarning) as error:
            name = syntax_name(syntax(self.data))
            raise BadMask(f"the SEG's pixels ({name}) cannot be decoded; decompress or fetch the file again") from error


def read(path: Path, called: str = "") -> Segmentations:
    """A SEG file, by the name that messages may call it; BadMask if it cannot be read."""
    try:
        return _read(dataset(path, pixels=True))
    except BROKEN as error:
        raise BadMask(f"{called or path.name}: not a readable DICOM SEG: {why(error)}") from error


def _read(data: Dataset) -> Segmentations:
    kind, described = text(data, KIND), items(data, PER_FRAME)
    if kind not in BITS:
        raise Malformed(f"SegmentationType is none of {', '.join(BITS)}")
    shape = integer(data, ROWS), integer(data, COLUMNS)
    if not described:
        tiles = ": they are tiles of a slide (TILED_FULL)" if text(data, ORGANISATION) == "TILED_FULL" else ""
        raise Malformed(f"PerFrameFunctionalGroupsSequence gives none of its frames a place{tiles}")
    if min(shape) < 1 or shape[0] * shape[1] > MOST_PIXELS:
        raise Malformed(f"{len(described)} frames of {shape[0]} x {shape[1]} pixels are no segmentation of a patient")
    _check_cells(data, kind)
    if (parts := max(integer(data, PART, 1), integer(data, PARTS, 1))) > 1:
        raise Malformed(
            f"it is one of {parts} files that a segmentation was split into (a concatenation)", "give it whole"
        )
    segments = tuple((integer(item, NUMBER, -1), words(item, LABEL)) for item in items(data, SEGMENTS))
    if not segments or min(of for of, _ in segments) < 0:
        raise Malformed("no segments, or one without SegmentNumber")
    referred = {text(item, SERIES) for item in items(data, REFERENCED_SERIES)} - {""}
    frames = {text(data, FRAME_OF_REFERENCE)} - {""}
    segments = tuple((of, label) for of, label in segments if of)  # 0: the background of a label map
    if not segments:
        raise Malformed("no segment but number 0, which is the background; SegmentNumber begins at 1")
    return Segmentations(
        segments, kind, frozenset(map(digest, frames)), frozenset(map(digest, referred)), data, shape, described,
        one(data, SHARED), identifying_words(data), whose(data), tuple(_notes(data)),
    )  # fmt: skip


def _notes(data: Dataset) -> Iterator[str]:
    from radioloom.io.dicom.pixels import excess

    if n := excess(data):
        yield f"zeros behind the pixels of the SEG ({n} bytes) are passed over"
    if text(data, LOSSY) == "01":
        yield "the SEG was compressed with loss: the edge of its region may lie elsewhere than it was drawn"


def _check_cells(data: Dataset, kind: str) -> None:
    """Malformed where pixels are not laid out as those of a segmentation: other bits would be other voxels."""
    allocated, signed, samples = integer(data, ALLOCATED), integer(data, SIGNED), integer(data, SAMPLES, 1)
    stored = integer(data, STORED, allocated)
    if allocated not in BITS[kind] or stored > allocated or integer(data, HIGH, stored - 1) != stored - 1:
        raise Malformed(f"{allocated} bits of which {stored} are stored, in a SEG of type {kind}")
    if signed or samples != 1:
        raise Malformed(f"PixelRepresentation {signed} and SamplesPerPixel {samples}, where 0 and 1 are allowed")
