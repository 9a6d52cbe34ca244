"""Counts of every gene against every feature are those of the map's, which keeps each permuted rho."""

import numpy as np
import pytest

from radioloom.genomics import association, pairs
from radioloom.stats.multiplicity import benjamini_hochberg


def drawn(n=24):
    draw = np.random.default_rng(1)
    x, y = draw.normal(size=(30, n)), draw.normal(size=(n, 6))
    x[:4] = x[:4].round()  # ties
    x[5] = 2.0  # one value
    y[:, 1] = y[:, 1] > 0
    y[[3, 8], 2] = np.nan
    y[:, 3] += 2 * x[7]
    y[:, 4] = 1.0
    return x, y, association.orders(n, 40, draw)


@pytest.mark.parametrize(("threads", "cells"), [(1, 1 << 18), (2, 1 << 18), (3, 300)])
def test_all_are_those_that_are_counted_one_by_one(monkeypatch, threads, cells):
    monkeypatch.setattr(pairs, "CELLS", cells)
    x, y, orders = drawn()
    ours = pairs.every(x, y, orders, threads)
    rho, n = association.observed(x.T, y)
    undefined = np.isnan(rho)
    np.testing.assert_allclose(ours.rho, rho, atol=1e-12)
    np.testing.assert_array_equal(ours.n, n)
    null = np.full((len(orders), *rho.shape), np.nan)
    for b, order in enumerate(orders):  # the features are exchanged, in the cases that have them
        for j in range(y.shape[1]):
            rows = np.flatnonzero(np.isfinite(y[:, j]))
            places = np.argsort(np.argsort(order[rows]))
            null[b, :, j] = np.abs(association.observed(x[:, rows].T, y[rows[places], j][:, None])[0][:, 0])
    pool = association.alike(x.T, y)
    p, p_max = np.full(rho.shape, np.nan), np.full(rho.shape, np.nan)
    top = np.nanmax(null * np.sqrt(n - 1), axis=(1, 2))
    for i, j in zip(*np.nonzero(~undefined), strict=True):
        like = null[:, (pool == pool[i, j]) & ~undefined]
        p[i, j] = (1 + (like >= abs(rho[i, j]) - 1e-9).sum()) / (1 + like.size)
        p_max[i, j] = (1 + (top >= abs(rho[i, j]) * np.sqrt(n[j] - 1) - 1e-9).sum()) / (1 + len(orders))
    np.testing.assert_allclose(ours.p, p, rtol=1e-12)
    np.testing.assert_allclose(ours.p_max, p_max, rtol=1e-12)
    np.testing.assert_allclose(ours.q, benjamini_hochberg(p), rtol=1e-12)
    assert ours.p_max[7, 3] == 1 / 41


def test_single_precision_is_exact_up_to_369_cases_and_left_beyond():
    draw = np.random.default_rng(2)
    kinds = {}
    for n in (369, 370):
        groups = list(pairs._groups(draw.normal(size=(2, n)), draw.normal(size=(n, 2))))
        kinds[n] = groups[0].x.dtype
        assert (groups[0].length < pairs.EXACT) == (n == 369)
    assert kinds == {369: np.float32, 370: np.float64}
