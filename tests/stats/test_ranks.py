"""Ranks and their correlation against scipy."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata, spearmanr

from radioloom.stats.ranks import spearman, twice_ranks


def columns(seed: int, n: int = 30, f: int = 8) -> np.ndarray:
    draw = np.random.default_rng(seed)
    shared = draw.normal(size=(n, 1))
    mixed = shared * draw.uniform(0, 2, f) + draw.normal(size=(n, f))
    mixed[:, ::2] = np.round(mixed[:, ::2])  # ties
    return mixed


@given(st.integers(0, 10**6), st.integers(2, 40))
@settings(max_examples=30, deadline=None)
def test_ranks_equal_scipy(seed, n):
    values = columns(seed, n)
    np.testing.assert_array_equal(twice_ranks(values), 2 * rankdata(values, axis=0))


@given(st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_rho_equals_scipy(seed):
    values = columns(seed)
    np.testing.assert_allclose(spearman(values), spearmanr(values).statistic, atol=1e-12)


def test_a_constant_column_has_no_rho():
    values = np.column_stack([np.arange(5.0), np.ones(5)])
    assert np.isnan(spearman(values)[:, 1]).all()
    assert spearman(values)[0, 0] == 1
