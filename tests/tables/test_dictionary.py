"""The data dictionary is the declaration of the tables, and nothing else."""

from pathlib import Path

from radioloom.tables import TABLES
from radioloom.tables.dictionary import page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "tables.md"


def test_the_page_is_the_declaration():
    assert PAGE.read_text(encoding="utf-8") == page(), "write it anew: python -m radioloom.tables > docs/tables.md"


def test_every_column_has_one_row_of_five_cells():
    rows = [line for line in page().splitlines() if line.startswith("| ")]
    assert len(rows) == sum(len(table.columns) + 1 for table in TABLES)
    assert all(line.replace("\\|", "").count("|") == 6 for line in rows)
