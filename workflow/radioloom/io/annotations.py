"""Readers' annotations as files hold them (AIM, DICOM SR, CSV): what was said, of whom, by whom. Nothing is trusted."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from radioloom.errors import BadAnnotation, StudyError
from radioloom.io.files import files_below
from radioloom.provenance import file_digest

BLANK = b"\xef\xbb\xbf\xff\xfe \t\r\n\0"  # what may stand before the first `<` of an XML file: byte order marks, spaces
LONGEST = 300  # characters of a coded term
NEEDED, OPTIONAL = ("case", "trait", "value"), ("reader", "unit", "code", "code_system")  # columns of a CSV


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reader said of one trait; BadAnnotation where a text is longer than any term is."""

    trait: str
    value: str  # meaning of the coded term, or the number as text
    number: float | None = None
    unit: str = ""
    code: str = ""
    code_system: str = ""
    finding: int = 0  # which of the document's findings it is about

    def __post_init__(self) -> None:
        for name in ("trait", "value", "unit", "code", "code_system"):
            if (length := len(getattr(self, name))) > LONGEST:
                raise BadAnnotation(f"a {name} of {length} characters; a term has {LONGEST} at most, free text is none")


@dataclass(frozen=True, slots=True)
class Annotation:
    """All that one document says. `patient`, `reader` and `name` identify people: they are compared, never shown."""

    patient: str = field(repr=False)
    reader: str = field(repr=False)
    time: str = ""  # digits of date and time, "" where unknown
    answers: tuple[Answer, ...] = ()
    document: str = ""  # first 12 hex digits of the file's SHA-256; for a CSV the line; unopened: which file it is
    name: str = field(default="", repr=False)  # path below the folder
    fault: str = ""  # why nothing could be read


def read(place: Path, data: Path | None = None) -> list[Annotation]:
    """Every annotation of a folder (AIM 4 XML and DICOM SR, other files are passed over) or of one CSV file.

    data : the folder that no link may lead out of, `place` itself where it is not given
    A document that cannot be read has a `fault`. Raises StudyError where there is no such place, it leads out of the
    data folder, or the CSV lacks a column.
    """
    root = (data or place).resolve()
    _there(place, root, "traits.files", place.name)
    if place.suffix.lower() == ".csv":
        return _lines(place)
    found = []
    for number, file in enumerate(files_below(place), start=1):
        said = _said(file, root, number)
        if said is not None:
            name = file.relative_to(place).as_posix() if file != place else file.name
            found.append(replace(said, name=name))
    return found


def _there(place: Path, root: Path, key: str, name: str) -> None:
    if not place.exists():
        raise StudyError(f"{key}: {name} is not below the data folder; mend the path")
    if not _inside(place, root):
        raise StudyError(f"{key}: {name} leads out of the data folder (a link, or ..); put the files themselves there")


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
        from radioloom.io import aim

        return aim.read
    if head[128:] == b"DICM":
        from radioloom.io import sr

        return sr.read if sr.is_report(file) else None
    return None


def _lines(file: Path) -> list[Annotation]:
    """A CSV with one answer a line: case, trait, value, optionally reader, unit, code, code_system."""
    with open(file, newline="", encoding="utf-8-sig") as handle:
        try:
            rows = list(csv.DictReader(handle))
        except (csv.Error, UnicodeDecodeError) as error:
            raise StudyError(f"traits.files: {file.name} is no CSV file in UTF-8 ({type(error).__name__})") from error
    lacking = [name for name in NEEDED if not rows or name not in rows[0]]
    if lacking:
        raise StudyError(
            f"traits.files: {file.name} has no column {', '.join(lacking)}; one answer a line is expected, with the "
            f"columns {', '.join(NEEDED)}, and {', '.join(OPTIONAL)} where they are known"
        )
    found: dict[tuple[str, str], Annotation] = {}
    for line, row in enumerate(rows, start=2):
        cell = {name: (row.get(name) or "").strip() for name in (*NEEDED, *OPTIONAL)}
        key = (cell.pop("case"), cell.pop("reader"))
        if not cell["value"]:
            continue  # not answered
        said = found.setdefault(key, Annotation(*key, document=f"line {line}", name=key[0]))
        try:
            answer = Answer(number=as_number(cell["value"]), **cell)
        except BadAnnotation as error:
            raise StudyError(f"traits.files: {file.name}, line {line}: {error}") from error
        found[key] = replace(said, answers=(*said.answers, answer))
    return list(found.values())


def patients(data: Path, file: str, patient: str, case: str) -> dict[str, str]:
    """Patient id -> case, from a CSV; StudyError where it is not there, lacks a column or contradicts itself."""
    place = data / file
    _there(place, data.resolve(), "traits.patients.file", file)
    with open(place, newline="", encoding="utf-8-sig") as handle:
        rows = csv.DictReader(handle)
        lacking = [name for name in (patient, case) if name not in (rows.fieldnames or ())]
        if lacking:
            raise StudyError(f"traits.patients: {file} has no column {lacking[0]!r}")
        pairs = {((row[patient] or "").strip(), (row[case] or "").strip()) for row in rows}
    if len(dict(pairs)) < len(pairs):
        raise StudyError(f"traits.patients: {file} gives one patient id two cases; keep one row a patient")
    return dict(pairs)


def as_number(text: str) -> float | None:
    """A finite number, or None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def term(text: str | None, what: str) -> str:
    """A term without the blanks around it; BadAnnotation where it is empty."""
    text = " ".join((text or "").split())
    if not text:
        raise BadAnnotation(f"{what} is empty; annotate again with a template")
    return text
