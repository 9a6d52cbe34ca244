"""The kinds of file that readers' annotations come in; a new kind is a file beside this one and a row of READERS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from radioloom.io.annotations.record import Annotation
from radioloom.io.user_tables.read import ENDINGS, file_of

HEAD = 132  # bytes of a file that it is recognised by: as many as DICOM needs
BLANK = b"\xef\xbb\xbf\xff\xfe \t\r\n\0"  # what may stand before the first `<` of an XML file: byte order marks, spaces


@dataclass(frozen=True, slots=True)
class Reader:
    """One kind of file. What parses it is imported by `recognises` and `read` only: most studies need none of it.

    name : of the format
    recognises : path and first HEAD bytes of a file -> whether it is of this kind
    read : path -> its annotations. Raises BadAnnotation for a document that cannot be read, StudyError for a table
    is_table : whether one file has the answers of many cases; it is read only where the study names the file itself,
        and passed over in a folder of documents
    """

    name: str
    recognises: Callable[[Path, bytes], bool]
    read: Callable[[Path], list[Annotation]]
    is_table: bool = False


def _is_table(file: Path, _head: bytes) -> bool:
    return file_of(file.name).lower().removesuffix(".gz").endswith(ENDINGS)


def _read_table(file: Path) -> list[Annotation]:
    from radioloom.io.annotations import sheet

    return sheet.read(file)


def _is_xml(_file: Path, head: bytes) -> bool:
    return head.lstrip(BLANK).startswith(b"<")


def _read_aim(file: Path) -> list[Annotation]:
    from radioloom.io.annotations import aim

    return [aim.read(file)]


def _is_report(file: Path, head: bytes) -> bool:
    if head[128:] != b"DICM":
        return False
    from radioloom.io.annotations import sr

    return sr.is_report(file)


def _read_report(file: Path) -> list[Annotation]:
    from radioloom.io.annotations import sr

    return [sr.read(file)]


READERS: tuple[Reader, ...] = (
    Reader("table", _is_table, _read_table, is_table=True),
    Reader("AIM 4", _is_xml, _read_aim),
    Reader("DICOM SR", _is_report, _read_report),
)
