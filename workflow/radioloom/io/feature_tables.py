"""Read tables of features that other programs wrote: CSV, TSV (also with .gz) or Parquet, one row per patient."""

from __future__ import annotations

import csv
import gzip
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from radioloom.errors import StudyError
from radioloom.io.files import within

if TYPE_CHECKING:
    import pandas as pd

SEPARATORS = {".csv": ",", ".tsv": "\t"}
PARQUET = ".parquet"


def header(data: Path, name: str) -> list[str]:
    """Names of the columns of the table `name` below the data folder.

    Raises StudyError where the file is not there, is of another kind, or has two columns of one name.
    """
    place, kind = _place(data, name)
    if kind == PARQUET:
        from pyarrow import parquet

        try:
            columns = list(parquet.read_schema(place).names)
        except (OSError, ValueError) as error:  # pyarrow's own are of both kinds
            raise StudyError(f"{place.name}: this is not a Parquet file; write it again, or save it as CSV") from error
    else:
        opened = gzip.open if place.suffix == ".gz" else open
        try:
            with opened(place, "rt", newline="", encoding="utf-8-sig") as handle:
                columns = next(csv.reader(handle, delimiter=SEPARATORS[kind]), [])
        except (UnicodeDecodeError, gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise StudyError(f"{place.name}: this is not text in UTF-8 ({type(error).__name__}); save it so") from error
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        raise StudyError(f"{place.name}: the column {twice[0]!r} appears twice; give each column a name of its own")
    return columns


def read(data: Path, name: str, columns: list[str] | None = None) -> pd.DataFrame:
    """The table `name` below the data folder, its cells as text (numbers of Parquet as numbers); see `header`.

    columns : those to read; all without
    """
    import pandas as pd

    header(data, name)
    place, kind = _place(data, name)
    if kind == PARQUET:
        return pd.read_parquet(place, columns=columns)
    try:
        return pd.read_csv(
            place,
            sep=SEPARATORS[kind],
            dtype=str,
            keep_default_na=False,
            encoding="utf-8-sig",
            index_col=False,
            usecols=columns,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise StudyError(f"{place.name}: its rows and its header do not fit ({error}); correct the file") from error


def _place(data: Path, name: str) -> tuple[Path, str]:
    """Where a table lies, and the ending that says what it is."""
    place = within(data, name, StudyError)
    kind = Path(name.removesuffix(".gz")).suffix.lower()
    if kind not in (*SEPARATORS, PARQUET):
        raise StudyError(f"{name}: a table of features is a .csv, .tsv (also with .gz) or .parquet file; convert it")
    if not place.is_file():
        raise StudyError(f"{name}: not below the data folder; correct the path, or put the file there")
    return place, kind
