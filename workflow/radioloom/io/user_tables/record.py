"""The record of a table that a user hands in: its columns, and its rows with the lines that they stand in."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from radioloom.errors import StudyError
from radioloom.io.user_tables.cells import looks_like_day, plain_number
from radioloom.io.user_tables.quoted import meant_column

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 8  # lines of a table that a message names


@dataclass(frozen=True, slots=True)
class Table:
    """A table as text: nothing in it is a number, a date or missing yet (`cells` says what is).

    name : what messages call the file
    columns : their names, each once; "" for a first column without one, as programs write the names of rows
    rows : line of the file (row of a worksheet) and cells without blanks around them, one per column; rows without
        any text are not there
    header : line of the names
    notes : how the file was read, where that is not as expected
    """

    name: str
    columns: list[str]
    rows: Iterable[tuple[int, list[str]]]
    header: int = 1
    notes: tuple[str, ...] = ()

    def at(self, line: int, column: str = "") -> str:
        """What messages call a row or a cell."""
        return f"{self.name}, line {line}{f', column {column!r}' if column else ''}"

    def place(self, column: str, what: str = "") -> int:
        """Which column bears this name; StudyError where none does. `what` : what it is wanted for."""
        if column not in self.columns:
            raise StudyError(f"{self.at(self.header)}: {no_column(column, self.columns, what)}")
        return self.columns.index(column)

    def frame(self) -> pd.DataFrame:
        """Named columns as text; the index is the line of the file."""
        import pandas as pd

        lines, cells = zip(*self.rows, strict=True) if self.rows else ((), ())
        index = pd.Index(lines, name="line", dtype="int64")
        frame = pd.DataFrame(list(cells), columns=self.columns, index=index, dtype=object)
        return frame.drop(columns="") if "" in self.columns else frame


def no_column(wanted: str, columns: Iterable[str], what: str = "") -> str:
    """`no column 'Dead' (event); did you mean 'dead'?`; of other columns their number alone, see `quoted`."""
    columns = list(columns)
    if any(map(_of_data, columns)):
        return (
            f"no column {wanted!r}{f' ({what})' if what else ''}; the first line holds numbers or dates, which are no "
            "names: write a line with the names of the columns above it"
        )
    hint = meant_column(wanted, columns)
    n = f"{len(columns)} column{'' if len(columns) == 1 else 's'}"
    return f"no column {wanted!r}{f' ({what})' if what else ''}; {hint or 'correct its name.'} The first line names {n}"


def _of_data(name: str) -> bool:
    """Whether what stands in the header is a number or a date: then the others may be a patient's."""
    try:
        return looks_like_day(name) or math.isfinite(plain_number(name))
    except ValueError:
        return False


def place_of(frame: pd.DataFrame, k: int) -> str:
    """What messages call row `k` of a frame: the line of its file, else the row that a spreadsheet would show it in."""
    return f"{frame.index.name or 'row'} {number_of(frame, k)}"


def number_of(frame: pd.DataFrame, k: int) -> int:
    """The number of row `k` of a frame in its file."""
    return int(frame.index[k]) if frame.index.name else k + 2
