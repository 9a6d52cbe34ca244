"""The record of a format of expression matrices, and what a file of one is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from radioloom.io.user_tables.record import Table

Sample = dict[str, str]  # what a file says of a sample: key -> value, without blanks around it


class Opened(NamedTuple):
    """A matrix whose rows are read while they are asked for."""

    table: Table  # a column of names of genes, and one a sample
    gene: str  # the column that names genes or probes where a study names none
    about: tuple[str, ...] = ()  # columns that describe genes


class Format(NamedTuple):
    """A format of expression matrices."""

    name: str  # as a report calls it
    looks: Callable[[bytes], bool]  # (first bytes, unpacked) -> whether a file that begins so is of this format
    opened: Callable[[Path], Opened]  # raises StudyError with line and remedy
    samples: Callable[[Path], list[Sample]] | None = (
        None  # what the file says of its samples; None where it says nothing
    )
    sample: str = ""  # key of these that is the name of a sample's column
