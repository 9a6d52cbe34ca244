"""Sums over neighbours against every neighbour of every voxel."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import naive.texture as naive
from made.regions import regions
from made.written import kernel, plain
from radioloom.features.texture import Texture, window
from radioloom.kernels import neighbourhood


@plain
@pytest.mark.parametrize(("extent", "distance"), [("3D", 1), ("2.5D", 1), ("3D", 2)])
@settings(max_examples=20, deadline=None)
@given(levels=regions(4))
def test_tone_differences(plain, extent, distance, levels):
    packed = Texture(levels).packed(distance)
    rows = packed.offsets(window(extent, distance, 0))
    args = (packed.values, packed.index, packed.spans, rows, distance)
    table = kernel(neighbourhood.tone_differences, plain)(*args)
    n, s = naive.tone_differences(levels.levels, distance, extent != "3D")
    grey = packed.grey[1:].astype(int)
    assert table[1:, 1:, 0].sum(axis=1).tolist() == n[grey].tolist()
    assert table[1:, :, 0].sum() == np.count_nonzero(levels.levels)
    assert table[1:, 0, 1].sum() == 0
    assert (table[1:, 1:, 1] / np.arange(1, table.shape[1])).sum(axis=1) == pytest.approx(s[grey])


@plain
@pytest.mark.parametrize(
    ("extent", "distance", "coarseness"), [("3D", 1, 0), ("3D", 1, 1), ("2.5D", 1, 4), ("3D", 2, 0)]
)
@settings(max_examples=20, deadline=None)
@given(levels=regions(4))
def test_dependences(plain, extent, distance, coarseness, levels):
    packed = Texture(levels).packed(distance)
    offsets = packed.offsets([step for step in window(extent, distance, distance) if any(step)])
    table = kernel(neighbourhood.dependences, plain)(packed.values, packed.index, packed.spans, offsets, coarseness)
    wanted = naive.dependence(levels.levels, distance, coarseness, extent != "3D")
    grey = packed.grey[1:].astype(int)
    assert np.array_equal(table[0, 1:], wanted[grey][:, : table.shape[2]])


@plain
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 8))
def test_tone_sums(plain, seed, n):
    rng = np.random.default_rng(seed)
    grey = np.sort(rng.choice(np.arange(1.0, 300), n, replace=False))
    share, difference = rng.dirichlet(np.ones(n)), rng.random(n)
    i, j = np.ix_(range(n), range(n))
    busy = np.abs(grey[i] * share[i] - grey[j] * share[j])
    weighted = (share[i] * difference[i] + share[j] * difference[j]) / (share[i] + share[j])
    wanted = busy, np.abs(grey[i] - grey[j]) * weighted, (share[i] + share[j]) * (grey[i] - grey[j]) ** 2
    found = kernel(neighbourhood.tone_sums, plain)(grey, share, difference)
    assert found == pytest.approx([part.sum() for part in wanted])
