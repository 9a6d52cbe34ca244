"""`radioloom deidentify`: a folder tree of DICOM as another one, without identity."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from radioloom.errors import BadImage, StudyError

CODE, UID = re.compile("[A-Z]{2,16}"), re.compile("[0-9.]{1,64}")  # what a folder may be called after


def export(place: Path, out: Path, key: bytes, structures: str) -> tuple[int, Counter[str]]:
    """Write `<out>/<pseudonym>/<modality>-<end of the series UID>/<number>.dcm`; how many, and why others were not.

    Raises StudyError where `out` holds something already or lies in `place`, or where the pattern is none.
    """
    from radioloom.io.dicom.headers import BROKEN
    from radioloom.io.files import files_below

    if not place.is_dir():
        raise StudyError(f"{place}: no such folder; give the folder that the images are in")
    if out.resolve().is_relative_to(place.resolve()) or (out.exists() and any(out.iterdir())):
        raise StudyError(f"{out}: give an empty folder outside of {place}")
    try:
        re.compile(structures)
    except re.error as error:
        raise StudyError(f"--roi {structures!r} is no regular expression ({error}); mend it") from None
    written: Counter[Path] = Counter()
    left_out: Counter[str] = Counter()
    for path in files_below(place):
        try:
            folder, content = _copy(path, key, structures)
        except BadImage as error:
            left_out[str(error)] += 1
            continue
        except BROKEN:
            left_out["a damaged DICOM file"] += 1
            continue
        written[folder] += 1
        (out / folder).mkdir(parents=True, exist_ok=True)
        (out / folder / f"{written[folder]:05d}.dcm").write_bytes(content)
    return written.total(), left_out


def _copy(path: Path, key: bytes, structures: str) -> tuple[Path, bytes]:
    """The folder of a file's copy, below that of all, and its bytes; raises BadImage, or one of `dicom.BROKEN`.

    No word of the file is part of the folder's name as it stands: it could lead elsewhere.
    """
    from radioloom.io.dicom.deidentify import deidentify
    from radioloom.io.dicom.headers import read_header, read_whole
    from radioloom.io.write.header import encode

    if read_header(path) is None:
        raise BadImage("not DICOM")
    data = deidentify(read_whole(path), key, structures)
    modality, series = str(data.get("Modality", "")), str(data.SeriesInstanceUID)
    if not UID.fullmatch(series):
        raise BadImage("its series' UID is none")
    return Path(data.PatientID) / f"{modality if CODE.fullmatch(modality) else 'XX'}-{series[-12:]}", encode(data)
