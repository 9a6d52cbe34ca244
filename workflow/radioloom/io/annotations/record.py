"""A reader's annotation of one image: answers on traits, whatever kind of file it comes from."""

from __future__ import annotations

from dataclasses import dataclass, field

from radioloom.errors import BadAnnotation
from radioloom.io.user_tables.cells import plain_number

LONGEST = 300  # characters of a coded term


@dataclass(frozen=True, slots=True)
class Answer:
    """A reader's answer on one trait; BadAnnotation where a text is longer than any term is."""

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
                raise BadAnnotation(
                    f"a {name} of {length} characters; a term has {LONGEST} at most; free text is not read"
                )


@dataclass(frozen=True, slots=True)
class Annotation:
    """The answers of one document. `patient`, `reader` and `name` identify people: they are compared, never shown."""

    patient: str = field(repr=False)
    reader: str = field(repr=False)
    time: str = ""  # digits of date and time, "" where unknown
    answers: tuple[Answer, ...] = ()
    document: str = ""  # first 12 hex digits of the file's SHA-256; for a CSV the line; unopened: which file it is
    name: str = field(default="", repr=False)  # path below the folder
    fault: str = ""  # why nothing could be read
    of_table: bool = False  # whose cells may be anything: messages quote terms of documents alone


def as_number(text: str) -> float | None:
    """A finite number, or None."""
    try:
        return plain_number(text.strip())
    except ValueError:
        return None


def term(text: str | None, what: str) -> str:
    """A term without the blanks around it; BadAnnotation where it is empty."""
    text = " ".join((text or "").split())
    if not text:
        raise BadAnnotation(f"{what} is empty; annotate again with a template")
    return text
