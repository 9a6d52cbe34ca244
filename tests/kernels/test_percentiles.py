"""Buckets give the order statistics that sorting gives, whatever the distribution."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import naive.kernels as naive
from made.written import kernel, plain
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


@plain
@settings(max_examples=20, deadline=None)
@given(values=st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=40), n=st.integers(1, 9), seed=st.integers(0, 99))
def test_buckets(plain, values, n, seed):
    low, high = min(values), max(values)
    scale = n / (high - low) if high - low > 1e-6 else 1.0
    place = naive.buckets(values, low, scale, n)
    assert kernel(count_buckets, plain)(np.array(values), low, scale, n).tolist() == [place.count(k) for k in range(n)]
    wanted = np.random.default_rng(seed).random(n) < 0.5
    kept = [value for value, k in zip(values, place, strict=True) if wanted[k]]
    taken = np.full(len(kept), np.nan)
    kernel(take_buckets, plain)(np.array(values), low, scale, wanted, taken)
    assert taken.tolist() == kept


@plain
def test_the_highest_value_belongs_to_the_last_bucket(plain):
    values = np.array([0.0, 0.24, 0.25, 0.9, 1.0, 0.5])
    assert kernel(count_buckets, plain)(values, 0.0, 4.0, 4).tolist() == [2, 1, 1, 2]
