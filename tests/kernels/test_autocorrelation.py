"""The two ways to sum over pairs give one result."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radioloom.features.autocorrelation import padded_sums
from radioloom.kernels.autocorrelation import pair_sums


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), share=st.sampled_from([0.1, 0.6, 1.0]))
def test_transforms_equal_pairs(seed, share):
    rng = np.random.default_rng(seed)
    mask = rng.random(tuple(rng.integers(1, 9, 3))) < share
    spacing = rng.uniform(0.5, 4, 3)
    values = np.where(mask, rng.normal(size=mask.shape), 0)
    pairs = pair_sums(np.argwhere(mask) * spacing, values[mask])
    assert padded_sums(values, mask, spacing) == pytest.approx(pairs, rel=1e-10, abs=1e-10)


@pytest.mark.parametrize("plain", [False, True], ids=["compiled", "plain"])
def test_one_pair(plain):
    sums = (pair_sums.py_func if plain else pair_sums)(np.array([[0.0, 0, 0], [0, 3, 4]]), np.array([2.0, -1.0]))
    assert sums == pytest.approx([1 / 5, -2 / 5, 9 / 5])
