"""What our own tables escape, because a spreadsheet would compute it, is read as it was."""

import pytest

from radioloom.io.user_tables.read import read
from radioloom.tables.text import write_rows

CELLS = ["+", "-", "=1+2", "@x", "-1.5", "+1e-3", "'=x", "plain", "it's", "'", "''", "'tis"]


@pytest.mark.parametrize("separator", [",", "\t"])
def test_escaped_cells_and_names_of_columns(tmp_path, separator):
    with open(tmp_path / "t.csv", "w", newline="", encoding="utf-8") as handle:
        write_rows(handle, ["case", "+grade"], ([f"P{k}", cell] for k, cell in enumerate(CELLS)), separator)
    table = read(tmp_path / "t.csv")
    assert table.columns == ["case", "+grade"]
    assert [cells[1] for _, cells in table.rows] == CELLS
