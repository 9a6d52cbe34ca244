"""Read RTSTRUCT files: structures by name, with their contours in the patient's coordinates."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset

from radioloom.errors import BadMask
from radioloom.io.dicom.headers import whose
from radioloom.io.dicom.layout import Malformed
from radioloom.io.dicom.terms import term
from radioloom.io.dicom.values import BROKEN, dataset, integer, items, letters, number, numbers, text, why, words
from radioloom.io.dicom.whose import Whose
from radioloom.io.dicom.withhold import identifying_words, withhold
from radioloom.provenance import digest
from radioloom.segmentation.choose import Choice, absent, pick

FRAME, SERIES = 0x00200052, 0x0020000E
REFERENCED_FRAMES, STUDIES, REFERENCED_SERIES = 0x30060010, 0x30060012, 0x30060014
STRUCTURES, NAME, NUMBER = 0x30060020, 0x30060026, 0x30060022
CONTOURS_OF_ROI, CONTOURS, KIND, DATA, OF_ROI = 0x30060039, 0x30060040, 0x30060042, 0x30060050, 0x30060084
REFERENCED_IMAGES, REFERENCED_INSTANCE, SPACE = 0x30060016, 0x00081155, 0x30060024
SLAB, OFFSET, APPROVAL = 0x30060044, 0x30060045, 0x300E0002
CLOSED = ("CLOSEDPLANAR", "CLOSEDPLANARXOR", "INTERPOLATEDPLANAR", "")  # old writers leave the type out
KIND_SIGNS = re.compile(r"[\s_-]")  # that writers put between the words of a kind, or leave out


@dataclass(frozen=True, slots=True)
class Structure:
    """One structure: its closed contours, float (n, 3) each in (z, y, x) LPS mm, and the kinds of contour left out."""

    name: str
    contours: tuple[np.ndarray, ...]
    left_out: tuple[str, ...]
    instances: tuple[str, ...]  # digest of the image that each closed contour refers to, "" for none
    empty: int = 0  # closed contours without a point
    space: str = ""  # digest of the frame of reference that it names itself
    moved: int = 0  # closed contours with a ContourOffsetVector


@dataclass(frozen=True, slots=True)
class StructureSet:
    """One RTSTRUCT file: its structures by name, and digests of the images that it refers to."""

    names: tuple[str, ...]
    frames: frozenset[str]
    series: frozenset[str]
    contours: tuple[tuple[int | None, Dataset], ...]  # structure number, and what was drawn of it
    numbers: tuple[int | None, ...]  # None: absent, or no number
    whose: Whose
    slices: frozenset[str]  # that the whole set refers to
    identifying: frozenset[str] = field(repr=False)  # words that messages withhold: its own, and its image's
    spaces: tuple[str, ...]  # digest of the frame of reference that each structure names, "" for none
    rejected: bool = False  # by who reviewed it

    @property
    def shown(self) -> tuple[str, ...]:
        """The names as messages may show them."""
        return tuple(self.show(place) for place in range(len(self.names)))

    def show(self, place: int) -> str:
        """One of them."""
        return withhold(self.names[place], self.identifying)

    def named(self, choice: Choice) -> tuple[list[Structure], list[str]]:
        """Structures with closed contours that a choice takes, and what to note of it.

        Raises BadMask where none matches (it lists the file's names), where those that match have no closed contour, or
        where it is not clear which contours are theirs.
        """
        matching: dict[int, Structure] = {}

        def drawn(place: int) -> bool:
            matching[place] = self._structure(place)
            return bool(matching[place].contours)

        numbers = self._numbers(choice)
        picked, notes = pick(choice, [(name,) for name in self.names], drawn, numbers)
        if picked:
            only = [] if choice.patterns else [f"the region is {self.show(picked[0])!r}, the only structure"]
            by_number = [
                f"structure number {numbers[place]} is {self.show(place)!r}"
                for place in (picked if numbers else ())
                if numbers[place] == choice.patterns[0].strip() != self.names[place].strip()
            ]
            return [matching[place] for place in picked], notes + only + by_number
        several = [self.show(place) for place, structure in matching.items() if structure.contours]
        if several or not matching:
            raise absent("structure", choice, several or self.shown)
        kinds = sorted({kind for structure in matching.values() for kind in structure.left_out})
        content = f"only contours of kind {', '.join(kinds)}" if kinds else "no contour"
        wanted = f"that matches {' or '.join(map(repr, choice.patterns))}" if choice.patterns else "that is there"
        raise BadMask(f"the structure {wanted} has {content}")

    def instances(self) -> frozenset[str]:
        """Digests of the slices that it, or else any of its contours, refers to; those that cannot be read are none."""
        if self.slices:
            return self.slices
        try:
            return frozenset(_instance(contour) for _, drawn in self.contours for contour in items(drawn, CONTOURS)) - {
                ""
            }
        except Malformed:  # what a structure that is wanted does with that is said where it is read
            return frozenset()

    def _numbers(self, choice: Choice) -> list[str]:
        """The structures' numbers as a pattern may give them; of several patterns `1` is the label of other files."""
        return ["" if of is None else str(of) for of in self.numbers] if len(choice.patterns) == 1 else []

    def _structure(self, index: int) -> Structure:
        try:
            return replace(_read_structure(self.names[index], self._drawn(index)), space=self.spaces[index])
        except Malformed as error:
            raise BadMask(
                f"structure {self.show(index)!r}: {error}; correct it, or export the structure set again"
            ) from error

    def _drawn(self, index: int) -> Dataset:
        """What was drawn of a structure; Malformed where another bears its number: these could be the other's."""
        number = self.numbers[index]
        if number is None:
            raise Malformed("it has no ROINumber by which its contours could be known")
        same = [self.show(place) for place, other in enumerate(self.numbers) if other == number]
        if len(same) > 1:
            raise Malformed(
                f"{len(same)} structures have ROINumber {number} ({', '.join(map(repr, same[:5]))}), "
                "so that their contours cannot be told apart"
            )
        drawn = [item for of, item in self.contours if of == number]
        if len(drawn) > 1:
            raise Malformed(f"ROINumber {number} has contours in {len(drawn)} places")
        return drawn[0] if drawn else Dataset()


def read(path: Path, called: str = "") -> StructureSet:
    """The structure set of a file, by the name that messages may call it; BadMask if it cannot be read."""
    try:
        data = dataset(path)
        listed, drawn = items(data, STRUCTURES), items(data, CONTOURS_OF_ROI)
        frames, series, slices = _references(data)
        names = tuple(_name(item) for item in listed)
        return StructureSet(
            names,
            frames,
            series,
            tuple((_number(item, OF_ROI), item) for item in drawn),
            tuple(_number(item, NUMBER) for item in listed),
            whose(data),
            slices,
            identifying_words(data),
            tuple(digest(uid) if (uid := letters(item, SPACE)) else "" for item in listed),
            letters(data, APPROVAL).strip().upper() == "REJECTED",
        )
    except BROKEN as error:
        raise BadMask(f"{called or path.name}: not a readable RTSTRUCT: {why(error)}") from error


def _name(item: Dataset) -> str:
    try:
        return words(item, NAME)
    except Malformed:  # of this structure alone
        return ""


def _number(item: Dataset, tag: int) -> int | None:
    try:
        return integer(item, tag, -1) if number(item, tag) is not None else None
    except Malformed:
        return None


def _read_structure(name: str, item: Dataset) -> Structure:
    closed, left_out, instances, empty, moved = [], [], [], 0, 0
    for contour in items(item, CONTOURS):
        kind = text(contour, KIND)
        if KIND_SIGNS.sub("", kind).upper() not in CLOSED:
            left_out.append(term(KIND_SIGNS.sub("_", kind).upper()) or "unknown")
        elif (points := _points(contour)) is None:
            empty += 1
        else:
            offset = _offset(contour)
            moved += bool(offset.any())
            closed.append(points + offset)
            instances.append(_instance(contour))
    return Structure(name, tuple(closed), tuple(left_out), tuple(instances), empty, moved=moved)


def _offset(contour: Dataset) -> np.ndarray:
    """From the points of a contour to the plane that is meant, (3,) in (z, y, x) mm: of a slab with a thickness alone.

    PS3.3 C.8.8.6 and C.8.8.6.2, until both attributes were retired in 2020.
    """
    values = numbers(contour, OFFSET)
    if not any(values) or (number(contour, SLAB) or 0) <= 0:
        return np.zeros(3)
    if len(values) != 3:
        raise Malformed(f"it has a ContourOffsetVector of {len(values)} numbers; three are expected")
    return np.array(values[::-1])


def _points(contour: Dataset) -> np.ndarray | None:
    """Points (n, 3) of a contour; None where it has none."""
    values = numbers(contour, DATA)
    if not values:
        return None
    if len(values) % 3:
        raise Malformed(f"it has a contour of {len(values)} coordinates; three per point are expected")
    return np.array(values).reshape(-1, 3)[:, ::-1]


def _instance(contour: Dataset) -> str:
    """Digest of the first image that a contour refers to, "" for none."""
    for item in items(contour, REFERENCED_IMAGES):
        if uid := text(item, REFERENCED_INSTANCE):
            return digest(uid)
    return ""


def _references(data: Dataset) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Digests of the frames of reference, of the series and of the slices that the whole set refers to."""
    frames, series, slices = {text(data, FRAME)}, set(), set()
    for frame in items(data, REFERENCED_FRAMES):
        frames.add(text(frame, FRAME))
        for study in items(frame, STUDIES):
            for item in items(study, REFERENCED_SERIES):
                series.add(text(item, SERIES))
                slices |= {text(each, REFERENCED_INSTANCE) for each in items(item, REFERENCED_IMAGES)}
    frames, series, slices = (frozenset(map(digest, uids - {""})) for uids in (frames, series, slices))
    return frames, series, slices
