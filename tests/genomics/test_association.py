from itertools import permutations

import numpy as np
import pandas as pd
import pingouin
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata, spearmanr
from statsmodels.stats.multitest import multipletests

from radioloom.genomics import association


def drawn(seed, n=25, m=3, k=4, gaps=False):
    draw = np.random.default_rng(seed)
    x, y = draw.normal(size=(n, m)), draw.normal(size=(n, k)).round(1)  # rounded: ties
    if gaps:
        y[draw.random(y.shape) < 0.15] = np.nan
    return x, y


def known(y, j):
    return y[np.isfinite(y[:, j]), j]


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
    pooled, many, largest = association.exceedances(x, y, orders)
    null = np.empty((len(orders), 2, 2))
    for b, order in enumerate(orders):
        for i in range(2):
            for j in range(2):
                both = np.isfinite(y[:, j])
                null[b, i, j] = abs(spearmanr(x[order][both, i], y[both, j]).statistic)
    rho = np.abs(association.observed(x, y)[0])
    for i, j in np.ndindex(2, 2):  # pairs whose ranks are the same numbers: those of x have no ties
        like = [b for b in range(2) if sorted(rankdata(known(y, j))) == sorted(rankdata(known(y, b)))]
        assert pooled[i, j] == (null[:, :, like] >= rho[i, j] - 1e-9).sum()
        assert many[i, j] == 2 * len(like) * len(orders)
    z = np.sqrt(np.isfinite(y).sum(axis=0) - 1)
    assert np.array_equal(largest, ((null * z).max(axis=(1, 2))[:, None, None] >= rho * z - 1e-9).sum(axis=0))


def test_exact_permutation_p_is_scipys_permutation_test():
    from scipy.stats import permutation_test

    x, y = drawn(3, n=7, m=1, k=1)
    orders = np.array(list(permutations(range(7))))
    pooled, _, _ = association.exceedances(x, y, orders)
    theirs = permutation_test(
        (x[:, 0],), lambda a: abs(spearmanr(a, y[:, 0]).statistic), permutation_type="pairings", alternative="greater",
        n_resamples=np.inf,
    )  # fmt: skip
    assert pooled[0, 0] / len(orders) == pytest.approx(theirs.pvalue, abs=1e-12)


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
    assert planted["p_max"] == 1 / 200
    assert planted["p"] <= 1 / 200
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
        pooled, many, largest = association.exceedances(x, y, orders)
        below.append(((1 + pooled) / (1 + many) <= 0.1).mean())
        any_below.append(((1 + largest) / 100 <= 0.1).any())
    assert 0.07 < np.mean(below) < 0.13
    assert 0.05 < np.mean(any_below) < 0.16


def test_orders_are_permutations():
    orders = association.orders(9, 40, np.random.default_rng(2))
    assert np.array_equal(np.sort(orders, axis=1), np.tile(np.arange(9), (40, 1)))
    assert len(np.unique(orders, axis=0)) > 30


def test_pairs_without_ties_have_the_null_distribution_that_is_known():
    """P of many permutations is that of scipy's exact test of Spearman's rho, n 9, whatever pair it is of."""
    draw = np.random.default_rng(3)
    x, y = draw.normal(size=(9, 4)), draw.normal(size=(9, 30))
    table = table_of(x, y, y[:, 0], association.orders(9, 2000, draw))
    every = np.array(list(permutations(range(9))))[::37]
    distances = np.abs(1 - 6 * ((every - np.arange(9)) ** 2).sum(axis=1) / (9 * 80))
    expected = [(distances >= abs(rho) - 1e-9).mean() for rho in table["rho"]]
    np.testing.assert_allclose(table["p"], expected, atol=0.012)


def test_q_of_few_true_pairs_among_many_becomes_small_at_two_thousand_permutations():
    """20 pairs of rho 0.95 among 3,200; by each pair's own permutations alone their q was 0.09 at best."""
    draw = np.random.default_rng(11)
    x, y = draw.normal(size=(40, 8)), draw.normal(size=(40, 400))
    y[:, :20] = x[:, np.arange(20) % 8] + 0.3 * y[:, :20]
    table = table_of(x, y, y[:, 0], association.orders(40, 2000, draw))
    true = (table["rho"].abs() > 0.8).to_numpy()
    assert true.sum() == 20
    assert (table["q"][true] < 0.001).all()
    assert (table["q"][~true] > 0.05).mean() > 0.999
    assert association.smallest_q(2000, x, y) < 0.001


def test_noise_keeps_its_level():
    """Correlated features against correlated modules: any q below 0.05 in no more than 5 % of studies."""
    draw, least = np.random.default_rng(12), []
    for _ in range(150):
        x = draw.normal(size=(30, 4)) + 0.7 * draw.normal(size=(30, 1))
        y = draw.normal(size=(30, 40)) + draw.normal(size=(30, 1))
        y[:, :10] = y[:, :10].round()  # ties: pools of their own
        least.append(table_of(x, y, y[:, 0], association.orders(30, 200, draw))["q"].min())
    assert np.mean(np.array(least) < 0.05) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 150)


def test_what_the_permutations_allow_at_best():
    draw = np.random.default_rng(13)
    x, y = draw.normal(size=(30, 2)), draw.normal(size=(30, 50))
    assert association.smallest_q(99, x, y) == 100 / (1 + 99 * 100)
    y[:, 0] = y[:, 0] > 0  # a kind of its own, of two pairs
    assert association.smallest_q(99, x, y) == 100 / (1 + 99 * 2)
    assert np.isnan(association.smallest_q(99, x, np.ones((30, 2))))
