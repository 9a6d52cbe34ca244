"""`radioloom deidentify`: copy a folder tree of DICOM without the patients' identity."""

from __future__ import annotations

import sys
import warnings
from argparse import ArgumentParser, Namespace
from collections import Counter
from pathlib import Path

from radioloom.commands.record import Command
from radioloom.errors import BadImage, StudyError
from radioloom.patterns import compiled

MODALITIES = ("CT", "MR", "PT", "RTSTRUCT", "SEG")  # words of a file that a folder's name may hold


def export(place: Path, out: Path, key: bytes, structures: str) -> tuple[int, Counter[str]]:
    """Write `<out>/<pseudonym>/<modality>-<end of the series UID>/<number>.dcm` for each file that can be cleaned.

    place : folder of the files, however deep
    out : empty or not there yet, and not below `place`
    key : of pseudonyms
    structures : pattern of the names of structures that are kept
    Returns the number of files written, and the numbers of those left out by reason.
    Raises StudyError where a folder is not as said, or the pattern is no regular expression.
    """
    from radioloom.commands.links import LINKED
    from radioloom.io.dicom.headers import BROKEN
    from radioloom.io.files import files_below, linked_folders
    from radioloom.sealed import complete

    if not place.is_dir():
        raise StudyError(f"{place}: no such folder; give the folder that the images are in")
    if out.resolve().is_relative_to(place.resolve()) or (out.exists() and any(out.iterdir())):
        raise StudyError(f"{out}: give an empty folder outside of {place}")
    try:
        compiled(structures)
    except StudyError as error:
        raise StudyError(f"--roi {error}; correct it") from None
    written: Counter[Path] = Counter()
    left_out = Counter(LINKED for _ in linked_folders(place))
    for path in files_below(place):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # pydicom's quote what a file holds
                folder, content = _copy(path, key, structures)
        except BadImage as error:
            left_out[str(error)] += 1
            continue
        except BROKEN:
            left_out["a damaged DICOM file"] += 1
            continue
        written[folder] += 1
        with complete(out / folder / f"{written[folder]:05d}.dcm") as part:
            part.write_bytes(content)
    return written.total(), left_out


def _copy(path: Path, key: bytes, structures: str) -> tuple[Path, bytes]:
    """The folder of a file's copy, below that of all, and its bytes; raises BadImage, or one of `headers.BROKEN`.

    Words of the file go into the folder's name only where they are harmless: a path of their own could lead elsewhere.
    """
    from radioloom.io.dicom.deidentify import deidentify
    from radioloom.io.dicom.headers import read_header, read_whole
    from radioloom.io.files import blank, leads_nowhere
    from radioloom.io.foreign import dead_link, hollow
    from radioloom.io.write.header import encode

    if leads_nowhere(path):
        raise BadImage(dead_link(path))
    header = read_header(path)
    if header is None:
        raise BadImage("empty, or zeros where it begins" if blank(path) else hollow(path)[0] or "not DICOM")
    if not header.series:
        raise BadImage("it belongs to no series")
    data = deidentify(read_whole(path), key, structures)
    modality, series = str(data.get("Modality", "")), str(data.SeriesInstanceUID)
    return Path(data.PatientID) / f"{modality if modality in MODALITIES else 'XX'}-{series[-12:]}", encode(data)


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

    n, left_out = export(chosen.folder, chosen.out, read_key(), chosen.roi)
    print(f"{n} file(s) written: {chosen.out}", file=sys.stderr)
    for why, count in sorted(left_out.items()):
        print(f"{count} file(s) left out: {why}", file=sys.stderr)


COMMAND = Command(
    "deidentify",
    "copy a folder tree of DICOM without the patients' identity",
    _add_arguments,
    _run,
    "  radioloom deidentify /data/export /data/clean --roi 'GTV.*'",
)
