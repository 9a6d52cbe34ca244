"""Data dictionary of a study's tables: each column with its type, unit and meaning, as a page of Markdown."""

from __future__ import annotations

from radioloom.tables import TABLES
from radioloom.tables.record import Column, Table

HEAD = """\
# Tables of a study

Every table is a Parquet file in `results/<study>/tables`; stages that work by batch or cohort write parts of it in a
folder of their own. Rows are unique in the key (**bold**) and sorted by it. A cell may be empty only where the last
column says so. Types are those of Arrow. The metadata of a file (key `radioloom`) identify
the code of its stage, software, settings and inputs; `radioloom_digest` is of the file itself.

This page is made from the declaration that checks every write and every read: `python -m radioloom.tables`.
"""


def page() -> str:
    """The whole page: the list of tables, then one section per table."""
    names = " · ".join(f"[{table.name}](#{table.name.lower()})" for table in TABLES)
    return "\n".join([HEAD, names, "", *(_section(table) for table in TABLES)])


def _section(table: Table) -> str:
    rows = "\n".join(_row(column, column.name in table.key) for column in table.columns)
    meaning = table.meaning[0].upper() + table.meaning[1:]
    return (
        f"## {table.name}\n\n{meaning}.\n\n| column | type | unit | meaning | empty |\n|---|---|---|---|---|\n{rows}\n"
    )


def _row(column: Column, key: bool) -> str:
    name = f"**{column.name}**" if key else column.name
    meaning = column.meaning.replace("|", "\\|").replace("<", "&lt;")
    return f"| {name} | {column.dtype} | {column.unit} | {meaning} | {'may be' if column.null else ''} |"
