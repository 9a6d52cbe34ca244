"""Formats of expression matrices, and which of them a file is: told by its content, never by its name."""

from __future__ import annotations

import zlib
from pathlib import Path

from radioloom.errors import StudyError
from radioloom.io.files import BEGINNING, is_file
from radioloom.io.foreign import GZIP
from radioloom.io.matrices.gct import GCT
from radioloom.io.matrices.parquet import PARQUET
from radioloom.io.matrices.record import Format
from radioloom.io.matrices.series_matrix import SERIES_MATRIX
from radioloom.io.matrices.table import TABLE
from radioloom.io.user_tables.read import file_of

FORMATS = (SERIES_MATRIX, GCT, PARQUET, TABLE)  # the first that a file looks like


def kind(place: Path) -> Format:
    """The format of a file, or of `table.xlsx#Sheet`; StudyError where there is none."""
    file = Path(file_of(str(place)))
    if not is_file(file):
        raise StudyError(f"{file.name}: no such file; correct the path, or put the file there")
    head = beginning(file)
    return next(each for each in FORMATS if each.looks(head))


def beginning(file: Path) -> bytes:
    """The first bytes of a file, unpacked, from its first letter on."""
    with open(file, "rb") as stream:
        head = stream.read(BEGINNING)
    if head.startswith(GZIP):
        try:
            head = zlib.decompressobj(31).decompress(head, BEGINNING)
        except zlib.error:
            head = b""  # damaged: the reader of tables says so
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()
