"""The packed region: every voxel is where its index says, and distances to the edge are the shortest there are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import naive.texture as naive
from made.regions import regions
from made.written import kernel, plain
from radioloom.kernels import box


def packed(levels, pad, plain):
    flat = np.zeros(np.prod([n + 2 * pad for n in levels.levels.shape]) + 14, np.uint16)
    return flat, *kernel(box.pack, plain)(levels.levels, pad, 7, flat)


@plain
@settings(max_examples=40, deadline=None)
@given(levels=regions())
def test_pack(plain, levels):
    flat, spans, occurs = packed(levels, 2, plain)
    assert np.array_equal(flat[7:-7], np.pad(levels.levels, 2).ravel())
    assert not flat[:7].any()
    assert not flat[-7:].any()
    assert np.array_equal(np.flatnonzero(occurs), np.unique(levels.levels[levels.levels > 0]))
    rows = [row for slice_ in levels.levels for row in slice_ if row.any()]
    assert [flat[first:last].tolist() for _, first, last, _ in spans] == [np.trim_zeros(row).tolist() for row in rows]
    assert [held for *_, held in spans] == [np.count_nonzero(row) for row in rows]
    assert [z for z, *_ in spans] == [z for z, slice_ in enumerate(levels.levels) for row in slice_ if row.any()]


@plain
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_relabel(plain, seed):
    rng = np.random.default_rng(seed)
    grey = np.sort(rng.choice(65536, 5, replace=False)).astype(np.uint16)
    index = np.zeros(65536, np.uint16)
    index[grey] = np.arange(5)
    places = rng.integers(0, 5, int(rng.integers(1, 30)))
    assert kernel(box.relabel, plain)(grey[places], index).tolist() == places.tolist()


@plain
@pytest.mark.parametrize("planar", [False, True])
@settings(max_examples=30, deadline=None)
@given(levels=regions())
def test_edge_distance(plain, planar, levels):
    steps = np.zeros(np.prod(np.add(levels.shape.shape, 2)) + 14, np.uint16)
    kernel(box.edge_distance, plain)(levels.shape, 1, 7, planar, steps)
    inside = np.pad(levels.shape, 1)
    wanted = [naive.edge_distance(levels.shape, place, planar) for place in np.argwhere(levels.shape)]
    assert steps[7:-7].reshape(inside.shape)[inside].tolist() == wanted
    assert not steps[7:-7].reshape(inside.shape)[~inside].any()
