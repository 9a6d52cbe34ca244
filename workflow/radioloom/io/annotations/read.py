"""Readers' annotations of a folder or a table: who annotated whom, and with what answers. No file is trusted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from radioloom.errors import BadAnnotation
from radioloom.io.annotations.kinds import HEAD, READERS, Reader
from radioloom.io.annotations.record import Annotation
from radioloom.io.files import files_below, leads_nowhere, lies_within
from radioloom.io.foreign import dead_link, hollow
from radioloom.io.patients import below
from radioloom.io.user_tables.read import file_of
from radioloom.provenance import file_digest


def read(place: Path, data: Path | None = None) -> list[Annotation]:
    """Every annotation of a folder (AIM 4 XML and DICOM SR; other files are passed over) or of one table.

    data : the folder that no link may lead out of, `place` itself where it is not given
    A document that cannot be read, or in whose place a pointer or nothing is, has a `fault`. Raises StudyError where
    `place` does not exist or leads out of the data folder, or the table is none or lacks a column.
    """
    named, place = place, Path(file_of(str(place)))  # of a workbook its file
    root = (data or place).resolve()
    below(place, root, "traits.files", place.name)
    if named != place:
        from radioloom.io.annotations import sheet

        return sheet.read(named)
    annotations: list[Annotation] = []
    for number, file in enumerate(files_below(place), start=1):
        annotations += _annotations(file, place, root, number)
    return annotations


def _annotations(file: Path, place: Path, root: Path, number: int) -> list[Annotation]:
    """The annotations of one file, or one with the fault that keeps it from being read; [] where it holds none."""
    name = file.relative_to(place).as_posix() if file != place else file.name
    document = f"file {number}"  # until it has been opened
    try:
        if not lies_within(file, root):
            raise BadAnnotation("a link that leads out of the data folder; put the file itself there")
        if leads_nowhere(file):
            raise BadAnnotation(dead_link(file))
        reader = _reader(file, named=file == place)
        what, remedy = ("", "") if reader or file.name.startswith(".") else hollow(file)
        if what:
            raise BadAnnotation(f"it {what}; {remedy}, if it was an annotation")
        if reader is None:
            return []
        if reader.is_table:
            return reader.read(file)
        document = file_digest(file)
        return [replace(each, document=document, name=name) for each in reader.read(file)]
    except BadAnnotation as error:
        fault = str(error)
    return [Annotation("", "", document=document, name=name, fault=fault)]


def _reader(file: Path, named: bool) -> Reader | None:
    """Who reads this file, None where it holds no annotation; `named` : whether the study names the file itself."""
    with open(file, "rb") as handle:
        head = handle.read(HEAD)
    fitting = (each for each in READERS if (named or not each.is_table) and each.recognises(file, head))
    return next(fitting, None)
