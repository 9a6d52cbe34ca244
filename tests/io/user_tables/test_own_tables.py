"""What our own tables escape (formulas, quotes, blanks around a text) is read as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radioloom.io.user_tables.read import read
from radioloom.tables.text import visible, write_rows

CELLS = ["+", "-", "=1+2", "@x", "-1.5", "+1e-3", "'=x", "plain", "it's", "'", "''", "'tis"]


@pytest.mark.parametrize("separator", [",", "\t"])
def test_escaped_cells_and_names_of_columns(tmp_path, separator):
    with open(tmp_path / "t.csv", "w", newline="", encoding="utf-8") as handle:
        write_rows(handle, ["case", "+grade"], ([f"P{k}", cell] for k, cell in enumerate(CELLS)), separator)
    table = read(tmp_path / "t.csv")
    assert table.columns == ["case", "+grade"]
    assert [cells[1] for _, cells in table.rows] == CELLS


text = st.one_of(st.text(), st.text(st.sampled_from("\"'\t\n\r ,;|=+-@a\u00a0\u3000#")))


@given(st.lists(st.tuples(text, text), min_size=1, max_size=5))
def test_every_cell_of_a_sheet_comes_back(tmp_path_factory, rows):
    """But for letters that cannot be seen, tabs and line ends among them, which are marks then."""
    place = tmp_path_factory.getbasetemp() / "cells.tsv"
    with open(place, "w", newline="", encoding="utf-8") as handle:
        write_rows(handle, ["case", "image", "segmentation"], ([f"P{k}", *row] for k, row in enumerate(rows)), "\t")
    table = read(place, paths=("image", "segmentation"))
    assert [cells[1:] for _, cells in table.rows] == [list(map(visible, row)) for row in rows]
