"""Weighted and running sums of one axis against their definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from made.written import kernel, plain
from radioloom.kernels import convolve


@plain
@pytest.mark.parametrize("add", [False, True])
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_weighted_sums(plain, add, seed):
    rng = np.random.default_rng(seed)
    m, n_taps = rng.integers(5, 12), 4 * rng.integers(1, 3)
    n = int(rng.integers(1, m + 1))
    offsets, taps = rng.integers(0, m - n + 1, n_taps), rng.normal(size=n_taps)
    source, start = rng.normal(size=(2, m, 3)), rng.normal(size=(2, n, 3))
    wanted = sum(tap * source[:, at : at + n] for tap, at in zip(taps, offsets, strict=True)) + add * start
    rows = start.copy()
    kernel(convolve.weigh_rows, plain)(source, offsets, taps, add, rows)
    assert rows == pytest.approx(wanted)
    columns = np.ascontiguousarray(start.transpose(0, 2, 1).reshape(6, n))
    turned = np.ascontiguousarray(source.transpose(0, 2, 1).reshape(6, m))
    kernel(convolve.weigh_columns, plain)(turned, offsets, taps, add, columns)
    assert columns == pytest.approx(wanted.transpose(0, 2, 1).reshape(6, n))


@plain
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_running_sums(plain, seed):
    rng = np.random.default_rng(seed)
    m = int(rng.integers(1, 12))
    n = int(rng.integers(1, m + 1))
    source, rows, columns = rng.normal(size=(2, m, 3)), np.empty((2, n, 3)), np.empty((2, n))
    windows = np.lib.stride_tricks.sliding_window_view
    kernel(convolve.run_rows, plain)(source, rows)
    assert rows == pytest.approx(windows(source, m - n + 1, axis=1).sum(axis=-1))
    kernel(convolve.run_columns, plain)(np.ascontiguousarray(source[:, :, 0]), 0.5, columns)
    assert columns == pytest.approx(windows(source[:, :, 0], m - n + 1, axis=1).sum(axis=-1) / 2)


@plain
def test_longer_than_a_stretch_of_the_cache(plain):
    source = np.random.default_rng(1).normal(size=(1, 5, 1500))
    out, taps = np.empty((1, 2, 1500)), np.array([1.0, -2.0, 0.5, 0.25])
    kernel(convolve.weigh_rows, plain)(source, np.arange(4), taps, False, out)
    assert out == pytest.approx(sum(tap * source[:, k : k + 2] for k, tap in enumerate(taps)))
    kernel(convolve.run_rows, plain)(source, out)
    assert out == pytest.approx(sum(source[:, k : k + 2] for k in range(4)))
