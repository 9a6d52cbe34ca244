from itertools import permutations

import numpy as np
import pandas as pd
import pingouin
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr
from statsmodels.stats.multitest import multipletests

from radioloom.genomics import association


def drawn(seed, n=25, m=3, k=4, gaps=False):
    draw = np.random.default_rng(seed)
    x, y = draw.normal(size=(n, m)), draw.normal(size=(n, k)).round(1)  # rounded: ties
    if gaps:
        y[draw.random(y.shape) < 0.15] = np.nan
    return x, y


@pytest.mark.parametrize("gaps", [False, True])
def test_rho_is_scipys(gaps):
    x, y = drawn(1, gaps=gaps)
    rho, n = association.observed(x, y)
    for i in range(x.shape[1]):
        for j in range(y.shape[1]):
            both = np.isfinite(y[:, j])
            assert rho[i, j] == pytest.approx(spearmanr(x[both, i], y[both, j]).statistic, abs=1e-12)
            assert n[j] == both.sum()


@pytest.mark.parametrize("gaps", [False, True])
def test_exact_permutations_of_six_cases(gaps):
    """Every order of six cases, counted one by one with scipy."""
    x, y = drawn(2, n=6, m=2, k=2)
    if gaps:
        y[1, 0] = np.nan
    orders = np.array(list(permutations(range(6))))
    alone, largest = association.exceedances(x, y, orders)
    null = np.empty((len(orders), 2, 2))
    for b, order in enumerate(orders):
        for i in range(2):
            for j in range(2):
                both = np.isfinite(y[:, j])
                null[b, i, j] = abs(spearmanr(x[order][both, i], y[both, j]).statistic)
    rho = np.abs(association.observed(x, y)[0])
    assert np.array_equal(alone, (null >= rho - 1e-9).sum(axis=0))
    z = np.sqrt(np.isfinite(y).sum(axis=0) - 1)
    assert np.array_equal(largest, ((null * z).max(axis=(1, 2))[:, None, None] >= rho * z - 1e-9).sum(axis=0))


def test_exact_permutation_p_is_scipys_permutation_test():
    from scipy.stats import permutation_test

    x, y = drawn(3, n=7, m=1, k=1)
    orders = np.array(list(permutations(range(7))))
    alone, _ = association.exceedances(x, y, orders)
    theirs = permutation_test(
        (x[:, 0],), lambda a: abs(spearmanr(a, y[:, 0]).statistic), permutation_type="pairings", alternative="greater",
        n_resamples=np.inf,
    )  # fmt: skip
    assert alone[0, 0] / len(orders) == pytest.approx(theirs.pvalue, abs=1e-12)


def test_blocks_do_not_matter(monkeypatch):
    x, y = drawn(4, gaps=True)
    orders = association.orders(len(x), 60, np.random.default_rng(1))
    whole = association.exceedances(x, y, orders)
    monkeypatch.setattr(association, "BLOCK", 7)
    assert all(np.array_equal(a, b) for a, b in zip(whole, association.exceedances(x, y, orders), strict=True))


@pytest.mark.parametrize("gaps", [False, True])
def test_partial_is_pingouins(gaps):
    x, y = drawn(5, gaps=gaps)
    z = np.random.default_rng(6).normal(size=len(x)) + x[:, 0]
    partial = association.given(x, y, z)
    for i in range(x.shape[1]):
        for j in range(y.shape[1]):
            frame = pd.DataFrame({"x": x[:, i], "y": y[:, j], "z": z}).dropna()
            theirs = pingouin.partial_corr(frame, "x", "y", "z", method="spearman")["r"].iloc[0]
            assert partial[i, j] == pytest.approx(theirs, abs=1e-10)


def test_partial_given_itself_is_undefined():
    x, y = drawn(7)
    assert np.isnan(association.given(x, y, y[:, 0])[:, 0]).all()
    assert np.isnan(association.given(x, np.exp(y), y[:, 0])[:, 0]).all()  # the same order


def table_of(x, y, volume, orders):
    scores = pd.DataFrame(x, columns=[f"M{i}" for i in range(x.shape[1])])
    features = pd.DataFrame(y, columns=[f"f{j}" for j in range(y.shape[1])])
    return association.table(scores, features, pd.Series(volume, name="f0"), orders)


def test_table():
    x, y = drawn(9)
    y[:, 1] = x[:, 2] + 0.05 * y[:, 1]  # planted
    y[:, 3] = 1.0  # constant
    orders = association.orders(len(x), 199, np.random.default_rng(1))
    found = table_of(x, y, y[:, 0], orders).set_index(["module", "feature_id"])
    planted = found.loc[("M2", "f1")]
    assert planted["rho"] > 0.9
    assert planted["p"] == planted["p_max"] == 1 / 200
    assert found.xs("f3", level="feature_id")[["rho", "p", "q", "p_max"]].isna().all(axis=None)
    assert found.xs("f0", level="feature_id")["rho_given_volume"].isna().all()
    sound = found.dropna(subset=["p"])
    assert (sound["p_max"] >= sound["p"]).all()
    assert (sound["q"] >= sound["p"]).all()
    assert np.allclose(sound["q"], multipletests(sound["p"], method="fdr_bh")[1])  # undefined pairs are no tests


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_p_does_not_change_under_monotone_maps(seed):
    x, y = drawn(seed, n=12, m=2, k=2)
    orders = association.orders(12, 50, np.random.default_rng(seed))
    first = association.exceedances(x, y, orders)
    second = association.exceedances(np.exp(x), y**3, orders)
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_p_is_uniform_under_the_null_and_family_wise_p_holds_its_level():
    """200 tables of pure noise: p below 0.1 in about a tenth, any p_max below 0.1 in about a tenth."""
    draw = np.random.default_rng(10)
    below, any_below = [], []
    for _ in range(200):
        x, y = draw.normal(size=(15, 2)), draw.normal(size=(15, 3))
        orders = association.orders(15, 99, draw)
        alone, largest = association.exceedances(x, y, orders)
        below.append(((1 + alone) / 100 <= 0.1).mean())
        any_below.append(((1 + largest) / 100 <= 0.1).any())
    assert 0.07 < np.mean(below) < 0.13
    assert 0.05 < np.mean(any_below) < 0.16


def test_orders_are_permutations():
    orders = association.orders(9, 40, np.random.default_rng(2))
    assert np.array_equal(np.sort(orders, axis=1), np.tile(np.arange(9), (40, 1)))
    assert len(np.unique(orders, axis=0)) > 30
