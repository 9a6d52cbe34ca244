"""Which gene a probe of a microarray measures, from a table of its platform (a GPL of GEO, or any table)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from radioloom.errors import StudyError
from radioloom.io.files import is_file
from radioloom.io.matrices import soft
from radioloom.io.matrices.kinds import beginning
from radioloom.io.user_tables.ids import nobody
from radioloom.io.user_tables.read import file_of, not_below, read
from radioloom.io.user_tables.record import Table

SEVERAL = re.compile(r"\s*(?:///|;|\|)\s*")  # between genes of one probe in tables of GEO and of vendors
MARKS = (b"!", b"^", b"#")  # of lines that are no rows
BEGIN, END = "!platform_table_begin", "!platform_table_end"


class Platform(NamedTuple):
    """Genes of probes."""

    genes: dict[str, str]  # probe -> gene, of probes of one gene
    n_several: int  # probes of several genes, which are left out
    n_none: int  # probes of no gene


def platform(data: Path, file: str, probe: str, gene: str) -> Platform:
    """The genes of a platform's probes; probe, gene : columns of the table `file` below the data folder.

    Raises StudyError where a column is not there, or a probe has two genes in two rows.
    """
    if not is_file(data / file_of(file)):
        raise StudyError(not_below(data, file))
    table = _of_geo(data / file) if beginning(data / file_of(file))[:1] in MARKS else read(data / file)
    columns = table.place(probe, "probe"), table.place(gene, "gene")
    genes: dict[str, str] = {}
    n_several = n_none = 0
    for line, cells in table.rows:
        name, told = (cells[k] for k in columns)
        named = {each for each in SEVERAL.split(told) if not nobody(each) and each.strip("-")}
        n_several += len(named) > 1
        n_none += not named
        if len(named) == 1 and genes.setdefault(name, *named) not in named:
            raise StudyError(
                f"{table.at(line, probe)}: this probe has another gene in an earlier row; keep one of them"
            )
    return Platform(genes, n_several, n_none)


def _of_geo(place: Path) -> Table:
    """The table between the marked lines of a GPL; as GEO shows it, its end is not marked."""
    _, given = soft.divided(place, BEGIN)
    return soft.rows(place, given, END, marked=False)
