"""The scale of an ICC: normal scores against scipy, normality against its formula, coverage by simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm, rankdata

from radioloom.errors import StudyError
from radioloom.stats.agreement import FORMS, icc
from radioloom.stats.agreement_scales import AUTOMATIC, icc_on, normality_p
from radioloom.stats.ranks import normal_scores
from radioloom.tables.columns import MEASURED, RANKS

SPREAD = 1.0  # of the logarithm of subjects


def skewed(draw: np.random.Generator, shape: tuple[int, int], multiplied: bool = True) -> np.ndarray:
    z, error = draw.normal(size=(*shape, 1)), draw.normal(size=(*shape, 2)) / 3
    return np.exp(z + error) if multiplied else np.exp(z) + 2.16 * error


def test_normal_scores_are_blom_s_of_scipy_s_ranks():
    values = np.random.default_rng(1).normal(size=(25, 4)).round(1)
    values[[2, 7, 9], [0, 1, 1]] = np.nan
    scores = normal_scores(values)
    for column, of in zip(values.T, scores.T, strict=True):
        known = column[np.isfinite(column)]
        np.testing.assert_allclose(
            of[np.isfinite(column)], norm.ppf((rankdata(known) - 0.375) / (len(known) + 0.25)), atol=1e-12
        )
        assert np.isnan(of[np.isnan(column)]).all()


def test_normality_is_shapiro_and_francia_s_as_royston_prints_it():
    draw = np.random.default_rng(2)
    table = np.vstack([draw.normal(size=(5, 40)), np.exp(draw.normal(size=(5, 40)))])
    table[3, :9] = np.nan
    for row, p in zip(table, normality_p(table), strict=True):
        known = np.sort(row[np.isfinite(row)])
        n = len(known)
        w = np.corrcoef(known, norm.ppf((np.arange(1, n + 1) - 3 / 8) / (n + 1 / 4)))[0, 1] ** 2
        u, v = np.log(n), np.log(np.log(n))
        z = (np.log(1 - w) - (-1.2725 + 1.0521 * (v - u))) / (1.0308 - 0.26758 * (v + 2 / u))
        assert p == pytest.approx(norm.sf(z), rel=1e-9)
    assert (normality_p(table)[5:] < 1e-3).all()


@pytest.mark.parametrize("n", [5, 12, 50, 400])
def test_normality_holds_its_level(n):
    p = normality_p(np.random.default_rng(n).normal(size=(4000, n)))
    assert np.mean(p < 0.05) == pytest.approx(0.05, abs=0.012)


def test_nothing_speaks_against_few_or_equal_values():
    assert normality_p(np.array([[1, 5, 100, 1e6], [2.0, 2, 2, 2]])).tolist() == [1, 1]
    assert normality_p(np.full((1, 9), 3.0)).tolist() == [1]


@given(st.integers(0, 10**6), st.sampled_from(list(FORMS)))
@settings(max_examples=20, deadline=None)
def test_ranks_do_not_change_under_a_monotone_map_and_are_the_icc_of_normal_scores(seed, form):
    table = np.random.default_rng(seed).normal(size=(3, 12, 1)) + np.random.default_rng(seed).normal(size=(3, 12, 3))
    agreement, scale = icc_on(table, form, RANKS)
    again, _ = icc_on(np.exp(table), form, RANKS)
    assert set(scale) == {RANKS}
    np.testing.assert_array_equal(agreement.low, again.low)
    scores = norm.ppf((rankdata(table.reshape(3, -1), axis=1) - 0.375) / 36.25).reshape(table.shape)
    np.testing.assert_allclose(agreement.estimate, icc(scores, form).estimate, rtol=1e-9)


def test_a_subject_that_does_not_count_has_no_rank():
    table = np.random.default_rng(4).normal(size=(1, 12, 2))
    holed = np.concatenate([table, [[[99.0, np.nan]]]], axis=1)
    assert icc_on(holed, "ICC(A,1)", RANKS)[0].low == pytest.approx(icc_on(table, "ICC(A,1)", RANKS)[0].low)
    assert icc_on(holed, "ICC(1)", RANKS)[0].low != pytest.approx(icc_on(table, "ICC(1)", RANKS)[0].low)


def test_what_is_normally_distributed_keeps_its_value_and_the_rest_says_so():
    draw = np.random.default_rng(5)
    tables = np.concatenate([skewed(draw, (1, 60)), draw.normal(size=(1, 60, 1)) + draw.normal(size=(1, 60, 2))])
    agreement, scale = icc_on(tables, "ICC(A,1)", AUTOMATIC)
    assert scale.tolist() == [RANKS, MEASURED]
    assert agreement.low[1] == icc(tables, "ICC(A,1)").low[1]
    assert agreement.low[0] == icc_on(tables, "ICC(A,1)", RANKS)[0].low[0]
    assert icc_on(tables, "ICC(A,1)", MEASURED)[0].low.tolist() == icc(tables, "ICC(A,1)").low.tolist()


@pytest.mark.parametrize("scale", [AUTOMATIC, MEASURED, RANKS])
def test_a_constant_feature_has_no_agreement_on_any_scale(scale):
    rounded = 0.1 * (1 + 1e-15 * np.random.default_rng(6).normal(size=(1, 12, 2)))
    assert np.isnan(icc_on(rounded, "ICC(A,1)", scale)[0].low).all()


@pytest.mark.parametrize("multiplied", [True, False])
@pytest.mark.parametrize("n", [12, 30])
def test_the_lower_bound_of_skewed_subjects_lies_above_the_truth_no_more_often_than_promised(n, multiplied):
    """2.5 % are promised; as measured it is 6 to 15 % here, and the interval holds as few as 58 %."""
    draw = np.random.default_rng(n)
    many, table = skewed(draw, (1, 200_000), multiplied), skewed(draw, (1500, n), multiplied)
    truth = {MEASURED: icc(many).estimate[0], RANKS: icc_on(many, "ICC(A,1)", RANKS)[0].estimate[0]}

    def above(scale: str) -> float:
        agreement, on = icc_on(table, "ICC(A,1)", scale)
        return float(np.mean(agreement.low > np.where(on == RANKS, truth[RANKS], truth[MEASURED])))

    assert above(AUTOMATIC) < 0.037  # 3 standard errors above the promise
    assert above(RANKS) < 0.037
    assert above(MEASURED) > 0.05
    agreement, _ = icc_on(table, "ICC(A,1)", RANKS)
    assert np.mean((agreement.low <= truth[RANKS]) & (truth[RANKS] <= agreement.high)) > 0.90


def test_an_unknown_scale():
    with pytest.raises(StudyError, match=r"reliability.scale is 'log'; it must be one of automatic, measured, ranks"):
        icc_on(np.ones((1, 3, 2)), "ICC(A,1)", "log")
