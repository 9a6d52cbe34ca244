"""Records of the checklists: a list and its items as data, and facts of a study that answer them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from radioloom.settings import read, shipped

if TYPE_CHECKING:
    from radioloom.stages.report.record import ReportInputs

KNOWN, ABSENT, UNKNOWN = "known", "absent", "unknown"


@dataclass(frozen=True, slots=True)
class Fact:
    """What the study knows of one subject.

    state : KNOWN; ABSENT: it was not done here; UNKNOWN: it may have been, and only the authors know
    words : with the value
    section : of the report, that shows it; "" for none
    source : table, or setting of the study's file, that it is from; "" for none
    """

    state: str
    words: str
    section: str = ""
    source: str = ""


Facts: TypeAlias = "dict[str, Callable[[ReportInputs], Fact]]"


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list: its number, what it asks in words of our own, and by what it is answered.

    by : names of facts
    authors : what they alone can say; "" for nothing
    only : D of development, E of evaluation; "" for both
    if_done : not applicable where it was not done, rather than missing
    not_applicable : why it is not to any study here; "" elsewhere
    weight : of a list with a score
    """

    item: str
    asks: str
    by: tuple[str, ...] = ()
    authors: str = ""
    only: str = ""
    if_done: bool = False
    not_applicable: str = ""
    weight: float | None = None


@dataclass(frozen=True, slots=True)
class Checklist:
    """A published list."""

    name: str
    title: str
    source: str
    licence: str
    items: tuple[Item, ...]


@cache
def load(file: str) -> Checklist:
    """The list of a file in `resources/checklists`, by its name without the ending."""
    content = read(shipped("checklists") / f"{file}.yaml")
    items = tuple(Item(**{**each, "by": tuple(each.get("by", ()))}) for each in content.pop("items"))
    return Checklist(**content, items=items)
