"""Steps along a direction against every pair and every run, one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import naive.texture as naive
from made.regions import regions
from made.written import kernel, plain
from radioloom.features.texture import DIRECTIONS, Texture
from radioloom.kernels import cells, steps


def counted(levels, distance, plain, directions=DIRECTIONS):
    """The region, its packed form and the tables of `count_steps`, (d + 1, size, size + longest)."""
    texture = Texture(levels)
    packed = texture.packed(distance)
    offsets, size, longest = distance * packed.offsets(directions), len(packed.grey), max(levels.levels.shape)
    layout = np.array([size, longest, packed.strides[0], packed.margin + distance * packed.strides[0], distance])
    tables = kernel(steps.count_steps, plain)(packed.index, packed.spans, offsets, layout)
    return packed, tables.reshape(len(directions) + 1, size, size + longest)


def by_level(packed, table):
    """A table over indices, over levels."""
    grey = packed.grey.astype(int)
    wide = np.zeros((grey[-1] + 1, grey[-1] + 1), int)
    wide[np.ix_(grey, grey)] = table
    wide[0], wide[:, 0] = 0, 0
    return wide


@plain
@pytest.mark.parametrize("distance", [1, 2])
@settings(max_examples=25, deadline=None)
@given(levels=regions())
def test_pairs(plain, distance, levels):
    packed, tables = counted(levels, distance, plain)
    size = len(packed.grey)
    found = [by_level(packed, table[:, :size]) for table in tables]
    for step, table in zip(DIRECTIONS, found, strict=False):
        assert np.array_equal(table, naive.cooccurrence(levels.levels, step, distance))
    assert np.array_equal(found[-1], sum(found[:-1]))


@plain
@settings(max_examples=25, deadline=None)
@given(levels=regions())
def test_pair_and_run_cells(plain, levels):
    packed, tables = counted(levels, 1, False)
    grey = packed.grey.astype(int)
    for folded in (False, True):
        start, row, column, count = kernel(cells.pair_cells, plain)(tables, len(grey), folded)
        for t, step in enumerate(DIRECTIONS):
            part = slice(start[t], start[t + 1])
            table = np.zeros((grey[-1] + 1, grey[-1] + 1), int)
            table[grey[row[part]], grey[column[part]]] = count[part]
            wanted = naive.cooccurrence(levels.levels, step, 1, folded)
            assert np.array_equal(table, np.triu(wanted) if folded else wanted)
    start, row, column, count = kernel(cells.run_cells, plain)(tables, len(grey))
    total = 0
    for t, step in enumerate(DIRECTIONS):
        part = slice(start[t], start[t + 1])
        table = np.zeros((grey[-1] + 1, max(levels.levels.shape) + 1), int)
        table[grey[row[part]], column[part]] = count[part]
        total = total + table
        assert np.array_equal(table, naive.run_lengths(levels.levels, step))
    merged = np.zeros_like(total)
    merged[grey[row[start[-2] :]], column[start[-2] :]] = count[start[-2] :]
    assert np.array_equal(merged, total)


@plain
@settings(max_examples=25, deadline=None)
@given(levels=regions(), d=st.integers(0, 12))
def test_listed_steps(plain, levels, d):
    texture = Texture(levels)
    packed = texture.packed()
    size, offset = len(packed.grey), packed.offsets(DIRECTIONS)[d]
    pairs, runs = kernel(steps.list_steps, plain)(packed.index, packed.spans, offset, size)
    table = np.bincount(pairs, minlength=size * size).reshape(size, size)
    assert np.array_equal(by_level(packed, table), naive.cooccurrence(levels.levels, DIRECTIONS[d]))
    found = naive.counted(
        [(int(packed.grey[i]), j) for i, j in runs], (levels.levels.max() + 1, max(levels.levels.shape) + 1)
    )
    assert np.array_equal(found, naive.run_lengths(levels.levels, DIRECTIONS[d]))
