"""Read an expression matrix (gene x case) from a user's table: the columns that are cases, as numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from radioloom.errors import StudyError
from radioloom.io.user_tables.cells import no_number, numbers
from radioloom.io.user_tables.ids import ROUNDED, alike, bare, nobody, refuse_rounded
from radioloom.io.user_tables.quoted import forms
from radioloom.io.user_tables.read import header as read_header
from radioloom.io.user_tables.read import stream
from radioloom.io.user_tables.record import Table

if TYPE_CHECKING:
    import pandas as pd

NAMELESS = ("", "Unnamed: 0")  # how a study calls a first column without a name, as R and pandas write names of rows
# Months as Excel writes them in English, German and French; after a day also in Spanish, Italian, Portuguese and Dutch.
MONTH = (
    "Jan|January|Januar|Janv|Janvier|Jän|Jänner|Feb|February|Februar|Févr?|Février|Mar|March|Mars|Mär|März|Mrz|Apr|"
    "April|Avr|Avril|May|Mai|Jun|June|Juni|Juin|Jul|July|Juli|Juil|Juillet|Aug|August|Août|Sept?|September|Septembre|"
    "Oct|October|Octobre|Okt|Oktober|Nov|November|Novembre|Dec|December|Dez|Dezember|Déc|Décembre"
)
LATER = "Ene|Gen|Fev|Abr|Mag|Giu|Lug|Ago|Set|Ott|Out|Dic|Mrt|Mei"
DATED = re.compile(
    rf"\d{{1,2}}[-./ ]{{1,2}}(?:{MONTH}|{LATER})\.?(?:[-./ ]{{1,2}}\d{{2,4}})?|"
    rf"(?:{MONTH})\.?[-./ ]\d{{1,4}}|(?:{MONTH})\.|\d{{4}}-\d\d-\d\d.*|\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}",
    re.IGNORECASE,
)
# Rows that programs which count reads (HTSeq, STAR, featureCounts) put beside those of genes.
COUNTER = re.compile(
    r"__\w+|no_feature|ambiguous|too_low_aQual|not_aligned|alignment_not_unique|"
    r"N_(unmapped|multimapping|noFeature|ambiguous)|(Una|A)ssigned(_\w+)?",
    re.IGNORECASE,
)
SERIAL = re.compile(r"4\d{4}")  # a day of 2009 to 2036 as Excel counts
ROWS = 100  # of a matrix that are looked at for names of cases
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
    damaged: list[str]  # genes of whose names Excel made dates or numbers
    counters: list[str]  # rows that are of no gene, and left out


def header(path: Path, gene: str, cases: Collection[str] | None = None) -> Columns:
    """The columns of a matrix; its rows are not read. See `read`."""
    table = read_header(path)
    _refuse_turned(path, table.columns, cases or ())
    return _columns(table, gene, cases)


def read(path: Path | str, gene: str = "gene", cases: Collection[str] | None = None) -> Matrix:
    """The matrix of a file before any check of its values.

    gene : column that names the gene; `Unnamed: 0` for a first column without a name
    cases : of the study; a column that is none of them is left out (an Entrez id, a length), and never read. None:
        every column is a case
    Rows that count reads of no gene (`__no_feature`) are left out. Raises StudyError for a gene without a name, for a
    cell that is no number, and for two rows whose gene Excel turned into the same date or number; each with its line.
    """
    import numpy as np
    import pandas as pd

    table = stream(Path(path))
    _refuse_turned(Path(path), table.columns, cases or ())
    columns = _columns(table, gene, cases)
    if cases and not columns.cases:
        raise StudyError(
            f"expression: {table.at(table.header)}: no column is called like a case of the cohort "
            f"({', '.join(sorted(cases)[:NAMED])} ...){forms(columns.others)}; "
            f"give matrix and cohort the same names of cases{meant_by(columns.hints)}"
        )
    place = _gene_place(table, gene)
    taken = [k for k, name in enumerate(table.columns) if name in set(columns.cases) and k != place]
    lines: list[int] = []
    names: list[str] = []
    rows, counters = [], []
    for line, cells in table.rows:
        if nobody(cells[place]):
            raise StudyError(f"expression: {table.at(line, gene)}: a row without a gene name; name it, or take it out")
        if COUNTER.fullmatch(cells[place]):
            counters.append(cells[place])
            continue
        lines.append(line)
        names.append(cells[place])
        rows.append(_values(table, line, [cells[k] for k in taken], taken))
    broken = damaged(names)
    _refuse_merged(table, gene, names, lines, set(broken))
    values = np.array(rows) if rows else np.empty((0, len(taken)))
    frame = pd.DataFrame(values, index=pd.Index(names, name=gene, dtype=object), columns=columns.cases)
    return Matrix(frame, columns.others, broken, counters)


def _refuse_turned(path: Path, columns: Collection[str], cases: Collection[str]) -> None:
    """StudyError for a matrix whose columns are no cases, and most of whose rows are."""
    if not cases or set(columns) & set(cases):
        return
    table, known = stream(path), alike(cases)
    first = [bare(cells[0]) in known for _, cells in islice(table.rows, ROWS)]
    if sum(first) > len(first) / 2:
        raise StudyError(
            f"expression: {table.name}: names of cases stand in its first column, and genes have to be rows and cases "
            "columns; transpose the table, with a first column that names the gene"
        )


def damaged(genes: list[str]) -> list[str]:
    """Names of genes that Excel made something else of: a date (`1-Mar`), or a number (2.31E+19 for 2310009E15Rik).

    A day as Excel counts (44256) is one where genes are not numbers anyway.
    """
    numbered = sum(name.isdecimal() for name in genes) > len(genes) / 2
    return [
        name
        for name in genes
        if DATED.fullmatch(unicodedata.normalize("NFC", name))
        or ROUNDED.fullmatch(name)
        or (not numbered and SERIAL.fullmatch(name))
    ]


def _refuse_merged(table: Table, gene: str, names: list[str], lines: list[int], broken: set[str]) -> None:
    """StudyError where two rows have one damaged name: they were two genes."""
    first: dict[str, int] = {}
    for name, line in zip(names, lines, strict=True) if broken else ():
        if name in broken and first.setdefault(name, line) != line:
            raise StudyError(
                f"expression: {table.at(line, gene)}: {name!r} is a date or a number, and that of line {first[name]} "
                "too: Excel made it of the names of two genes that are not one (MARCH1 and MARC1); write their names "
                "again"
            )


def about_genes(columns: Collection[str]) -> str:
    """`column 1 is 'symbol'` for the columns that describe genes: any other may be called after a patient."""
    named = [f"column {k} is {name!r}" for k, name in enumerate(columns, start=1) if ABOUT_GENES.fullmatch(name)]
    return ", ".join(named[:NAMED]) or "none of them called as a description of genes; their names are not shown"


def meant_by(hints: Mapping[str, str]) -> str:
    """`; did you mean A-1 by its column 'A.1'?` for the first of the cases whose column is called almost like them."""
    listed = list(hints.items())[:NAMED]
    return "".join(f"; did you mean {case} by its column {name!r}?" for case, name in listed)


def no_cases(others: list[str]) -> str:
    """How many columns are of no case, and which of them describe genes: `2 (entrez, Length)`."""
    named = [name or "one without a name" for name in others if not name or ABOUT_GENES.fullmatch(name)]
    listed = ", ".join(named)
    return f"{len(others)} ({listed})" if named else str(len(others))


def left_out(given: Matrix) -> str:
    """What of a matrix is not used, for the log: columns of no case, rows of no gene."""
    counters = ", ".join(given.counters) or "none"
    return f"of no case of the cohort: {no_cases(given.others)}; rows that count reads of no gene: {counters}"


def _gene_place(table: Table, gene: str) -> int:
    if gene in NAMELESS and gene not in table.columns and table.columns[0] == "":
        return 0
    if gene not in table.columns:
        nameless = "; the first column has no name: `gene: 'Unnamed: 0'` means it" if table.columns[0] == "" else ""
        raise StudyError(
            f"expression: {table.at(table.header)}: no column {gene!r} among {len(table.columns)} "
            f"({about_genes(table.columns)}); set genomics.expression.gene to the column that names the gene{nameless}"
        )
    return table.columns.index(gene)


def _columns(table: Table, gene: str, cases: Collection[str] | None) -> Columns:
    place = _gene_place(table, gene)
    names = [name for k, name in enumerate(table.columns) if k != place]
    for name in names:
        refuse_rounded(name, f"expression: {table.at(table.header)}")
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
