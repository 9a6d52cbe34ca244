"""Read RTSTRUCT files: structures by name, with their contours in the patient's coordinates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset

from radioloom.errors import BadMask
from radioloom.io.dicom.values import BROKEN, dataset, text, why
from radioloom.io.dicom.withhold import identifying_words, withhold
from radioloom.provenance import digest
from radioloom.segmentation.choose import Choice, absent, pick

FRAME, SERIES = 0x00200052, 0x0020000E
REFERENCED_FRAMES, STUDIES, REFERENCED_SERIES = 0x30060010, 0x30060012, 0x30060014
STRUCTURES, NAME, NUMBER = 0x30060020, 0x30060026, 0x30060022
CONTOURS_OF_ROI, CONTOURS, KIND, DATA, OF_ROI = 0x30060039, 0x30060040, 0x30060042, 0x30060050, 0x30060084
REFERENCED_IMAGES, REFERENCED_INSTANCE = 0x30060016, 0x00081155
CLOSED = ("CLOSED_PLANAR", "CLOSEDPLANAR_XOR", "")  # old writers leave the type out


@dataclass(frozen=True, slots=True)
class Structure:
    """One structure: its closed contours, float (n, 3) each in (z, y, x) LPS mm, and the kinds of contour left out."""

    name: str
    contours: tuple[np.ndarray, ...]
    left_out: tuple[str, ...]
    instances: tuple[str, ...]  # digest of the image that each closed contour refers to, "" for none


@dataclass(frozen=True, slots=True)
class StructureSet:
    """One RTSTRUCT file: its structures by name, and digests of the images that it refers to."""

    names: tuple[str, ...]
    frames: frozenset[str]
    series: frozenset[str]
    contours: dict[int, Dataset]  # by structure number
    numbers: tuple[int, ...]
    shown: tuple[str, ...]  # the names as messages may show them

    def named(self, choice: Choice) -> tuple[list[Structure], list[str]]:
        """Structures with closed contours that a choice takes, and what to note of it.

        Raises BadMask where none matches (it lists the file's names), or where those that match have no closed contour.
        """
        matching: dict[int, Structure] = {}

        def drawn(place: int) -> bool:
            matching[place] = self._structure(place)
            return bool(matching[place].contours)

        picked, notes = pick(choice, [(name,) for name in self.names], drawn)
        if picked:
            return [matching[place] for place in picked], notes
        if not matching:
            raise absent("structure", choice, self.shown)
        kinds = sorted({kind for structure in matching.values() for kind in structure.left_out})
        content = f"only contours of kind {', '.join(kinds)}" if kinds else "no contour"
        raise BadMask(f"the structure that matches {' or '.join(map(repr, choice.patterns))} has {content}")

    def _structure(self, index: int) -> Structure:
        item = self.contours.get(self.numbers[index])
        closed, left_out, instances = [], [], []
        for contour in item.get(CONTOURS).value if item is not None and CONTOURS in item else []:
            kind = text(contour, KIND)
            if kind in CLOSED:
                closed.append(_points(contour, self.shown[index]))
                instances.append(_instance(contour))
            else:
                left_out.append(kind)
        return Structure(self.names[index], tuple(closed), tuple(left_out), tuple(instances))


def read(path: Path, called: str = "") -> StructureSet:
    """The structure set of a file, by the name that messages may call it; BadMask if it cannot be read."""
    try:
        data = dataset(path)
        listed = list(data.get(STRUCTURES).value) if STRUCTURES in data else []
        drawn = list(data.get(CONTOURS_OF_ROI).value) if CONTOURS_OF_ROI in data else []
        frames, series = _references(data)
        identifying = identifying_words(data)
        names = tuple(str(item.get(NAME).value or "").strip() if NAME in item else "" for item in listed)
        return StructureSet(
            names,
            frames,
            series,
            {int(text(item, OF_ROI)): item for item in drawn},
            tuple(int(text(item, NUMBER)) for item in listed),
            tuple(withhold(name, identifying) for name in names),
        )
    except BROKEN as error:
        raise BadMask(f"{called or path.name}: not a readable RTSTRUCT: {why(error)}") from error


def _points(contour: Dataset, name: str) -> np.ndarray:
    try:
        points = np.array(text(contour, DATA).split("\\"), float)
    except ValueError as error:
        raise BadMask(f"structure {name!r} has a contour with coordinates that are not numbers") from error
    if len(points) % 3 or not np.isfinite(points).all():
        raise BadMask(f"structure {name!r} has a contour of {len(points)} coordinates; three per point are expected")
    return points.reshape(-1, 3)[:, ::-1]


def _instance(contour: Dataset) -> str:
    """Digest of the first image that a contour refers to, "" for none."""
    for item in _items(contour, REFERENCED_IMAGES):
        if uid := text(item, REFERENCED_INSTANCE):
            return digest(uid)
    return ""


def _references(data: Dataset) -> tuple[frozenset[str], frozenset[str]]:
    """Digests of the frames of reference and of the series that the contours refer to."""
    frames, series = {text(data, FRAME)}, set()
    for frame in _items(data, REFERENCED_FRAMES):
        frames.add(text(frame, FRAME))
        for study in _items(frame, STUDIES):
            series |= {text(item, SERIES) for item in _items(study, REFERENCED_SERIES)}
    return frozenset(map(digest, frames - {""})), frozenset(map(digest, series - {""}))


def _items(data: Dataset, tag: int) -> Sequence[Dataset]:
    return data.get(tag).value if tag in data else ()
