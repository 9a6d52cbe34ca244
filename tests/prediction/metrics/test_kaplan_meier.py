"""Kaplan-Meier and log-rank against lifelines, statsmodels, R's printed values and a curve by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radioloom.prediction.metrics.kaplan_meier import kaplan_meier, logrank
from radioloom.prediction.metrics.record import Judged
from radioloom.prediction.metrics.risk_groups import logrank_p
from radioloom.prediction.outcome import outcome
from radioloom.stats.normal import Z95
from radioloom.tables.columns import SMALL_GROUP

SEEDS = st.integers(0, 10**6)


def patients(seed: int, n: int = 40) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    event = draw.random(n) < 0.6
    event[:2] = True
    return draw.integers(1, 20, n).astype(float), event, np.arange(n) % 2 == 0


def test_by_hand():
    """Gehan's leukaemia patients on 6-MP (Cox 1972): S(6) = 18/21, then 17 at risk at 7."""
    time = np.array([6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35], float)
    event = np.array([1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0], bool)
    curve = kaplan_meier(time, event)
    at = dict(zip(curve.time_days, curve.survival, strict=True))
    assert [round(at[t], 3) for t in (6, 7, 10, 13, 16, 22, 23)] == [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert dict(zip(curve.time_days, curve.at_risk, strict=True))[10.0] == 15
    assert (curve.time_days[0], curve.survival[0], curve.at_risk[0]) == (0, 1, 21)
    placebo = np.array([1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23], float)
    group = np.arange(42) < 21
    both = np.concatenate([time, placebo]), np.concatenate([event, np.ones(21, bool)])
    chi2, p = logrank(*both, group)
    assert chi2 == pytest.approx(16.79, abs=0.005)  # survival::survdiff of R and the literature: 16.8
    assert p == pytest.approx(4.17e-5, rel=5e-3)


@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_equals_lifelines(seed):
    from lifelines import KaplanMeierFitter
    from lifelines.statistics import logrank_test

    time, event, group = patients(seed)
    other = KaplanMeierFitter().fit(time, event)
    curve = kaplan_meier(time, event)
    expected = other.survival_function_["KM_estimate"]
    np.testing.assert_array_equal(curve.time_days, expected.index)
    np.testing.assert_allclose(curve.survival, expected, atol=1e-12)
    np.testing.assert_array_equal(curve.at_risk, other.event_table["at_risk"])
    bounds = other.confidence_interval_.to_numpy()
    inside = (curve.survival > 0) & (curve.survival < 1)
    np.testing.assert_allclose(np.column_stack([curve.low, curve.high])[inside], bounds[inside], rtol=1e-6)
    test = logrank_test(time[group], time[~group], event[group], event[~group])
    chi2, p = logrank(time, event, group)
    assert chi2 == pytest.approx(test.test_statistic, abs=1e-9)
    assert p == pytest.approx(test.p_value, abs=1e-9)


@given(SEEDS)
@settings(max_examples=20, deadline=None)
def test_log_rank_equals_statsmodels_and_is_symmetric(seed):
    from statsmodels.duration.survfunc import survdiff

    time, event, group = patients(seed)
    chi2, p = logrank(time, event, group)
    other = survdiff(time, event.astype(int), group.astype(int))
    assert (chi2, p) == pytest.approx((other[0], other[1]), abs=1e-9)
    assert logrank(time, event, ~group)[0] == pytest.approx(chi2, abs=1e-9)


def test_without_censoring_the_curve_is_the_share_alive():
    time = np.array([3.0, 1, 2, 2, 5])
    curve = kaplan_meier(time, np.ones(5, bool))
    np.testing.assert_allclose(curve.survival, [1, 0.8, 0.4, 0.2, 0])
    # Greenwood without censoring is the binomial variance; log(-log) interval at S = 0.4
    s, se = 0.4, np.sqrt(0.4 * 0.6 / 5)
    width = Z95 * se / (s * np.log(s))
    assert (curve.low[2], curve.high[2]) == pytest.approx((s ** np.exp(-width), s ** np.exp(width)))
    assert np.isnan([curve.low[-1], curve.high[-1]]).all()


def test_nothing_to_compare():
    time, event = np.array([1.0, 2, 3]), np.array([True, False, True])
    assert np.isnan(logrank(time, event, np.ones(3, bool))).all()
    assert np.isnan(logrank(time, np.zeros(3, bool), np.array([True, False, True]))).all()


def test_lung1_by_stage_equals_lifelines(data_dir):
    import pandas as pd
    from lifelines import KaplanMeierFitter
    from lifelines.statistics import logrank_test

    frame = pd.read_csv(data_dir / "lung1" / "clinical.csv")
    time, event = frame["Survival.time"].to_numpy(float), frame["deadstatus.event"].to_numpy() == 1
    assert (len(time), event.sum()) == (422, 373)
    curve, other = kaplan_meier(time, event), KaplanMeierFitter().fit(time, event)
    np.testing.assert_allclose(curve.survival, other.survival_function_["KM_estimate"], atol=1e-12)
    old = (frame["age"] > frame["age"].median()).to_numpy()
    expected = logrank_test(time[old], time[~old], event[old], event[~old])
    assert logrank(time, event, old) == pytest.approx((expected.test_statistic, expected.p_value), rel=1e-9)


def test_a_group_of_which_hardly_an_event_is_expected_has_no_logrank_p():
    draw = np.random.default_rng(4)
    time, event = draw.exponential(size=60), draw.random(60) < 0.5
    of = outcome("survival", event, time)
    fewest = int(np.ceil(2 * 60 / event.sum()))  # of 60, so that two of the events are their share
    for few, why in ((1, SMALL_GROUP), (fewest - 1, SMALL_GROUP), (fewest, ""), (60 - fewest, ""), (59, SMALL_GROUP)):
        risk = np.where(np.arange(60) < few, 1.0, 0.0)[None]
        estimate = logrank_p(Judged(risk, of, np.zeros((0, 60)), cut_point=0.5))
        assert (estimate.why, bool(np.isnan(estimate.value))) == (why, why != "")
