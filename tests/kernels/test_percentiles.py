"""Buckets give the order statistics that sorting gives, whatever the distribution."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radioloom.features.distribution import Sampled
from radioloom.kernels.percentiles import count_buckets, take_buckets


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    spread=st.sampled_from(["even", "skewed", "tied", "far"]),
    n=st.integers(1, 3000),
)
def test_order_statistics_are_those_of_sorting(seed, spread, n):
    rng = np.random.default_rng(seed)
    values = {
        "even": rng.random(n),
        "skewed": rng.lognormal(sigma=4, size=n),
        "tied": rng.integers(0, 3, n) + 0.5,
        "far": np.append(rng.normal(size=n), 1e12),
    }[spread]
    ranks = np.sort(rng.integers(0, values.size, 10))
    sampled = Sampled(values, values.min(), values.max())
    assert sampled.order_statistics(ranks).tolist() == np.sort(values)[ranks].tolist()


@pytest.mark.parametrize("plain", [False, True], ids=["compiled", "plain"])
def test_buckets(plain):
    count, take = (kernel.py_func if plain else kernel for kernel in (count_buckets, take_buckets))
    values = np.array([0.0, 0.24, 0.25, 0.9, 1.0, 0.5])
    assert count(values, 0.0, 4.0, 4).tolist() == [2, 1, 1, 2]  # the highest value belongs to the last
    taken = np.empty(3)
    take(values, 0.0, 4.0, np.array([False, True, False, True]), taken)
    assert taken.tolist() == [0.25, 0.9, 1.0]
