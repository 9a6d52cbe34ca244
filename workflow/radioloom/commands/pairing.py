"""Pair the images and segmentations of a DICOM folder tree by what their headers refer to, not by where they lie."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from radioloom.commands.links import NOT_DRAWN
from radioloom.commands.repeated import doubts, strangers
from radioloom.commands.tree import Series, Tree, gather
from radioloom.errors import BadImage, BadMask, CaseError, StudyError
from radioloom.io.dicom.identity import Identity, of_either
from radioloom.io.dicom.whose import differ
from radioloom.io.segmentations.belongs import told
from radioloom.io.segmentations.read import Candidate
from radioloom.pseudonym import pseudonym
from radioloom.segmentation.choose import Choice
from radioloom.volume import MODALITIES

if TYPE_CHECKING:
    from radioloom.io.segmentations.rtstruct import StructureSet
    from radioloom.io.segmentations.seg import Segmentations


@dataclass(frozen=True, slots=True)
class Pair:
    """One row of the sheet."""

    case: str
    image: str  # folder below the place searched
    segmentation: str  # file below it
    pattern: str
    modality: str
    replicate: str
    days: int | None  # since the patient's first image, None where a file has no date
    names_patient: bool  # whether one of the paths holds its patient's name or number
    by_frame: bool  # whether the segmentation was drawn on another series of the image's frame of reference


@dataclass(frozen=True, slots=True)
class Discovered:
    """The pairs of a folder tree, and what is in none of them."""

    pairs: list[Pair]
    left_out: list[tuple[str, str, str]]  # case ("" where unknown), path, why
    patients: dict[str, str] = field(repr=False)  # pseudonym -> patient's number
    doubts: tuple[str, ...] = ()  # on these numbers: whether they tell patients apart


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which images and structures a sheet is wanted of."""

    key: bytes = field(repr=False)  # of pseudonyms
    modality: str = ""  # "" takes CT, PT and MR
    roi: str = ""  # pattern of the structure's name; "" where every segmentation holds one structure
    readers: bool = False  # several segmentations of one series are of several readers, and not versions of one


def discover(place: Path, wanted: Wanted) -> Discovered:
    """Pair the images and segmentations at or below a place.

    A segmentation goes with the series that it refers to, or else with the one series in its frame of reference.
    Replicates of a patient are numbered in the order of their days. Headers are read one by one; what is kept is one
    record per series and one path per segmentation. Raises StudyError where there is no such folder, or no DICOM in it.
    """
    if not place.is_dir():
        raise StudyError(f"{place}: no such folder; give the folder that the images are in")
    tree = gather(place)
    if not tree.series and not tree.drawings:
        raise StudyError(
            f"{place}: no DICOM image and no DICOM segmentation is there; `discover` reads DICOM alone: write the "
            "sheet of other files yourself, or correct the folder (links to folders are not followed)"
        )
    made: list[tuple[Series, Identity, Pair]] = []
    for drawing in tree.drawings:
        try:
            made.append(_pair(tree, drawing, wanted))
        except CaseError as error:
            tree.left_out.append(("", tree.path(drawing.file), str(error)))
    pairs = _one_each(tree, made, wanted.readers)
    for name, each in tree.series.items():
        if name not in tree.scattered and not each.paired:
            why = f"{each.modality or 'unnamed'} series of {each.n_files} file(s): {NOT_DRAWN}"
            tree.left_out.append(("", tree.path(each.folder), why + _beside(tree, each)))
    scans = {said: tree.series[name].folder for name, said in tree.scattered.items()}
    tree.left_out.extend(("", tree.path(folder), said) for said, folder in scans.items())
    patients = {pair.case: who.number for who, pair in pairs}
    if len(patients) < len({who.number for who, _ in pairs}):
        raise StudyError("two patients have the same pseudonym; make another key with `radioloom key`")
    seen = [(who.number, pair.case, series.study) for series, who, pair in made if pair.case in patients]
    told = (*doubts(seen), *strangers((pair.case, who) for _, who, pair in made if pair.case in patients))
    return Discovered(_numbered(pairs), sorted(tree.left_out), patients, told)


def _one_each(tree: Tree, made: Sequence[tuple[Series, Identity, Pair]], readers: bool) -> list[tuple[Identity, Pair]]:
    """Pairs whose series has no other segmentation; where it has several, all are left out: which is meant is not said.

    readers : several are of several readers; each is kept
    """
    groups: dict[int, list[tuple[Series, Identity, Pair]]] = defaultdict(list)
    for each in made:
        groups[id(each[0])].append(each)
    kept = []
    for group in groups.values():
        own = [each for each in group if not each[2].by_frame] or group
        chosen = own if readers or len(own) == 1 else []
        kept += [(who, pair) for _, who, pair in chosen]
        for each in (each for each in group if each not in chosen):
            why = (
                f"{len(own)} segmentations go with its series: versions of one, or several readers'? Keep the one that "
                "is meant here, or choose --readers to have each as a replicate"
                if each in own
                else "drawn on another series; the one in its frame of reference has a segmentation of its own"
            )
            tree.left_out.append(("", each[2].segmentation, why))
    return kept


