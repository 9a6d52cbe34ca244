"""`radioloom compare`: two tables of features of the same patients, feature by feature."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from radioloom.commands.record import Command

if TYPE_CHECKING:
    from radioloom.stages.tables.side_by_side import Columns

SHOWN = 9  # features that the summary names
EXAMPLE = """\
  radioloom compare pyradiomics.csv mirp.xlsx --case PatientID sample_name > differences.tsv
  radioloom compare wide.csv features.parquet --case ID case --long feature_id value"""


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("one", type=Path, help="table of features (.csv, .tsv, .xlsx, .parquet), a row a patient")
    parser.add_argument("other", type=Path, help="the same patients, measured again or by another program")
    parser.add_argument(
        "--case", nargs="+", default=["case"], metavar="COLUMN", help="column of the ids, or that of each table (case)"
    )
    parser.add_argument(
        "--long", nargs=2, default=[], metavar=("FEATURE", "VALUE"), help="columns of a table that has a row a value"
    )


def _run(chosen: Namespace) -> int:
    from radioloom.errors import StudyError
    from radioloom.stages.tables.side_by_side import COLUMNS, DISAGREE, side_by_side
    from radioloom.tables.text import write_rows

    if len(chosen.case) > 2:
        raise StudyError("--case takes one column, or one of each table")
    files = [chosen.one, chosen.other]
    tables = [_read(file, case, chosen.long) for file, case in zip(files, (chosen.case * 2)[:2], strict=True)]
    rows = side_by_side(*tables)
    write_rows(sys.stdout, COLUMNS, ([row[name] for name in COLUMNS] for row in rows), "\t")
    names, cases = ([set(getattr(table, key)) for table in tables] for key in ("names", "cases"))
    differ = [row["feature"] for row in rows if row["verdict"].startswith(DISAGREE)]
    for table in tables:
        for note in table.notes:
            print(f"note: {note}", file=sys.stderr)
    named = f" ({', '.join(differ[:SHOWN])}{', ...' if differ[SHOWN:] else ''})" if differ else ""
    print(
        f"{len(rows)} features of {len(names[0])} and {len(names[1])}, {len(cases[0] & cases[1])} cases of "
        f"{len(cases[0])} and {len(cases[1])}; features that disagree: {len(differ)}{named}",
        file=sys.stderr,
    )
    return int(bool(differ))


def _read(file: Path, case: str, long: list[str]) -> Columns:
    from radioloom.io import feature_tables
    from radioloom.stages.tables.side_by_side import columns

    frame = feature_tables.read(file.parent, file.name)
    return columns(frame, file.name, case, long if set(long) <= set(frame.columns) else ())


COMMAND = Command("compare", "two tables of features of the same patients", _add_arguments, _run, EXAMPLE)
