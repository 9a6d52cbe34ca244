"""What there is to say of a study's files: faults and notes, and how they name cases and files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from radioloom.errors import StudyError

SHOWN = 5  # cases, or reasons, that a note names
Content = TypeVar("Content")


@dataclass(frozen=True, slots=True)
class Remarks:
    """What there is to say of a study: faults that end it, notes that do not."""

    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_or_fault(reader: Callable[[Path], Content], path: Path, place: str, remarks: Remarks) -> Content | None:
    """What a reader makes of a file of the data folder; None, and a fault, where it cannot."""
    from pandas.errors import EmptyDataError, ParserError

    if not path.is_file():
        remarks.faults.append(f"{place}: {path.name!r} is not below the data folder; correct the path")
        return None
    try:
        return reader(path)
    except StudyError as error:
        remarks.faults.append(f"{place}: {bare(error)}")
    except (EmptyDataError, ParserError, UnicodeDecodeError):
        remarks.faults.append(f"{place}: {path.name!r} is no CSV table in UTF-8, separated by commas; save it as such")
    return None


def bare(error: StudyError) -> str:
    """The message without the key that a stage puts before it."""
    key, _, rest = str(error).partition(": ")
    return rest if rest and " " not in key else str(error)


def some(cases: Iterable[str], what: str) -> str:
    """`3 cases (A, B, C)`, the first of them named."""
    names = list(cases)
    more = ", ..." if len(names) > SHOWN else ""
    return f"{len(names)} {what}{'' if len(names) == 1 else 's'} ({', '.join(names[:SHOWN])}{more})"
