"""`radioloom deidentify`: copy a folder tree of DICOM without the patients' identity."""

from __future__ import annotations

import re
import sys
import warnings
from argparse import ArgumentParser, Namespace
from collections import Counter, defaultdict
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from radioloom.commands.record import Command
from radioloom.errors import BadImage, StudyError
from radioloom.patterns import shown

if TYPE_CHECKING:
    from radioloom.commands.told import Words

MODALITIES = ("CT", "MR", "PT", "RTSTRUCT", "SEG")  # words of a file that a folder's name may hold
SIZE = re.compile(r" \(\d+ bytes\)")  # of a file: those of one reason are counted together


class Copies(NamedTuple):
    """What became of the files of a tree."""

    written: int
    left_out: Counter[str]  # number of files by reason
    lost: Counter[str]  # of those that were written, by what they had that values rest on


def export(place: Path, out: Path, key: bytes, structures: str) -> Copies:
    """Write `<out>/<pseudonym>/<modality>-<end of the series UID>/<number>.dcm` for each file that can be cleaned.

    place : folder of the files, however deep
    out : empty or not there yet, and not below `place`
    key : of pseudonyms
    structures : pattern of the names of structures that are kept
    Raises StudyError where a folder is not as said, or the pattern is no regular expression or no structure's name.
    """
    from radioloom.commands.links import LINKED
    from radioloom.commands.told import gather
    from radioloom.io.dicom.called import chosen
    from radioloom.io.dicom.headers import BROKEN
    from radioloom.io.files import files_below, linked_folders
    from radioloom.io.foreign import pattern, standing_in
    from radioloom.sealed import complete

    if not place.is_dir():
        raise StudyError(f"{place}: no such folder; give the folder that the images are in")
    if out.resolve().is_relative_to(place.resolve()) or (out.exists() and any(out.iterdir())):
        raise StudyError(f"{out}: give an empty folder outside of {place}")
    try:
        chosen(structures)
    except StudyError as error:
        raise StudyError(f"--roi {error}; correct it") from None
    written: Counter[Path] = Counter()
    left_out, losses = Counter(LINKED for _ in linked_folders(place)), Counter[str]()
    other: list[Path] = []
    slices: dict[Path, Counter[str]] = defaultdict(Counter)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom's quote what a file holds
        _check_called(place, structures)
        known = gather(place)
        for path in files_below(place):
            try:
                copy = _copy(path, key, structures, known)
            except BadImage as error:
                left_out[str(error)] += 1
                continue
            except BROKEN:
                left_out["a damaged DICOM file"] += 1
                continue
            if copy is None:
                other.append(path)
                continue
            folder, content, lost = copy
            slices[path.parent][pattern(path.name)] += 1
            losses.update(lost)
            written[folder] += 1
            with complete(out / folder / f"{written[folder]:05d}.dcm") as part:
                part.write_bytes(content)
    found = [SIZE.sub("", what) for _, what, _ in standing_in(other, slices)]
    left_out.update([*found, *["not DICOM"] * (len(other) - len(found))])
    return Copies(written.total(), left_out, losses)


def _check_called(place: Path, structures: str) -> None:
    """StudyError where structures are there, and none is called as the pattern says: all would lose their names."""
    from radioloom.errors import CaseError
    from radioloom.io.dicom.called import called, chosen
    from radioloom.io.dicom.headers import BROKEN, kind
    from radioloom.io.dicom.values import dataset
    from radioloom.io.files import files_below, leads_nowhere

    rule, found = chosen(structures), list[bool]()
    for path in files_below(place) if structures else ():
        with suppress(CaseError, *BROKEN):  # which are left out
            if not leads_nowhere(path) and kind(path):
                found += [rule.fullmatch(name) is not None for _, _, name, _ in called(dataset(path))]
        if any(found):
            return
    if found:
        raise StudyError(
            f"--roi {shown(structures)}: none of the {len(found)} structures is called so; it is a regular expression "
            "of the whole name, so that GTV.* means all that begin with GTV. Correct it, or leave --roi out, and all "
            "structures become `ROI` and their number; nothing was written"
        )


def _copy(path: Path, key: bytes, structures: str, known: Words) -> tuple[Path, bytes, list[str]] | None:
    """The folder of a file's copy, below that of all, its bytes, and what of it is lost; None where it is no DICOM.

    Words of the file go into the folder's name only where they are harmless: a path of their own could lead elsewhere.
    Raises BadImage, or one of `headers.BROKEN`.
    """
    from radioloom.io.dicom.deidentify import deidentify
    from radioloom.io.dicom.headers import read_header, read_whole
    from radioloom.io.dicom.lost import lost
    from radioloom.io.files import leads_nowhere
    from radioloom.io.foreign import dead_link
    from radioloom.io.write.header import encode

    if leads_nowhere(path):
        raise BadImage(dead_link(path))
    header = read_header(path)
    if header is None:
        return None
    if not header.series:
        raise BadImage("it belongs to no series")
    data = read_whole(path)
    losses = lost(data)
    data = deidentify(data, key, structures, known.of(header))
    modality, series = str(data.get("Modality", "")), str(data.SeriesInstanceUID)
    folder = Path(data.PatientID) / f"{modality if modality in MODALITIES else 'XX'}-{series[-12:]}"
    return folder, encode(data), losses


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="where the images and segmentations are")
    parser.add_argument("out", type=Path, help="where the copies go: an empty folder, or one that does not exist yet")
    parser.add_argument(
        "--roi",
        default="",
        help="structures that keep their names (regular expression); all others become `ROI` and their number",
    )


def _run(chosen: Namespace) -> None:
    from radioloom.pseudonym import read_key

    made = export(chosen.folder, chosen.out, read_key(), chosen.roi)
    print(f"{made.written} file(s) written: {chosen.out}", file=sys.stderr)
    for what, count in sorted(made.lost.items()):
        print(f"{count} of them {'loses' if count == 1 else 'lose'} {what}", file=sys.stderr)
    for why, count in sorted(made.left_out.items()):
        print(f"{count} file(s) left out: {why}", file=sys.stderr)
    if not made.written:
        raise StudyError("nothing was written: no file there is a DICOM image or segmentation that can be copied")


COMMAND = Command(
    "deidentify",
    "copy a folder tree of DICOM without the patients' identity",
    _add_arguments,
    _run,
    "  radioloom deidentify /data/export /data/clean --roi 'GTV.*'",
)
