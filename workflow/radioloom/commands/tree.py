"""Read the headers of a folder tree of DICOM, one by one: one record per series and one path per segmentation."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from radioloom.commands.links import LINKED, NOT_DICOM, astray
from radioloom.commands.repeated import copies
from radioloom.io.dicom import headers
from radioloom.io.dicom.identity import identity
from radioloom.io.dicom.scattered import scattered
from radioloom.io.dicom.whose import Whose, differ
from radioloom.io.files import files_below, linked_folders
from radioloom.io.foreign import pattern, standing_in
from radioloom.io.segmentations.read import Candidate
from radioloom.provenance import digest


@dataclass(slots=True)
class Series:
    """One series while the files of the tree are read: no header is kept."""

    modality: str
    frame: str  # digest
    whose: Whose  # of the first file that tells
    study: str  # digest
    first: Path
    folder: Path
    n_files: int = 0
    aside: bool = False  # so far it has files alone that are no slices: localizers, screenshots
    mixed: bool = False  # files of several patients
    paired: bool = False  # a segmentation goes with it, or several of which one is to be chosen


@dataclass(frozen=True, slots=True)
class Tree:
    """What a folder tree holds."""

    place: Path
    series: dict[str, Series]  # by digest of the UID
    drawings: list[Candidate]
    left_out: list[tuple[str, str, str]]
    births: dict[str, set[str]] = field(repr=False)  # by patient's number

    scattered: dict[str, str] = field(default_factory=dict)  # digest of the UID -> what is said of its scan

    def path(self, file: Path) -> str:
        """A file or folder as the sheet names it."""
        return file.relative_to(self.place).as_posix()


def gather(place: Path) -> Tree:
    """The series and segmentations at or below a place, and what is neither."""
    tree = Tree(place, {}, [], [], defaultdict(set))
    tree.left_out.extend(("", tree.path(path), LINKED) for path in linked_folders(place))
    other: list[Path] = []
    slices: dict[Path, Counter[str]] = defaultdict(Counter)  # by folder, their names
    instances: list[tuple[Path, str]] = []  # of segmentations
    for path in files_below(place):
        if path.is_symlink() and (why := astray(path, place)):
            tree.left_out.append(("", tree.path(path), why))
            continue
        try:
            header = headers.read_header(path)
        except headers.BROKEN as error:
            tree.left_out.append(("", tree.path(path), headers.why(error)))
            continue
        if header is None:
            other.append(path)
        elif kind := headers.drawing(header.sop_class, header.modality):
            tree.drawings.append(Candidate(kind, path, "the file"))
            instances.append((path, header.instance))
        elif header.is_image:
            slices[path.parent][pattern(path.name)] += 1
            _add(tree, header)
        else:
            tree.left_out.append(
                ("", tree.path(path), f"neither image nor segmentation ({header.modality or 'other'})")
            )
    again = copies(instances)
    tree.left_out.extend(("", tree.path(path), why) for path, why in again.items())
    tree.drawings[:] = [each for each in tree.drawings if each.file not in again]
    nothing = [
        ("", tree.path(path), f"it {what}; {remedy}, if it was a DICOM file")
        for path, what, remedy in standing_in(other, slices)
    ]
    tree.left_out.extend(nothing)
    if len(other) > len(nothing):
        tree.left_out.append(("", ".", f"{len(other) - len(nothing)} file(s) {NOT_DICOM}"))
    _find_scattered(tree)
    return tree


def _find_scattered(tree: Tree) -> None:
    """Series of one file that are slices of one scan; each is read again, since no header was kept."""
    lone = (series.first for series in tree.series.values() if series.n_files == 1 and not series.aside)
    again_read = (header for path in lone if (header := headers.read_header(path)))
    for group, said in scattered(again_read):
        tree.scattered.update(dict.fromkeys((digest(header.series) for header in group), said))


def _add(tree: Tree, header: headers.Header) -> None:
    name, folder = digest(header.series), header.path.parent
    frame = digest(header.frame) if header.frame else ""
    series = tree.series.setdefault(
        name, Series(header.modality, frame, header.whose, digest(header.study), header.path, folder)
    )
    if series.aside and not header.beside:
        series.modality, series.frame, series.first = header.modality, frame, header.path
    series.aside = bool(header.beside) and (series.aside or not series.n_files)
    series.n_files += 1
    series.mixed |= differ(series.whose, header.whose)
    series.whose = series.whose if series.whose.number else header.whose
    if folder != series.folder:
        series.folder = Path(os.path.commonpath([folder, series.folder]))
    if series.n_files == 1:
        who = identity(header.path)
        tree.births[who.number] |= {who.birth} - {""}
