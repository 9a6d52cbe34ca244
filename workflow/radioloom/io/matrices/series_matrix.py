"""GEO's series matrix: what is said of series and samples, and a table of probes (ID_REF) by samples (GSM...)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from radioloom.errors import StudyError
from radioloom.io.matrices import soft
from radioloom.io.matrices.record import Format, Opened, Sample

BEGIN, END = "!series_matrix_table_begin", "!series_matrix_table_end"
ACCESSION, TITLE = "geo_accession", "title"
OF_SAMPLES = "!sample_"
CHARACTERISTICS = "!sample_characteristics_ch"
WHOLE = {f"{OF_SAMPLES}{key}": key for key in (TITLE, ACCESSION, "source_name_ch1", "platform_id", "description")}


def opened(place: Path) -> Opened:
    """The table of values; StudyError where the series has none, as those of sequencing."""
    _, given = soft.divided(place, BEGIN)
    return Opened(soft.rows(place, _with_values(given, place.name), END), "ID_REF")


def _with_values(given: Iterator[str], name: str) -> Iterator[str]:
    """The lines; StudyError where the table ends after its header."""
    n = 0
    for line in given:
        if n < 2 and line.lower().startswith(END):
            raise StudyError(
                f"{name}: a series matrix without values, as GEO writes it of sequencing; name the table of the "
                "series' supplementary files as genomics.expression.file, and this one as its samples.file"
            )
        n += bool(line.strip())
        yield line


def samples(place: Path) -> list[Sample]:
    """What is said of each sample: title, accession and characteristics, each under its own name.

    A line of characteristics may hold another one of each sample (`tissue: lung`), so each cell says its own.
    """
    above, _ = soft.divided(place, BEGIN)
    listed = [line for line in above if line[0].lower().startswith(OF_SAMPLES)]
    n = max((len(line) - 1 for line in listed), default=0)
    told: list[Sample] = [{} for _ in range(n)]
    for line in listed:
        key = line[0].lower()
        for sample, cell in zip(told, line[1:], strict=False):
            name, mark, value = cell.partition(":") if key.startswith(CHARACTERISTICS) else (WHOLE.get(key), True, cell)
            if name and mark:
                sample.setdefault(name.strip(), value.strip())
    return told


SERIES_MATRIX = Format(
    "GEO series matrix", lambda head: head[:8].lower() in (b"!series_", b"!sample_"), opened, samples, ACCESSION
)
