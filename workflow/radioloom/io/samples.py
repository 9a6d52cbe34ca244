"""Which case of the study a sample of an expression matrix is of, and the batch that it was measured in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from radioloom.errors import StudyError
from radioloom.io.files import is_file
from radioloom.io.matrices.kinds import kind
from radioloom.io.matrices.record import Sample
from radioloom.io.user_tables.ids import nobody, refuse_rounded
from radioloom.io.user_tables.read import file_of, not_below, read
from radioloom.io.user_tables.record import no_column


class Samples(NamedTuple):
    """What a study's `genomics.expression.samples` says."""

    cases: dict[str, str]  # sample -> case, as the table has them
    batches: dict[str, str]  # sample -> batch, "" where none is named


def samples(data: Path, expression: str, block: Mapping[str, Any]) -> Samples:
    """Case and batch of each sample.

    data : folder that files lie below; expression : the file of the matrix, which may describe its samples itself
    block : file (that of the matrix without), sample, case and batch: columns of a table, or what GEO and GCT say of a
        sample (geo_accession, title, a characteristic)
    Raises StudyError where there is no such column, or a sample has two cases; no message quotes a cell.
    """
    name = block.get("file") or expression
    if not is_file(data / file_of(name)):
        raise StudyError(not_below(data, name))
    format_, key = kind(data / name), block.get("sample", "")
    if format_.samples is None and not (block.get("file") and key):
        raise StudyError(
            f"{Path(file_of(name)).name}: a {format_.name} says nothing of its samples; name a table of them, `file` "
            "and `sample`"
        )
    rows = _rows(data / name) if format_.samples is None else dict(enumerate(format_.samples(data / name), start=1))
    unit = "line" if format_.samples is None else "sample"
    wanted = [key or format_.sample, block["case"], *([block["batch"]] if block.get("batch") else [])]
    columns = dict.fromkeys(each for row in rows.values() for each in row)
    for each in wanted:
        if each not in columns:
            raise StudyError(f"{Path(file_of(name)).name}: {no_column(each, columns)}")
    return _told(rows, wanted, f"{Path(file_of(name)).name}, {unit}")


def _rows(place: Path) -> dict[int, Sample]:
    table = read(place)
    return {line: dict(zip(table.columns, cells, strict=True)) for line, cells in table.rows}


def _told(rows: dict[int, Sample], wanted: list[str], where: str) -> Samples:
    told, first = Samples({}, {}), dict[str, int]()
    for line, row in rows.items():
        sample, case, *batch = (row.get(each, "") for each in wanted)
        for each in (sample, case):
            refuse_rounded(each, f"{where} {line}")
        if nobody(sample) or nobody(case):
            continue
        if told.cases.setdefault(sample, case) != case:
            raise StudyError(f"{where} {line}: its sample has another case in {first[sample]}; keep one row per sample")
        first.setdefault(sample, line)
        told.batches[sample] = batch[0] if batch else ""
    return told
