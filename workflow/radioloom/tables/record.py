"""The record of a declared table: columns with dtype, unit and null rule, checked on every write and every read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from radioloom.errors import StudyError
from radioloom.sealed import UNSEALED, complete, read_bytes, seal
from radioloom.tables.text import cell, visible

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Rows: TypeAlias = "Iterable[dict[str, Any]] | pd.DataFrame | pa.Table"

PARQUET = b"PAR1"  # how such a file begins and ends

ARROW = {"string": "string", "float64": "float64", "int64": "int64", "bool": "bool_"}  # names of pyarrow's types


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; `null` says whether a value may be missing."""

    name: str
    dtype: str  # a key of ARROW
    meaning: str
    unit: str = ""
    null: bool = False

    def field(self, nullable: bool) -> pa.Field:
        """The column as pyarrow declares it."""
        import pyarrow as pa

        return pa.field(self.name, getattr(pa, ARROW[self.dtype])(), nullable)


@dataclass(frozen=True, slots=True)
class Table:
    """A declared table: rows are unique in `key`, sorted by it, and hold these columns and no others.

    Writing rows needs pyarrow alone: pandas costs every image job half a second of start-up that it has no use for.
    pyarrow itself is imported when a table is read or written, so that any module may name a column.
    """

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def arrow(self, rows: Rows) -> pa.Table:
        """Rows or a frame as this table: dtypes set, sorted by key, checked.

        Raises StudyError naming table, column, rule and the first keys at fault.
        """
        import pyarrow as pa

        if isinstance(rows, pa.Table):
            self._same_columns(rows.column_names)
            return self._checked(rows)
        schema = pa.schema([column.field(nullable=True) for column in self.columns])
        if hasattr(rows, "columns"):
            frame = cast("pd.DataFrame", rows)  # known by its columns: pandas is not imported to ask
            self._same_columns(set(frame.columns) if len(frame) else set(schema.names))
            filled = frame if len(frame) else frame.reindex(columns=schema.names)
            table = pa.Table.from_pandas(filled, schema, preserve_index=False)
        else:
            rows = list(rows)
            for names in {frozenset(row) for row in rows}:
                self._same_columns(names)
            table = pa.Table.from_pylist(rows, schema)
        return self._checked(table.replace_schema_metadata(None))

    def frame(self, rows: Rows) -> pd.DataFrame:
        """The same as a frame; a missing number is NaN, a missing text None."""
        return self.arrow(rows).to_pandas()

    def write(self, rows: Rows, path: Path | str, **provenance: Any) -> pa.Table:
        """Write Parquet (complete or not at all) with provenance in its metadata; a .csv path writes CSV."""
        table = self._told(self.arrow(rows), visible)
        note = json.dumps({"table": self.name, **provenance}, sort_keys=True)
        content = _csv(self._told(table, cell)) if Path(path).suffix == ".csv" else seal(_parquet(table, note))
        with complete(path) as part:
            part.write_bytes(content)
        return table

    def read(self, *paths: Path | str) -> pd.DataFrame:
        """One frame of one or more files of this table, checked."""
        return self.gather(*paths).to_pandas()

    def gather(self, *paths: Path | str) -> pa.Table:
        """One table of one or more files of this table, checked.

        Raises StudyError naming the file where it is damaged, or was changed after it was written.
        """
        import pyarrow as pa

        tables = [_read(path) for path in paths]
        return self.arrow(pa.concat_tables(tables)) if tables else self.arrow([])

    def _checked(self, table: pa.Table) -> pa.Table:
        """The table sorted, with NaN as missing. Raises StudyError where a value is missing or a key appears twice."""
        import pyarrow as pa
        from pyarrow import compute as pc

        for place, column in enumerate(self.columns):
            values = table.column(place).combine_chunks()
            if column.dtype == "float64":
                values = pc.if_else(pc.is_nan(values), pa.scalar(None, pa.float64()), values)
            table = table.set_column(place, column.field(column.null), values)
            if not column.null and values.null_count:
                raise StudyError(f"{self.name}.{column.name}: empty in {self._first(table.filter(pc.is_null(values)))}")
        counts = table.group_by(list(self.key)).aggregate([([], "count_all")])
        twice = counts.filter(pc.greater(counts.column("count_all"), 1))
        if twice.num_rows:
            raise StudyError(f"{self.name}: more than one row for {self._first(twice)}")
        return table.sort_by([(name, "ascending") for name in self.key])

    def _told(self, table: pa.Table, mark: Callable[[str], str]) -> pa.Table:
        """The table with its texts marked as readers need them; each text that occurs is looked at once."""
        import pyarrow as pa

        for place, column in enumerate(self.columns):
            if column.dtype == "string":
                each = table.column(place).combine_chunks().dictionary_encode()
                words = pa.array(map(mark, each.dictionary.to_pylist()), pa.string())
                values = pa.DictionaryArray.from_arrays(each.indices, words).cast(pa.string())
                table = table.set_column(place, table.field(place), values)
        return table

    def _same_columns(self, given: Iterable[str]) -> None:
        names = {column.name for column in self.columns}
        extra, lacking = sorted(set(given) - names), sorted(names - set(given))
        if extra or lacking:
            raise StudyError(f"{self.name}: columns {lacking or '-'} are missing and {extra or '-'} are not declared")

    def _first(self, table: pa.Table) -> str:
        rows = table.select(list(self.key)).slice(0, 3).to_pylist()
        return "; ".join("/".join(str(value) for value in row.values()) for row in rows)


def provenance_of(path: Path | str) -> dict[str, Any]:
    """Provenance in a table's file: table name, code, profile and study digests."""
    from pyarrow import parquet

    return json.loads((parquet.read_metadata(path).metadata or {}).get(b"radioloom", b"{}"))


def _csv(table: pa.Table) -> bytes:
    import pyarrow as pa
    from pyarrow import csv

    sink = pa.BufferOutputStream()
    csv.write_csv(table, sink, csv.WriteOptions(quoting_style="needed"))
    return sink.getvalue().to_pybytes()


def _parquet(table: pa.Table, note: str) -> bytes:
    """A table's file, to be sealed: the last that its metadata hold."""
    import pyarrow as pa
    from pyarrow import parquet

    sink = pa.BufferOutputStream()
    with parquet.ParquetWriter(sink, table.replace_schema_metadata(None).schema, compression="zstd") as writer:
        writer.write_table(table)
        writer.add_key_value_metadata({"radioloom": note, "radioloom_digest": UNSEALED})
    return sink.getvalue().to_pybytes()


def _read(path: Path | str) -> pa.Table:
    """A table's file, if it is as it was written: a byte that changed could be a number that nobody measured."""
    import pyarrow as pa
    from pyarrow import parquet

    return parquet.ParquetFile(pa.BufferReader(read_bytes(path, PARQUET))).read()
