"""Counted cubes against looking at every cube."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radioloom.kernels.mesh import count_cubes


@pytest.mark.parametrize("plain", [False, True], ids=["compiled", "plain"])
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_cubes(plain, seed):
    rng = np.random.default_rng(seed)
    mask = (rng.random(tuple(rng.integers(2, 6, 3))) < 0.5).astype(np.uint8)
    expected = np.zeros((256, 4), int)
    for place in np.ndindex(*(n - 1 for n in mask.shape)):
        corners = [mask[place[0] + z, place[1] + y, place[2] + x] for z in (0, 1) for y in (0, 1) for x in (0, 1)]
        expected[sum(int(corner) << k for k, corner in enumerate(corners))] += [1, *place]
    expected[[0, 255]] = 0
    found = (count_cubes.py_func if plain else count_cubes)(mask)
    assert found.tolist() == expected.tolist()
