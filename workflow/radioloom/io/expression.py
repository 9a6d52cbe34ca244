"""Read an expression matrix (gene x case) from a user's file: the columns that are samples of cases, as numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from radioloom.errors import StudyError
from radioloom.io.gene_names import ABOUT_GENES, COUNTER, about_genes, damaged, no_cases, refuse_merged
from radioloom.io.matrices.kinds import kind
from radioloom.io.matrices.record import Opened
from radioloom.io.platforms import Platform, platform
from radioloom.io.samples import Samples, samples
from radioloom.io.user_tables.cells import no_number, numbers
from radioloom.io.user_tables.ids import alike, bare, nobody, refuse_rounded
from radioloom.io.user_tables.quoted import forms
from radioloom.io.user_tables.record import Table

if TYPE_CHECKING:
    import pandas as pd

NAMELESS = ("", "Unnamed: 0")  # how a study calls a first column without a name, as R and pandas write names of rows
GENE = "gene"  # what a study calls the column of genes where it says nothing
ROWS = 100  # of a matrix that are looked at for names of cases
NAMED = 3  # cases that a message names


class Columns(NamedTuple):
    """Which columns of a matrix are samples of cases, and what there is to say of it."""

    placed: dict[int, str]  # column, from 0 -> case, in the order of the file
    others: list[str]  # columns that are of no case of the study
    hints: dict[str, str]  # case without a column -> the column that is called almost like it
    notes: tuple[str, ...]  # how the file was read
    strangers: tuple[int, ...] = ()  # those of `others` that do not describe genes
    names: tuple[str, ...] = ()  # of all columns

    @property
    def cases(self) -> list[str]:
        """Cases in the order of the file."""
        return list(self.placed.values())


NO_COLUMNS = Columns({}, [], {}, ())


@dataclass(frozen=True, slots=True)
class Matrix:
    """An expression matrix as its file has it."""

    values: pd.DataFrame  # gene (index, in the order of the file) x case, float64, NaN where a cell is empty
    others: list[str]  # columns that are of no case
    damaged: list[str]  # genes of whose names Excel made dates or numbers
    counters: list[str]  # rows that are of no gene, and left out
    columns: Columns = NO_COLUMNS
    batches: dict[str, str] = field(default_factory=dict)  # case -> batch; of cases whose samples name one
    format: str = ""  # as a report calls it
    probes: dict[str, int] = field(default_factory=dict)  # of a microarray: read, and of several genes or none
    counts: dict[str, int] = field(default_factory=dict)  # of genes, where values are as the study's rules make them

    @property
    def n_samples(self) -> int:
        """Columns that are samples, of the study's cases or not."""
        return len(self.columns.placed) + len(self.columns.strangers)


def of_study(data: Path, block: Mapping[str, Any], cases: Collection[str]) -> Matrix:
    """The matrix of a study: what its files say, before any check of its values.

    data : folder that files lie below
    block : the study's `genomics.expression`; cases : of its cohort
    Raises StudyError as `read`, `samples` and `platform` do.
    """
    told = samples(data, block["file"], block["samples"]) if block.get("samples") else None
    probes = platform(data, **block["platform"]) if block.get("platform") else None
    return read(Path(data, block["file"]), block.get("gene", GENE), cases, told, probes)


def header(path: Path, gene: str = GENE, cases: Collection[str] | None = None, told: Samples | None = None) -> Columns:
    """The columns of a matrix; its rows are not read. See `read`."""
    opened = kind(path).opened(path)
    _refuse_turned(opened.table, cases or (), told)
    return _columns(opened, gene, cases, told)


def read(
    path: Path | str,
    gene: str = GENE,
    cases: Collection[str] | None = None,
    told: Samples | None = None,
    probes: Platform | None = None,
) -> Matrix:
    """The matrix of a file before any check of its values.

    gene : column that names the gene; `Unnamed: 0` for a first column without a name; where a format has a column of
        its own for it (ID_REF), `gene` means that
    cases : of the study; a column that is none of them is left out (an Entrez id, a length), and never read. None:
        every column is a case
    told : the case of each sample; without it columns are called like cases
    probes : the gene of each probe; rows of probes of several genes, or of none, are left out
    Rows that count reads of no gene (`__no_feature`) are left out. Raises StudyError for a gene without a name, for a
    cell that is no number, and for two rows whose gene Excel turned into the same date or number; each with its line.
    """
    import numpy as np
    import pandas as pd

    format_ = kind(Path(path))
    opened = format_.opened(Path(path))
    table = opened.table
    _refuse_turned(format_.opened(Path(path)).table, cases or (), told)
    columns = _columns(opened, gene, cases, told)
    if cases and not columns.cases:
        raise StudyError(
            f"expression: {table.at(table.header)}: {_no_column(cases, told)}{forms(columns.others)}; "
            f"{SAME if told is None else MAPPED}{meant_by(columns.hints)}"
        )
    place = _gene_place(opened, gene)
    taken = list(columns.placed)
    lines, names = list[int](), list[str]()
    rows, counters, n_unmapped = [], [], 0
    for line, cells in table.rows:
        if nobody(cells[place]):
            raise StudyError(f"expression: {table.at(line, gene)}: a row without a gene name; name it, or take it out")
        if COUNTER.fullmatch(cells[place]):
            counters.append(cells[place])
            continue
        name = cells[place] if probes is None else probes.genes.get(cells[place], "")
        if not name:
            n_unmapped += 1
            continue
        lines.append(line)
        names.append(name)
        rows.append(_values(table, line, [cells[k] for k in taken], taken))
    _refuse_no_probe(table, n_unmapped, names, probes)
    broken = damaged(names)
    refuse_merged(table, gene, names, lines, set(broken) if probes is None else set())
    values = np.array(rows) if rows else np.empty((0, len(taken)))
    frame = pd.DataFrame(values, index=pd.Index(names, name=gene, dtype=object), columns=columns.cases)
    batches = _batches(table, columns, told)
    counts = {"probes_read": len(names) + n_unmapped, "probes_without_one_gene": n_unmapped} if probes else {}
    return Matrix(frame, columns.others, broken, counters, columns, batches, format_.name, counts)


