"""Readers' annotations as files hold them (AIM, DICOM SR, CSV): what was said, of whom, by whom. Nothing is trusted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from radioloom.errors import BadAnnotation
from radioloom.io.annotations import sheet
from radioloom.io.annotations.record import Annotation
from radioloom.io.files import files_below
from radioloom.io.patients import below
from radioloom.provenance import file_digest

BLANK = b"\xef\xbb\xbf\xff\xfe \t\r\n\0"  # what may stand before the first `<` of an XML file: byte order marks, spaces


def read(place: Path, data: Path | None = None) -> list[Annotation]:
    """Every annotation of a folder (AIM 4 XML and DICOM SR, other files are passed over) or of one CSV file.

    data : the folder that no link may lead out of, `place` itself where it is not given
    A document that cannot be read has a `fault`. Raises StudyError where there is no such place, it leads out of the
    data folder, or the CSV lacks a column.
    """
    root = (data or place).resolve()
    below(place, root, "traits.files", place.name)
    if place.suffix.lower() == ".csv":
        return sheet.read(place)
    found = []
    for number, file in enumerate(files_below(place), start=1):
        said = _said(file, root, number)
        if said is not None:
            name = file.relative_to(place).as_posix() if file != place else file.name
            found.append(replace(said, name=name))
    return found


def _inside(file: Path, root: Path) -> bool:
    return file.resolve().is_relative_to(root)


def _said(file: Path, root: Path, number: int) -> Annotation | None:
    """What a file says, or why it cannot be read; None: it holds no annotation."""
    document = f"file {number}"  # until it has been opened
    try:
        if not _inside(file, root):
            raise BadAnnotation("a link that leads out of the data folder; put the file itself there")
        reader = _reader(file)
        if reader is None:
            return None
        document = file_digest(file)
        return replace(reader(file), document=document)
    except BadAnnotation as error:
        return Annotation("", "", document=document, fault=str(error))
    except OSError as error:
        fault = f"a file that cannot be opened, or a broken link ({type(error).__name__}); put the file itself there"
        return Annotation("", "", document=document, fault=fault)


def _reader(file: Path) -> Callable[[Path], Annotation] | None:
    """Who reads this file, by its first bytes; None: it holds no annotation."""
    with open(file, "rb") as handle:
        head = handle.read(132)
    if head.lstrip(BLANK).startswith(b"<"):
        from radioloom.io.annotations import aim

        return aim.read
    if head[128:] == b"DICM":
        from radioloom.io.annotations import sr

        return sr.read if sr.is_report(file) else None
    return None
