"""Sums over occupied cells against the definitions, one cell at a time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import naive.kernels as naive
from made.written import kernel, plain
from radioloom.kernels import cells


@st.composite
def stacks(draw):
    """Cells of one to three tables, some of them empty: start, row, column, count, and what rows and columns mean."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    k = draw(st.integers(1, 5))
    levels = np.concatenate([[0], np.sort(rng.choice(np.arange(1, 40), k, replace=False))]).astype(float)
    most = draw(st.sampled_from([1, 3, 300]))
    tables = rng.integers(1, most + 1, (draw(st.integers(1, 3)), k + 1, k + 1)) * (rng.random((k + 1, k + 1)) < 0.5)
    tables[:, 0] = tables[:, :, 0] = 0
    if draw(st.booleans()):
        tables[0] = 0
    table, row, column = np.nonzero(tables)
    start = np.searchsorted(table, np.arange(len(tables) + 1))
    return tables, (start, row.astype(np.int32), column.astype(np.int32), tables[table, row, column]), levels


def entries(table, rows, columns):
    return [(rows[i], columns[j], int(table[i, j])) for i, j in np.argwhere(table)]


@plain
@settings(max_examples=25, deadline=None)
@given(stack=stacks())
def test_sums_of_counts(plain, stack):
    tables, listed, rows = stack
    columns = np.arange(float(len(rows)))
    found = kernel(cells.count_sums, plain)(*listed, rows, columns)
    for sums, table in zip(found, tables, strict=True):
        assert sums == pytest.approx(naive.count_sums(entries(table, rows, columns)), rel=1e-9, abs=1e-9)


@plain
@pytest.mark.parametrize("folded", [False, True])
@settings(max_examples=25, deadline=None)
@given(stack=stacks(), more=st.integers(0, 3))
def test_sums_of_pairs(plain, folded, stack, more):
    """A folded table lists its upper triangle, each cell standing for two (on the diagonal for one)."""
    tables, _, rows = stack
    if folded:
        tables = tables + tables.transpose(0, 2, 1)
    kept = np.triu(tables) if folded else tables
    table, row, column = np.nonzero(kept)
    listed = (np.searchsorted(table, np.arange(len(tables) + 1)), row.astype(np.int32), column.astype(np.int32))
    n_levels = int(rows[-1]) + more
    args = (*listed, kept[table, row, column], rows, -n_levels if folded else n_levels)
    found = kernel(cells.pair_sums, plain)(*args)
    for sums, each in zip(found, tables, strict=True):
        wanted = naive.pair_cell_sums(entries(each, rows, rows), n_levels)
        assert sums == pytest.approx(wanted, rel=1e-9, abs=1e-7)
