"""A plain table as an expression matrix: text in any encoding and separator, or an Excel workbook."""

from __future__ import annotations

from pathlib import Path

from radioloom.io.matrices.record import Format, Opened
from radioloom.io.user_tables.read import stream

GENE = "gene"


def opened(place: Path) -> Opened:
    """The table; a study names its column of genes."""
    return Opened(stream(place), GENE)


TABLE = Format("table", lambda _: True, opened)