def _beside(tree: Tree, series: Series) -> str:
    """What to do for a series without a segmentation where one lies in its frame of reference."""
    near = {
        each.modality
        for each in tree.series.values()
        if each.paired and each.frame and each.frame == series.frame and not differ(each.whose, series.whose)
    }
    if series.modality not in MODALITIES or not near - {series.modality}:
        return ""
    drawn = " and ".join(sorted(near - {series.modality}))
    return f"; contours in its frame of reference go with {drawn}: --modality {series.modality} takes them"


def _pair(tree: Tree, drawing: Candidate, wanted: Wanted) -> tuple[Series, Identity, Pair]:
    """A segmentation with its image; CaseError says why there is none."""
    drawn = drawing.drawn()
    series, by_frame = _image(tree, drawn, drawing.kind, wanted.modality)
    if series.mixed:
        raise BadImage("files of more than one patient are in the series that it goes with; separate them")
    if not _one_patient(series, drawn):
        raise BadImage(f"{told(drawn.whose, series.whose)} not its image's; correct one of them")
    who = of_either(series.first, drawing.file)
    if not who.number:
        raise BadImage("neither it nor its image has a patient's number (PatientID)")
    if len(tree.births[who.number]) > 1:
        raise BadImage("its patient's number has two birth dates in this tree; are these two patients?")
    pattern = _pattern(replace(drawn, identifying=drawn.identifying | who.words), wanted.roi)
    image, segmentation = tree.path(series.folder), tree.path(drawing.file)
    paths = image + segmentation
    if ".." in paths or "\\" in paths or not paths.isprintable():
        raise BadImage(
            "its path, or its image's, holds two dots, a backslash or a character that cannot be printed; rename it"
        )
    series.paired = True
    names_patient = who.identified_by(image) or who.identified_by(segmentation)
    case = pseudonym(who.number, wanted.key)
    pair = Pair(case, image, segmentation, pattern, series.modality, "1", None, names_patient, by_frame)
    return series, who, pair


def _one_patient(series: Series, drawn: StructureSet | Segmentations) -> bool:
    """Whether a series and a segmentation may be of one patient: one of both may have lost its number."""
    return not differ(series.whose, drawn.whose)


def _image(tree: Tree, drawn: StructureSet | Segmentations, kind: str, modality: str) -> tuple[Series, bool]:
    """The series that a segmentation refers to, or else the one that lies in its frame of reference (then True)."""
    fitting = (modality,) if modality else MODALITIES
    for name, each in tree.series.items():
        near = each.frame in drawn.frames and not drawn.series & set(tree.series)
        if name in tree.scattered and each.modality in fitting and (name in drawn.series or near):
            raise BadImage(f"its image is in {tree.scattered[name]}")
    referred = [tree.series[name] for name in drawn.series if name in tree.series]
    if len(referred) > 1:
        raise BadMask(f"it refers to {len(referred)} series; one is expected")
    if referred and referred[0].modality in fitting:
        return referred[0], False
    near = [
        each
        for each in tree.series.values()
        if each.frame in drawn.frames and each.modality in fitting and _one_patient(each, drawn)
    ]
    lie = f"{len(near)} series of {' or '.join(fitting)} lie in its frame of reference"
    if referred and (kind == "SEG" or len(near) != 1):
        voxels = "; a SEG lies on its own image: add a row with that as `drawn_on`" if near and kind == "SEG" else ""
        several = f", and {lie}" if kind != "SEG" else voxels
        raise BadMask(f"it refers to a series of modality {referred[0].modality}; {modality} is wanted{several}")
    if len(near) != 1:
        raise BadMask(f"the series that it refers to is not here, and {lie}; add the series, or name the modality")
    beside = [each for each in tree.series.values() if each.modality == near[0].modality and each is not near[0]]
    if any(each.folder.is_relative_to(near[0].folder) for each in beside):
        raise BadMask("the series that it refers to is not here, and that of its frame of reference shares its folder")
    return near[0], True


def _pattern(drawn: StructureSet | Segmentations, roi: str) -> str:
    """The pattern that picks the structure; BadMask lists the structures of the file."""
    if roi:
        drawn.named(Choice((roi,)))
        return roi
    if len(drawn.shown) != 1:
        listed = ", ".join(map(repr, drawn.shown[:20])) or "none"
        raise BadMask(f"{len(drawn.shown)} structures in it ({listed}); choose one by --roi")
    return ".*"


def _numbered(pairs: Sequence[tuple[Identity, Pair]]) -> list[Pair]:
    """Pairs by case, replicates numbered and days counted from the patient's first image."""
    groups: dict[str, list[tuple[Identity, Pair]]] = defaultdict(list)
    for who, pair in pairs:
        groups[pair.case].append((who, pair))
    rows = []
    for _, group in sorted(groups.items()):
        group.sort(key=lambda each: (each[0].day is None, each[0].day, each[1].image, each[1].segmentation))
        first = group[0][0].day
        for number, (who, pair) in enumerate(group, start=1):
            days = (who.day - first).days if who.day and first else None
            rows.append(replace(pair, replicate=str(number), days=days))
    return rows
