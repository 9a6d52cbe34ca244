"""Agreement where there is none: every form on noise against R's psych, a naive twin and its own bounds; constants."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import f as fisher

from made.studies import ROOT
from radioloom.stats.agreement import FORMS, concordance_correlation, icc

GOLDEN = pd.read_csv(ROOT / "tests" / "golden" / "agreement_noise.csv").set_index(["table", "what"]).sort_index()
LONG = pd.read_csv(ROOT / "tests" / "golden" / "agreement_noise_tables.csv")
TABLES = {k: rows.pivot(index="subject", columns="replicate", values="value") for k, rows in LONG.groupby("table")}
TABLES = {k: table.to_numpy(float) for k, table in TABLES.items()}


def naive_single(x: np.ndarray, form: str) -> tuple[float, float, float, float]:
    """Estimate, bounds and Satterthwaite's degrees of freedom of one measurement, as McGraw and Wong print them."""
    n, k = x.shape
    grand = x.mean()
    subjects = k * sum((row.mean() - grand) ** 2 for row in x) / (n - 1)
    readers = n * sum((column.mean() - grand) ** 2 for column in x.T) / (k - 1)
    error = sum(
        (x[i, j] - x[i].mean() - x[:, j].mean() + grand) ** 2 for i in range(n) for j in range(k)
    ) / ((n - 1) * (k - 1))  # fmt: skip
    within = sum((x[i, j] - x[i].mean()) ** 2 for i in range(n) for j in range(k)) / (n * (k - 1))
    if form != "ICC(A,1)":
        noise, df = (within, n * (k - 1)) if form == "ICC(1)" else (error, (n - 1) * (k - 1))
        observed = subjects / noise
        ratios = observed, observed / fisher.ppf(0.975, n - 1, df), observed * fisher.ppf(0.975, df, n - 1)
        return (*((r - 1) / (r + k - 1) for r in ratios), np.inf)
    estimate = (subjects - error) / (subjects + (k - 1) * error + k / n * (readers - error))
    a = k * estimate * readers
    b = (n * (1 + (k - 1) * estimate) - k * estimate) * error
    df = (a + b) ** 2 / (a**2 / (k - 1) + b**2 / ((n - 1) * (k - 1)))
    v = max(df, k - 1)
    over, under = fisher.ppf(0.975, n - 1, v), fisher.ppf(0.975, v, n - 1)
    rest = k * readers + (k * n - k - n) * error
    low = n * (subjects - over * error) / (over * rest + n * subjects)
    return estimate, low, n * (under * subjects - error) / (rest + n * under * subjects), df


def of_mean(single: float, k: int) -> float:
    return k * single / (1 + (k - 1) * single) if single > -1 / (k - 1) else -np.inf


SINGLE = {"ICC(k)": "ICC(1)", "ICC(A,k)": "ICC(A,1)", "ICC(C,k)": "ICC(C,1)"}


@pytest.mark.parametrize("form", FORMS)
def test_equals_psych_and_a_naive_twin_where_there_is_nothing_but_noise(form):
    like_r = 0
    for number, table in TABLES.items():
        k = table.shape[1]
        *single, df = naive_single(table, SINGLE.get(form, form))
        expected = [of_mean(each, k) for each in single] if form in SINGLE else single
        ours = icc(table[None], form)
        ours = [ours.estimate[0], ours.low[0], ours.high[0]]
        np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-12)
        if df >= k - 1 and np.isfinite(expected).all():  # psych knows neither limit, and prints what the formula gives
            np.testing.assert_allclose(ours, GOLDEN.loc[(number, form)].to_numpy(float), rtol=1e-7, atol=1e-9)
            like_r += 1
    assert like_r >= (18 if form == "ICC(A,k)" else 30)


@given(st.integers(0, 10**6), st.integers(3, 50), st.integers(2, 5), st.sampled_from([0.0, 0.3, 1.0, 5.0]))
@settings(max_examples=25, deadline=None)
def test_the_estimate_lies_within_its_bounds_and_no_bound_is_above_one(seed, n, k, signal):
    draw = np.random.default_rng(seed)
    tables = draw.normal(size=(50, n, k)) + signal * draw.normal(size=(50, n, 1))
    for form in FORMS:
        each = icc(tables, form)
        assert not np.isnan([each.estimate, each.low, each.high]).any()
        assert (each.low <= each.estimate).all()
        assert (each.estimate <= each.high).all()
        assert (each.high <= 1 + 1e-12).all()


def test_noise_in_few_subjects_is_not_reliable_by_any_form():
    """Six subjects measured twice, nothing but noise: before, a third had a lower bound of ICC(A,k) of 0.75 or more."""
    tables = np.random.default_rng(5).normal(size=(4000, 6, 2))
    for form in FORMS:
        assert np.mean(icc(tables, form).low >= 0.75) < 0.01
        assert np.mean(icc(tables, form).low > 0) == pytest.approx(0.025, abs=0.01)


@pytest.mark.parametrize("form", FORMS)
def test_the_mean_of_a_single_icc_at_or_below_its_pole_is_unbounded_below(form):
    opposite = np.array([[0.0, 1], [1, 0], [0.02, 0.99], [1, 0], [0, 1.01]])  # who is high is low the second time
    each = icc(opposite[None], form)
    assert each.estimate[0] < -0.9
    assert not each.low[0] > each.estimate[0]
    if form == "ICC(A,k)":  # the other two reach the pole only where no subject differs from another at all
        assert each.estimate[0] == each.low[0] == -np.inf


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("value", [0.1, 1 / 3, 1e9 / 7, -2e-7, 0.0])
def test_a_constant_feature_has_no_agreement_whatever_rounding_makes_of_it(form, value):
    draw = np.random.default_rng(2)
    many = [np.full((n, k), value) * (1 + 1e-15 * draw.normal(size=(n, k))) for n in range(3, 15) for k in (2, 3, 4)]
    for table in many:
        each = icc(table[None], form)
        assert np.isnan([each.estimate[0], each.low[0], each.high[0]]).all()
        assert each.constant[0]
        holed = np.vstack([table, [np.nan] * table.shape[1]])
        assert np.isnan(icc(holed[None], form).low[0])
        assert np.isnan(concordance_correlation(table[None, :, :2]).estimate[0])


@pytest.mark.parametrize("form", FORMS)
def test_small_differences_that_are_not_rounding_still_count(form):
    table = 1.0 + 1e-8 * np.random.default_rng(3).normal(size=(12, 1)) + np.zeros((12, 2))
    assert icc(table[None], form).estimate[0] == pytest.approx(1)