SAME = "give matrix and cohort the same names of cases"
MAPPED = "look at the columns `sample` and `case` of genomics.expression.samples"


def _no_column(cases: Collection[str], told: Samples | None) -> str:
    first = ", ".join(sorted(cases)[:NAMED])
    if told is None:
        return f"no column is called like a case of the cohort ({first} ...)"
    known = sum(case in set(cases) for case in told.cases.values())
    return (
        f"no column is a sample of a case of the cohort: genomics.expression.samples gives {len(told.cases)} samples, "
        f"{known} of them of a case ({first} ...)"
    )


def _refuse_no_probe(table: Table, n_unmapped: int, names: list[str], probes: Platform | None) -> None:
    if probes is not None and n_unmapped and not names:
        raise StudyError(
            f"expression: {table.name}: none of {n_unmapped} probes is one of the {len(probes.genes)} of one gene that "
            "genomics.expression.platform names; look at `probe` there, or take the table of this platform"
        )


def _batches(table: Table, columns: Columns, told: Samples | None) -> dict[str, str]:
    named = {case: told.batches.get(table.columns[k], "") for k, case in columns.placed.items()} if told else {}
    return {case: batch for case, batch in named.items() if batch}


def _refuse_turned(table: Table, cases: Collection[str], told: Samples | None) -> None:
    """StudyError for a matrix whose columns are no cases (no samples of them), and most of whose rows are."""
    wanted = cases if told is None else {sample for sample, case in told.cases.items() if case in set(cases)}
    if not wanted or set(table.columns) & set(wanted):
        return
    known = alike(wanted)
    first = [bare(cells[0]) in known for _, cells in islice(table.rows, ROWS)]
    if sum(first) > len(first) / 2:
        raise StudyError(
            f"expression: {table.name}: names of cases stand in its first column, and genes have to be rows and cases "
            "columns; transpose the table, with a first column that names the gene"
        )


def meant_by(hints: Mapping[str, str]) -> str:
    """`; did you mean A-1 by its column 'A.1'?` for the first of the cases whose column is called almost like them."""
    listed = list(hints.items())[:NAMED]
    return "".join(f"; did you mean {case} by its column {name!r}?" for case, name in listed)


def left_out(given: Matrix) -> str:
    """What of a matrix is not used, for the log: columns of no case, rows of no gene."""
    counters = ", ".join(given.counters) or "none"
    return f"of no case of the cohort: {no_cases(given.others)}; rows that count reads of no gene: {counters}"


def _gene_place(opened: Opened, gene: str) -> int:
    table = opened.table
    if gene == GENE and GENE not in table.columns and opened.gene in table.columns:
        return table.columns.index(opened.gene)
    if gene in NAMELESS and gene not in table.columns and table.columns[0] == "":
        return 0
    if gene not in table.columns:
        nameless = "; the first column has no name: `gene: 'Unnamed: 0'` means it" if table.columns[0] == "" else ""
        raise StudyError(
            f"expression: {table.at(table.header)}: no column {gene!r} among {len(table.columns)} "
            f"({about_genes(table.columns)}); set genomics.expression.gene to the column that names the gene{nameless}"
        )
    return table.columns.index(gene)


def _columns(opened: Opened, gene: str, cases: Collection[str] | None, told: Samples | None) -> Columns:
    table, place = opened.table, _gene_place(opened, gene)
    names = {k: name for k, name in enumerate(table.columns) if k != place}
    for name in names.values():
        refuse_rounded(name, f"expression: {table.at(table.header)}")
    whose = {k: name if told is None else told.cases.get(name, "") for k, name in names.items()}
    about = {k for k, name in names.items() if not name or ABOUT_GENES.fullmatch(name) or name in opened.about}
    every = {name for k, name in whose.items() if name and names[k] not in opened.about}
    known = every if cases is None else set(cases)
    placed = {k: case for k, case in whose.items() if case in known}
    if several := [case for case, n in Counter(placed.values()).items() if n > 1]:
        raise StudyError(
            f"expression: {table.name}: {len(several)} of {len(known)} cases have more than one sample; keep one of "
            "each in genomics.expression.samples"
        )
    strangers = tuple(k for k in names if k not in placed and k not in about)
    others = [name for k, name in names.items() if k not in placed] if cases is not None else []
    near = alike(others) if told is None else {}
    lacking = sorted(known - set(placed.values()))
    hints = {case: near[bare(case)] for case in lacking if bare(case) in near}
    return Columns(placed, others, hints, table.notes, strangers if cases is not None else (), tuple(table.columns))


def _values(table: Table, line: int, cells: list[str], taken: list[int]) -> object:
    try:
        return numbers(cells)
    except ValueError as error:
        (k,) = error.args
    raise StudyError(f"expression: {table.at(line, table.columns[taken[k]])}: {no_number(cells[k])}")
