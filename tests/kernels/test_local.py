"""Steepness and local binary patterns against their definition, voxel by voxel."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from made.written import kernel, plain
from radioloom.kernels import local


@plain
@pytest.mark.parametrize("deep", [False, True])
def test_steepness(plain, deep):
    around = np.random.default_rng(2).normal(size=(4 if deep else 2, 5, 6))
    factors, out = np.array([0.5 if deep else 0.0, 0.25, 1.0]), np.empty((2, 3, 4))
    kernel(local.steepness, plain)(around, factors, deep, out)
    for z, y, x in np.ndindex(out.shape):
        here = around[z + deep]
        rises = [here[y + 2, x + 1] - here[y, x + 1], here[y + 1, x + 2] - here[y + 1, x]]
        rises.insert(0, around[z + 2, y + 1, x + 1] - around[z, y + 1, x + 1] if deep else 0.0)
        assert out[z, y, x] == pytest.approx(math.dist(factors * rises, (0, 0, 0)))


@plain
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), flat=st.booleans())
def test_patterns_on_the_eight_neighbours(plain, seed, flat):
    """Whole neighbours only: each point's weight lies on one voxel."""
    around = np.random.default_rng(seed).integers(0, 1 if flat else 3, (2, 4, 5)).astype(float)
    ring = [(0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1), (1, 0), (1, 1)]
    corners = np.array([[place] * 4 for place in ring])
    weights, out = np.tile([1.0, 0, 0, 0], (8, 1)), np.empty((2, 2, 3))
    kernel(local.uniform_patterns, plain)(around, 1, corners, weights, out)
    for z, y, x in np.ndindex(out.shape):
        middle = around[z, y + 1, x + 1]
        bits = [around[z, y + 1 + row, x + 1 + column] >= middle for row, column in ring]
        turns = sum(a != b for a, b in zip(bits, [*bits[1:], bits[0]], strict=True))
        assert out[z, y, x] == (sum(bits) if turns <= 2 else 9)
