"""Read an expression matrix (gene x case) from a user's table: the columns that are cases, as numbers."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from radioloom.errors import StudyError
from radioloom.io.user_tables.cells import alike, bare, no_number, numbers
from radioloom.io.user_tables.read import header as read_header
from radioloom.io.user_tables.read import stream
from radioloom.io.user_tables.record import Table

if TYPE_CHECKING:
    import pandas as pd

NAMELESS = ("", "Unnamed: 0")  # how a study calls a first column without a name, as R and pandas write names of rows
MONTH = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|M[äa]r|Mai|Okt|Dez"
DATED = re.compile(
    rf"\d{{1,2}}[-. ](?:{MONTH})[a-z]*\.?|(?:{MONTH})[a-z]*[-. ]\d{{1,2}}|\d{{4}}-\d\d-\d\d.*|"
    r"\d{1,2}[./]\d{1,2}[./]\d{2,4}",
    re.IGNORECASE,
)
SERIAL = re.compile(r"4\d{4}")  # a day of 2009 to 2036 as Excel counts
NAMED = 3  # cases that a message names
# Columns that describe genes. Only such are named in messages: any other may be called after a patient.
ABOUT_GENES = re.compile(
    r"([\s._-]*(entrez|ensembl|hgnc|gene|probe|locus|symbol|length|chr|chrom|chromosome|start|end|strand|description|"
    r"biotype|type|name|ids?|mean|median|variance|sd))+",
    re.IGNORECASE,
)


class Columns(NamedTuple):
    """Which columns of a matrix are cases, and what there is to say of it."""

    cases: list[str]  # in the order of the file
    others: list[str]  # columns that are of no case of the study
    hints: dict[str, str]  # case without a column -> the column that is called almost like it
    notes: tuple[str, ...]  # how the file was read


class Matrix(NamedTuple):
    """An expression matrix as its file has it."""

    values: pd.DataFrame  # gene (index, in the order of the file) x case, float64, NaN where a cell is empty
    others: list[str]  # columns that are of no case
    dated: list[str]  # genes whose names are dates


def header(path: Path, gene: str, cases: Collection[str] | None = None) -> Columns:
    """The columns of a matrix; its rows are not read. See `read`."""
    table = read_header(path)
    return _columns(table, gene, cases)


def read(path: Path | str, gene: str = "gene", cases: Collection[str] | None = None) -> Matrix:
    """The matrix of a file before any check of its values.

    gene : column that names the gene; `Unnamed: 0` for a first column without a name
    cases : of the study; a column that is none of them is left out (an Entrez id, a length), and never read. None:
        every column is a case
    Raises StudyError for a gene without a name, for a cell that is no number, and for two rows whose gene Excel turned
    into the same date; each with its line.
    """
    import numpy as np
    import pandas as pd

    table = stream(Path(path))
    columns = _columns(table, gene, cases)
    if cases and not columns.cases:
        raise StudyError(
            f"expression: {table.at(table.header)}: no column is called like a case of the cohort "
            f"({', '.join(sorted(cases)[:NAMED])} ...){forms(columns.others)}; "
            "give matrix and cohort the same names of cases"
        )
    place = _gene_place(table, gene)
    taken = [k for k, name in enumerate(table.columns) if name in set(columns.cases) and k != place]
    genes: dict[str, int] = {}
    names: list[str] = []
    rows = []
    for line, cells in table.rows:
        if not cells[place]:
            raise StudyError(f"expression: {table.at(line, gene)}: a row without a gene name; name it, or take it out")
        if DATED.fullmatch(cells[place]) and cells[place] in genes:
            raise StudyError(
                f"expression: {table.at(line, gene)}: {cells[place]!r} is a date, and that of line "
                f"{genes[cells[place]]} too: Excel made dates of two genes that are not one (MARCH1 and MARC1); write "
                "their names again"
            )
        genes[cells[place]] = line
        names.append(cells[place])
        rows.append(_values(table, line, [cells[k] for k in taken], taken))
    values = np.array(rows) if rows else np.empty((0, len(taken)))
    frame = pd.DataFrame(values, index=pd.Index(names, name=gene, dtype=object), columns=columns.cases)
    return Matrix(frame, columns.others, dated(names))


def dated(genes: list[str]) -> list[str]:
    """Names of genes that are dates: `1-Mar`, and a day as Excel counts (44256) where genes are not numbers anyway."""
    numbered = sum(name.isdecimal() for name in genes) > len(genes) / 2
    return [name for name in genes if DATED.fullmatch(name) or (not numbered and SERIAL.fullmatch(name))]


def forms(names: Collection[str]) -> str:
    """How names look, `A99-99A` for G00-01A: they themselves may be patients'. "" where there is none."""
    looks = dict.fromkeys(re.sub(r"[^\W\d_]", "A", re.sub(r"\d", "9", name))[:40] for name in names)
    shown = ", ".join(repr(look) for look in list(looks)[:NAMED])
    return f", but of the form {shown} (A a letter, 9 a digit)" if shown else ""


def no_cases(others: list[str]) -> str:
    """How many columns are of no case, and which of them describe genes: `2 (entrez, Length)`."""
    named = [name or "one without a name" for name in others if not name or ABOUT_GENES.fullmatch(name)]
    listed = ", ".join(named)
    return f"{len(others)} ({listed})" if named else str(len(others))


def _gene_place(table: Table, gene: str) -> int:
    if gene in NAMELESS and gene not in table.columns and table.columns[0] == "":
        return 0
    if gene not in table.columns:
        nameless = "; the first column has no name: `gene: 'Unnamed: 0'` means it" if table.columns[0] == "" else ""
        raise StudyError(
            f"expression: {table.at(table.header)}: no column {gene!r} (first columns: "
            f"{', '.join(name or '(without a name)' for name in table.columns[:4])}); set genomics.expression.gene to "
            f"the column that names the gene{nameless}"
        )
    return table.columns.index(gene)


def _columns(table: Table, gene: str, cases: Collection[str] | None) -> Columns:
    place = _gene_place(table, gene)
    names = [name for k, name in enumerate(table.columns) if k != place]
    if cases is None:
        return Columns([name for name in names if name], [], {}, table.notes)
    known, others = set(cases), [name for name in names if name not in set(cases)]
    near = alike(others)
    lacking = sorted(known - set(names))
    hints = {case: near[bare(case)] for case in lacking if bare(case) in near}
    return Columns([name for name in names if name in known], others, hints, table.notes)


def _values(table: Table, line: int, cells: list[str], taken: list[int]) -> object:
    try:
        return numbers(cells)
    except ValueError as error:
        (k,) = error.args
    raise StudyError(f"expression: {table.at(line, table.columns[taken[k]])}: {no_number(cells[k])}")
