"""What there is to say of a study's files: faults and notes, and how they name cases and files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from radioloom.errors import StudyError
from radioloom.io.files import is_file
from radioloom.io.user_tables.read import ENDINGS, file_of, header, not_below

# Keys of the study that stages put before a message; the study's own place stands there already.
KEY = re.compile(
    r"(cohorts\.[\w-]+\.[\w.]+|traits\.(files|patients)(\.file)?|features\.ids\.patients(\.file)?|expression): "
)
SHOWN = 5  # cases, or reasons, that a note names
Content = TypeVar("Content")


@dataclass(frozen=True, slots=True)
class Remarks:
    """What there is to say of a study: faults that end it, notes that do not."""

    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_or_fault(
    reader: Callable[[Path], Content], file: tuple[Path, str], place: str, remarks: Remarks
) -> Content | None:
    """What a reader makes of a table; None, and a fault, where it cannot. file : data folder, and path below it."""
    path = file[0] / file[1]
    if not is_file(file_of(str(path))):
        remarks.faults.append(f"{place}: {not_below(*file)}")
        return None
    try:
        return reader(path)
    except StudyError as error:
        remarks.faults.append(f"{place}: {bare(error)}")
    return None


def how_read(path: Path) -> tuple[str, ...]:
    """How a table will be read, where that is not as expected; none of a folder or a file of another kind."""
    file = file_of(str(path))
    if not is_file(file) or not file.lower().removesuffix(".gz").endswith(ENDINGS):
        return ()
    try:
        return header(path).notes
    except StudyError:
        return ()  # whoever reads it says what is wrong


def bare(error: StudyError) -> str:
    """The message without the key that a stage puts before it."""
    start = KEY.match(str(error))
    return str(error)[start.end() :] if start else str(error)


def with_file(message: str, file: str) -> str:
    """A message that begins with the name of the file, as those of a line do already."""
    name = Path(file_of(file)).name
    return message if message.startswith(name) else f"{name}: {message}"


def some(cases: Iterable[str], what: str) -> str:
    """`3 cases (A, B, C)`, the first of them named."""
    names = list(cases)
    more = ", ..." if len(names) > SHOWN else ""
    return f"{len(names)} {what}{'' if len(names) == 1 else 's'} ({', '.join(names[:SHOWN])}{more})"
