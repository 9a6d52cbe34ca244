"""Agreement against R (psych, base): golden values by tests/golden/make/agreement.R; missing replicates; speed."""

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from made.studies import ROOT
from radioloom.errors import StudyError
from radioloom.stats.agreement import FORMS, ONE_WAY, concordance_correlation, icc
from radioloom.stats.ranks import friedman, stability_rank
from radioloom.stats.raters import weighted_kappa

GOLDEN = pd.read_csv(ROOT / "tests" / "golden" / "agreement.csv").set_index(["table", "what"]).sort_index()
LONG = pd.read_csv(ROOT / "tests" / "golden" / "agreement_tables.csv")
TABLES = {k: rows.pivot(index="subject", columns="replicate", values="value") for k, rows in LONG.groupby("table")}
TABLES = {k: table.to_numpy(float) for k, table in TABLES.items()}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("table", TABLES)
def test_icc_equals_psych(table, form):
    found = icc(TABLES[table][None], form)
    ours = [found.estimate[0], found.low[0], found.high[0]]
    np.testing.assert_allclose(ours, GOLDEN.loc[(table, form)], rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("table", [2, 4])
def test_one_way_with_missing_replicates_equals_r_s_analysis_of_variance(table):
    values = TABLES[table].copy()
    values[[0, 2, 4, 4], [0, 1, 0, 2]] = np.nan
    found = icc(values[None], "ICC(1)")
    np.testing.assert_allclose(
        [found.estimate[0], found.low[0], found.high[0]], GOLDEN.loc[(table, "unbalanced ICC(1)")], rtol=1e-9
    )
    assert found.n[0] == len(values)  # nobody is lost: two-way forms lose three
    assert icc(values[None], "ICC(A,1)").n[0] == len(values) - 3


@pytest.mark.parametrize("form", ONE_WAY)
def test_subjects_measured_once_alone_say_nothing(form):
    once = np.full((1, 5, 3), np.nan)
    once[0, :, 0] = np.arange(5)
    found = icc(once, form)
    assert np.isnan([found.estimate[0], found.low[0], found.high[0]]).all()
    once[0, 0, 1] = 0.1
    assert icc(once, form).n[0] == 5
    assert 0.9 < icc(once, form).estimate[0] < 1


@pytest.mark.parametrize("table", TABLES)
def test_friedman_equals_r(table):
    found = friedman(TABLES[table][None])
    n, k = TABLES[table].shape
    assert found.statistic[0] == pytest.approx(GOLDEN.loc[(table, "friedman"), "estimate"], rel=1e-9, abs=1e-9)
    assert found.p[0] == pytest.approx(GOLDEN.loc[(table, "friedman p"), "estimate"], rel=1e-7)
    assert found.w[0] == pytest.approx(found.statistic[0] / (n * (k - 1)))


@given(st.integers(0, 10**6), st.integers(2, 15), st.integers(3, 6), st.booleans())
@settings(max_examples=40, deadline=None)
def test_friedman_equals_scipy_and_knows_order_only(seed, n, k, ties):
    from scipy.stats import friedmanchisquare

    values = np.random.default_rng(seed).normal(size=(n, k)) + np.arange(k) * 0.5
    values = np.rint(values) if ties else values
    found = friedman(values[None])
    if len(set(values.ravel())) > 1 and any(len(set(row)) > 1 for row in values):
        expected = friedmanchisquare(*values.T)
        assert found.statistic[0] == pytest.approx(expected.statistic, rel=1e-9, abs=1e-9)
        assert found.p[0] == pytest.approx(expected.pvalue, rel=1e-7, abs=1e-12)
    assert friedman(np.exp(values)[None]).statistic[0] == found.statistic[0]
    holed = np.concatenate([values, np.full((1, k), np.nan)])
    assert friedman(holed[None]).statistic[0] == found.statistic[0]


def test_readers_who_agree_have_no_friedman_difference():
    found = friedman(np.stack([np.ones((4, 3)), np.repeat(np.arange(4.0), 3).reshape(4, 3)]))
    assert found.statistic.tolist() == [0, 0]
    assert found.p.tolist() == [1, 1]
    shifted = np.arange(4.0)[:, None] + [0, 1, 2]
    assert friedman(shifted[None]).w[0] == pytest.approx(1)
    assert np.isnan(friedman(np.full((1, 4, 3), np.nan)).statistic[0])


def test_stability_ranks_average_ties_and_put_the_unknown_last():
    assert stability_rank(np.array([0.9, 0.5, 0.9, np.nan]), True).tolist() == [1.5, 3, 1.5, 4]
    assert stability_rank(np.array([0.9, 0.5, np.nan, np.nan]), False).tolist() == [2, 1, 3.5, 3.5]


def codes(table: int) -> np.ndarray:
    """The table's first two columns cut at the quartiles of the whole, as R's findInterval does."""
    values = TABLES[table]
    cuts = np.quantile(values, [0.25, 0.5, 0.75])
    return np.searchsorted(cuts, values[:, :2], side="right").astype(float)


@pytest.mark.parametrize("weights", ["unweighted", "linear", "quadratic"])
@pytest.mark.parametrize("table", [2, 3, 6])
def test_kappa_equals_psych_statsmodels_and_scikit_learn(table, weights):
    """The variance of a weighted kappa in psych 2.2.9 sums over the wrong margin: there statsmodels judges."""
    from sklearn.metrics import cohen_kappa_score
    from statsmodels.stats.inter_rater import cohens_kappa

    first, second = codes(table).T
    found = weighted_kappa(first, second, 4, weights)
    ours, psych = [found.estimate, found.low, found.high], GOLDEN.loc[(table, f"kappa {weights}")].to_numpy()
    assert found.estimate == pytest.approx(psych[0], rel=1e-8)
    counts = np.zeros((4, 4))
    np.add.at(counts, (first.astype(int), second.astype(int)), 1)
    if weights == "unweighted":
        np.testing.assert_allclose(ours, psych, rtol=1e-8)
    else:
        other = cohens_kappa(counts, wt=weights)
        np.testing.assert_allclose(ours, [other.kappa, other.kappa_low, other.kappa_upp], rtol=1e-8)
    other = cohen_kappa_score(first, second, labels=range(4), weights=None if weights == "unweighted" else weights)
    assert found.estimate == pytest.approx(other, rel=1e-12)


def test_kappa_leaves_out_the_unrated_and_refuses_what_is_no_code():
    first, second = codes(3).T
    whole = weighted_kappa(first, second, 4)
    more = weighted_kappa(np.append(first, [np.nan, 1]), np.append(second, [2, np.nan]), 4)
    assert more == whole
    assert weighted_kappa(first, first, 4).estimate == 1
    assert np.isnan(weighted_kappa(np.ones(5), np.ones(5), 4).estimate)  # one category: nothing to agree on
    with pytest.raises(StudyError, match=r"4 is no code of 4 ordinal categories"):
        weighted_kappa(first + 1, second, 4)
    with pytest.raises(StudyError, match="must be one of unweighted, linear, quadratic"):
        weighted_kappa(first, second, 4, "cubic")


def naive_ccc(x: np.ndarray, y: np.ndarray) -> float:
    """Lin 1989 from its definition: 1 - mean squared distance over that of independent raters."""
    apart = np.mean([(a - b) ** 2 for a, b in zip(x, y, strict=True)])
    return 1 - apart / np.mean([(a - b) ** 2 for a in x for b in y])


@given(st.integers(0, 10**6), st.integers(3, 12))
@settings(max_examples=40, deadline=None)
def test_concordance_is_lin_s_definition(seed, n):
    draw = np.random.default_rng(seed)
    values = draw.normal(size=(n, 1)) * draw.uniform(0, 3) + draw.normal(size=(n, 2)) + draw.normal(size=2)
    found = concordance_correlation(values[None])
    assert found.estimate[0] == pytest.approx(naive_ccc(*values.T), abs=1e-9)
    assert found.low[0] <= found.estimate[0] <= found.high[0]


def test_concordance_intervals_hold_the_truth_as_often_as_they_say():
    draw = np.random.default_rng(8)
    truth = 2 * draw.normal(size=(3000, 40, 1))
    values = truth + draw.normal(size=(3000, 40, 2)) + [0.0, 1.0]
    found = concordance_correlation(values)
    expected = 2 * 4 / (5 + 5 + 1)
    assert np.mean((found.low <= expected) & (expected <= found.high)) == pytest.approx(0.95, abs=0.02)


def test_concordance_of_edges():
    line = np.arange(5.0)
    perfect, constant, few = np.stack([line, line], 1), np.ones((5, 2)), np.full((5, 2), np.nan)
    few[:2] = 1, 2
    found = concordance_correlation(np.stack([perfect, constant, few]))
    assert [found.estimate[0], found.low[0], found.high[0]] == [1, 1, 1]
    assert np.isnan(found.estimate[1:]).all()
    assert found.n.tolist() == [5, 5, 2]


@pytest.mark.parametrize("form", ["ICC(A,1)", "ICC(1)"])
def test_ten_thousand_features_in_less_than_a_second(form):
    values = np.random.default_rng(0).normal(size=(10_000, 31, 2))
    icc(values[:10], form)
    begun = time.process_time()
    icc(values, form)
    assert time.process_time() - begun < 1.0
