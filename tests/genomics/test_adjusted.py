"""Partial correlations are R's; their p keeps its level where a confounder drives modules and features both."""

import numpy as np
import pandas as pd
import pytest

from made.studies import ROOT
from radioloom.genomics import adjusted, association
from radioloom.genomics.adjusted import Confounders
from radioloom.stats.multiplicity import benjamini_hochberg

GOLDEN = ROOT / "tests" / "golden"


@pytest.mark.parametrize("given", ["age", "histology", "both"])
def test_rho_is_that_of_residuals_in_r(given):
    cases = pd.read_csv(GOLDEN / "partial_ranks_cases.csv")
    golden = pd.read_csv(GOLDEN / "partial_ranks.csv").query("given == @given")
    age = cases[["age"]].to_numpy(float)
    levels = pd.get_dummies(cases["histology"]).iloc[:, 1:].to_numpy(float)
    columns, ranked = {
        "age": ([age], [True]), "histology": ([levels], [False] * 2), "both": ([age, levels], [True, False, False]),
    }[given]  # fmt: skip
    held = Confounders(np.hstack(columns), np.array(ranked))
    x, y = (cases.filter(like=kind).to_numpy(float) for kind in ("score", "feature"))
    tests = adjusted.table(x, y, held, association.orders(len(cases), 9, np.random.default_rng(1)))
    assert tests.n.tolist() == [60, 60, 57]
    for row in golden.itertuples():
        assert tests.rho[row.score - 1, row.feature - 1] == pytest.approx(row.rho, abs=1e-12)


def test_counts_are_those_of_one_permutation_after_another():
    """Slowly: residuals by least squares, exchanged, put back, residuals anew, each pair by itself."""
    draw = np.random.default_rng(2)
    z = draw.normal(size=(14, 2))
    x, y = draw.normal(size=(14, 2)) + z[:, :1], draw.normal(size=(14, 3)) + z[:, :1]
    y[[2, 5], 2] = np.nan
    orders = association.orders(14, 30, draw)
    tests = adjusted.table(x, y, Confounders(z, np.array([True, True])), orders)

    def ranks(values):
        return values.argsort(axis=0).argsort(axis=0) + 1.0

    null, seen = np.empty((30, 2, 3)), np.empty((2, 3))
    for j in range(3):
        rows = np.flatnonzero(np.isfinite(y[:, j]))
        design = np.column_stack([np.ones(len(rows)), ranks(z[rows])])

        def foretold(values, design=design):
            return design @ np.linalg.lstsq(design, values, rcond=None)[0]

        y_left = ranks(y[rows, j]) - foretold(ranks(y[rows, j]))
        for i in range(2):
            x_ranks = ranks(x[rows, i])
            x_left = x_ranks - foretold(x_ranks)
            seen[i, j] = abs((x_left * y_left).sum()) / np.sqrt(((x_left * y_left) ** 2).sum())
            for b, order in enumerate(orders):
                anew = foretold(x_ranks) + x_left[[sorted(order[rows]).index(k) for k in order[rows]]]
                left = anew - foretold(anew)
                null[b, i, j] = abs((left * y_left).sum()) / np.sqrt(((left * y_left) ** 2).sum())
    for j, like in ((0, [0, 1]), (1, [0, 1]), (2, [2])):
        for i in range(2):
            pool = null[:, :, like]
            assert tests.p[i, j] == pytest.approx((1 + (pool >= seen[i, j] - 1e-9).sum()) / (1 + pool.size))
            assert tests.p_max[i, j] == pytest.approx((1 + (null.max(axis=(1, 2)) >= seen[i, j] - 1e-9).sum()) / 31)


def confounded(draw, category):
    """4 modules and 20 features, a quarter of them of two values, that share nothing but a strong confounder."""
    if category:
        level = draw.choice(3, size=60, p=[0.6, 0.25, 0.15])
        drive, held = np.array([0, 1.5, -1])[level], Confounders(np.eye(3)[level][:, 1:], np.array([False, False]))
    else:
        drive = draw.normal(size=60)
        held = Confounders(drive[:, None], np.array([True]))
    x, y = (1.5 * drive[:, None] + draw.normal(size=(60, k)) for k in (4, 20))
    y[:, :5] = y[:, :5] > 0
    return x, y, held


@pytest.mark.parametrize("category", [False, True])
def test_p_keeps_its_level_where_a_confounder_drives_both(category):
    """Unadjusted 99 of 100 pairs pass; of rho in place of the studentised sum 7 of 100 do, and of 100 maps 15."""
    draw, below, any_q, unadjusted = np.random.default_rng(3), [], [], []
    for _ in range(100):
        x, y, held = confounded(draw, category)
        orders = association.orders(60, 99, draw)
        p = adjusted.table(x, y, held, orders).p
        below.append((p < 0.05).mean())
        any_q.append((benjamini_hochberg(p) < 0.05).any())
    counts = association.exceedances(x, y, orders)
    unadjusted = (1 + counts[0]) / (1 + counts[1])
    assert (unadjusted < 0.05).mean() > 0.95
    assert np.mean(below) < 0.05 + 3 * np.std(below) / 10
    assert np.mean(below) > 0.03
    assert np.mean(any_q) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 100)


def test_a_tie_beyond_the_confounder_passes_and_what_it_explains_whole_is_undefined():
    draw = np.random.default_rng(4)
    x, y, held = confounded(draw, category=False)
    y[:, 7] = x[:, 1] + 0.3 * y[:, 7]
    y[:, 8] = np.exp(held.columns[:, 0])  # its order
    y[:, 9] = 1.0
    tests = adjusted.table(x, y, held, association.orders(60, 199, draw))
    assert tests.p_max[1, 7] == 1 / 200
    assert np.isnan(tests.rho[:, 8:10]).all()
    assert np.isnan(tests.p[:, 8:10]).all()


def test_given_nothing_it_is_spearmans_rho_and_given_one_number_the_first_order_partial():
    draw = np.random.default_rng(5)
    x, y, held = confounded(draw, category=False)
    orders = association.orders(60, 9, draw)
    nothing = adjusted.table(x, y, Confounders(np.empty((60, 0)), np.empty(0, bool)), orders)
    np.testing.assert_allclose(nothing.rho, association.observed(x, y)[0], atol=1e-12)
    one = adjusted.table(x, y, held, orders)
    np.testing.assert_allclose(one.rho, association.given(x, y, held.columns[:, 0]), atol=1e-10)
