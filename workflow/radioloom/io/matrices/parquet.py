"""A Parquet file as an expression matrix; an index that pandas wrote is its first column."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from radioloom.errors import StudyError
from radioloom.failures import is_of_the_machine
from radioloom.io.matrices.record import Format, Opened
from radioloom.io.user_tables.cells import text_of
from radioloom.io.user_tables.ids import composed
from radioloom.io.user_tables.read import VALUES
from radioloom.io.user_tables.record import Table

ROWS = 2000  # that are in memory as text
INDEX = "__index_level_0__"  # how pandas calls one without a name
GENE = "gene"


def opened(place: Path) -> Opened:
    """The table, its numbers as text; line 2 is its first row, as a spreadsheet would show it."""
    from pyarrow import parquet

    file = _read(place, lambda: parquet.ParquetFile(place))
    names = ["" if name == INDEX else composed(name) for name in file.schema_arrow.names]
    if file.metadata.num_rows * len(names) > VALUES:
        raise StudyError(f"{place.name}: more than {VALUES} cells; keep the rows and columns that the study needs")
    if len(set(names)) < len(names):
        raise StudyError(f"{place.name}: two columns have the same name; give each column a name of its own")
    order = sorted(range(len(names)), key=lambda k: names[k] != "")  # rows' names come last in pandas' files
    table = Table(place.name, [names[k] for k in order], _rows(place, file, order))
    return Opened(table, GENE if GENE in names else "")


def _rows(place: Path, file: Any, order: list[int]) -> Iterator[tuple[int, list[str]]]:
    batches, line = file.iter_batches(ROWS), 2
    while columns := _read(place, lambda: _columns(next(batches, None), order)):
        for cells in zip(*columns, strict=True):
            yield line, list(cells)
            line += 1


def _columns(batch: Any, order: list[int]) -> list[list[str]]:
    return [[text_of(cell) for cell in batch.column(k).to_pylist()] for k in order] if batch is not None else []


def _read(place: Path, read: Any) -> Any:
    try:
        return read()
    except (OSError, ValueError) as error:  # pyarrow's own are of both kinds
        if is_of_the_machine(error):
            raise
        raise StudyError(f"{place.name}: the Parquet file is damaged; write it again, or save it as CSV") from error


PARQUET = Format("Parquet", lambda head: head.startswith(b"PAR1"), opened)
