"""GCT 1.2 and 1.3 (GenePattern, Broad Institute): two lines of what is there, then genes by samples.

The layout: https://software.broadinstitute.org/cancer/software/gsea/wiki/index.php/Data_formats; 1.3 adds columns that
describe genes and rows that describe samples (https://clue.io/connectopedia/gct_format).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from radioloom.errors import StudyError
from radioloom.io.matrices.record import Format, Opened, Sample
from radioloom.io.user_tables.read import CHARACTERS, VALUES
from radioloom.io.user_tables.record import Table
from radioloom.io.user_tables.records import by_mark, table
from radioloom.io.user_tables.text import lines

ID = "id"  # key of a sample that is the name of its column


class _Parts(NamedTuple):
    """A file whose first lines are read."""

    table: Table
    n_genes: int
    n_about: int  # columns between names and samples that describe genes
    described: list[list[str]]  # rows that describe samples


def opened(place: Path) -> Opened:
    """The table of values without the rows that describe samples."""
    parts = _parts(place)
    whole = parts.table
    kept = Table(whole.name, whole.columns, _counted(whole.rows, parts.n_genes, whole.name), whole.header)
    return Opened(kept, whole.columns[0], tuple(whole.columns[1 : 1 + parts.n_about]))


def samples(place: Path) -> list[Sample]:
    """What 1.3 says of each sample; its name alone in 1.2."""
    parts = _parts(place)
    first = 1 + parts.n_about
    told: list[Sample] = [{ID: name} for name in parts.table.columns[first:]]
    for row in parts.described:
        for sample, cell in zip(told, row[first:], strict=True):
            sample.setdefault(row[0], cell)
    return told


def _parts(place: Path) -> _Parts:
    given = lines(place, VALUES * CHARACTERS)
    version = next(given).strip()
    sizes = next(given, "").split()
    if len(sizes) != (2 if version == "#1.2" else 4) or not all(each.isdecimal() and len(each) < 9 for each in sizes):
        raise StudyError(
            f"{place.name}, line 2: a GCT file says here how many genes and samples it has (1.3: and how many columns "
            "and rows describe them); write it again with the program that it is of"
        )
    n_genes, n_samples, n_about, n_described = map(int, [*sizes, "1", "0"][:4])
    whole = table(by_mark(chain(["\n", "\n"], given), "\t", place.name), place.name, ())
    if len(whole.columns) != 1 + n_about + n_samples:
        raise StudyError(
            f"{place.name}, line 3: {len(whole.columns)} columns, and line 2 says {1 + n_about + n_samples}; "
            "download the file again, or correct line 2"
        )
    remaining = iter(whole.rows)
    described = [cells for _, cells in islice(remaining, n_described)]
    return _Parts(Table(whole.name, whole.columns, remaining, whole.header), n_genes, n_about, described)


def _counted(rows: Iterable[tuple[int, list[str]]], n_genes: int, name: str) -> Iterator[tuple[int, list[str]]]:
    n = 0
    for row in rows:
        n += 1
        yield row
    if n != n_genes:
        raise StudyError(f"{name}: {n} genes, and line 2 says {n_genes}: the file is cut short; download it again")


GCT = Format("GCT", lambda head: head[:4] in (b"#1.2", b"#1.3"), opened, samples, ID)
