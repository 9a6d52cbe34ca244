"""Read tables of features that other programs wrote: text, workbook or Parquet, one row per patient."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from radioloom.errors import StudyError
from radioloom.failures import is_of_the_machine
from radioloom.io.files import is_file, within
from radioloom.io.foreign import no_table
from radioloom.io.user_tables import read as tables
from radioloom.io.user_tables.ids import composed

if TYPE_CHECKING:
    import pandas as pd

PARQUET = ".parquet"
NUMBERS_OF_ROWS = re.compile(r"__index_level_\d+__")
ENDINGS = (*tables.ENDINGS, PARQUET)


def header(data: Path, name: str) -> list[str]:
    """Names of the columns of the table `name` below the data folder, but of one without a name.

    Raises StudyError where the file is not there, is of another kind, or has two columns of one name.
    """
    place = _place(data, name)
    if place.suffix.lower() != PARQUET:
        return [column for column in tables.header(place).columns if column]
    columns = list(map(composed, _names(place)))
    first: dict[str, int] = {}
    for k, column in enumerate(columns, start=1):
        if (before := first.setdefault(column, k)) != k:
            raise StudyError(
                f"{place.name}: columns {before} and {k} have the same name; give each column a name of its own"
            )
    return columns


def _names(place: Path) -> list[str]:
    """Names of the columns of a Parquet file, as it writes them, without numbers of rows that pandas adds."""
    from pyarrow import parquet

    try:
        return [name for name in parquet.read_schema(place).names if not NUMBERS_OF_ROWS.fullmatch(name)]
    except (OSError, ValueError) as error:  # pyarrow's own are of both kinds
        if is_of_the_machine(error):
            raise
        why = no_table(place) or "this is not a Parquet file; write it again, or save it as CSV"
        raise StudyError(f"{place.name}: {why}") from error


def read(data: Path, name: str, columns: list[str] | None = None) -> pd.DataFrame:
    """The table `name` below the data folder, its cells as text (numbers of Parquet as numbers); see `header`.

    columns : those to read; all without
    The index says where a row stands: its line of the file, of Parquet the row that a spreadsheet would show it in.
    """
    import pandas as pd

    place = _place(data, name)
    if place.suffix.lower() != PARQUET:
        frame = tables.read(place).frame()
        return frame if columns is None else frame[columns]
    names = dict(zip(header(data, name), _names(place), strict=True))
    from pyarrow import ArrowException, parquet

    try:
        wanted = [names[column] for column in (names if columns is None else columns)]
        table = parquet.read_table(place, columns=wanted, partitioning=None)
        # an index of pandas is a column, and a whole number stays one beside a gap
        frame = table.to_pandas(ignore_metadata=True, integer_object_nulls=True).rename(columns=composed)
    except (OSError, ArrowException) as error:
        if is_of_the_machine(error):
            raise
        raise StudyError(f"{place.name}: the Parquet file is damaged; write it again, or save it as CSV") from error
    return frame.set_axis(pd.RangeIndex(2, len(frame) + 2, name="row"))


def _place(data: Path, name: str) -> Path:
    """Where a table lies."""
    file = tables.file_of(name)
    place = within(data, file, StudyError)
    if not file.lower().removesuffix(".gz").endswith(ENDINGS):
        raise StudyError(
            f"{name}: a table of features is a .csv or .tsv (also with .gz), .xlsx or .parquet file; convert it"
        )
    if not is_file(place):
        raise StudyError(tables.not_below(data, name))
    return data / name
