"""Metrics of risks against other packages and what must be; what their records say of them."""

import numpy as np
import pytest

from radioloom.prediction.metrics import METRICS, main_metric, metrics_of
from radioloom.prediction.metrics.calibration import calibration_slope
from radioloom.prediction.metrics.concordance import comparable, concordance, ordering
from radioloom.prediction.metrics.record import NONE, RESAMPLED, Judged
from radioloom.prediction.metrics.risk_groups import hazard_ratio, logrank_p
from radioloom.prediction.metrics.uno import uno_c
from radioloom.prediction.models.cox import fit_cox
from radioloom.prediction.models.logistic import fit_logistic
from radioloom.prediction.outcome import KINDS, outcome
from radioloom.stats.normal import Z95

N = 80


def patients(seed: int = 1, kind: str = "survival"):
    draw = np.random.default_rng(seed)
    risk = draw.normal(size=N)
    time = np.ceil(draw.exponential(200 / np.exp(risk)))
    event = draw.random(N) < (0.7 if kind == "survival" else 1 / (1 + np.exp(-risk)))
    return outcome(kind, event, time), risk, draw.integers(0, 3, size=(50, N)).astype(float)


def test_one_repeat_is_plain_concordance():
    outcomes, risk, weights = patients()
    found = ordering(Judged(risk[None], outcomes, weights))
    assert found.value == concordance(comparable(outcomes), risk)
    assert ordering(Judged(risk[None], outcomes, np.ones((1, N)))).resamples[0] == pytest.approx(found.value)
    drawn = np.repeat(np.arange(N), weights[3].astype(int))
    assert found.resamples[3] == pytest.approx(concordance(comparable(outcomes.take(drawn)), risk[drawn]))


def test_repeats_are_averaged_and_pairs_stay_within_their_fold():
    outcomes, risk, weights = patients()
    folds = np.stack([np.arange(N) % 4, np.arange(N) // 20])
    shifted = risk + 50 * folds  # every fold on a scale of its own
    found = ordering(Judged(shifted, outcomes, weights, folds))
    expected = [concordance(comparable(outcomes, fold), risk) for fold in folds]
    assert found.value == pytest.approx(np.mean(expected))


def test_the_same_weights_make_differences_paired():
    outcomes, risk, weights = patients()
    one, other = (ordering(Judged(r[None], outcomes, weights)) for r in (risk, 2 * risk + 1))
    difference = one.minus(other)
    np.testing.assert_array_equal(difference.resamples, 0)
    assert (difference.value, difference.interval) == (0, (0, 0))


def test_a_difference_is_the_first_minus_the_other_resample_by_resample():
    outcomes, risk, weights = patients()
    noise = np.random.default_rng(4).normal(size=N)
    one, other = (ordering(Judged(r[None], outcomes, weights)) for r in (risk, noise))
    difference = one.minus(other)
    assert difference.value == one.value - other.value > 0.1
    np.testing.assert_array_equal(difference.resamples, one.resamples - other.resamples)
    spread = Z95 * difference.resamples.std(ddof=1)
    assert difference.interval == pytest.approx((difference.value - spread, difference.value + spread), rel=1e-12)


def test_contrast_equals_lifelines():
    import pandas as pd
    from lifelines import CoxPHFitter
    from lifelines.statistics import logrank_test

    outcomes, risk, _ = patients()
    high = risk > 0.2
    judged = Judged(risk[None], outcomes, np.ones((1, N)), cut_point=0.2)
    found = hazard_ratio(judged)
    frame = pd.DataFrame({"x": high.astype(float), "t": outcomes.time_days, "e": outcomes.event})
    other = CoxPHFitter().fit(frame, "t", "e").summary.loc["x"]
    assert found.value == pytest.approx(other["exp(coef)"], rel=1e-5)
    test = logrank_test(*(outcomes.time_days[g] for g in (high, ~high)), *(outcomes.event[g] for g in (high, ~high)))
    assert logrank_p(judged).value == pytest.approx(test.p_value, rel=1e-9)


@pytest.mark.parametrize(("censored", "why"), [(2, "wide"), (40, "")])
def test_an_interval_that_leaves_nothing_out_is_no_interval(censored, why):
    """One event in each group: of four patients 0.004 to 138, of 42 only 0.05 to 18."""
    time, event = np.r_[1.0, 2.0, np.full(censored, 9.0)], np.r_[True, True, np.zeros(censored, dtype=bool)]
    high = np.r_[0.0, 1.0, np.arange(censored) % 2]
    found = hazard_ratio(Judged(high[None], outcome("survival", event, time), np.ones((0, len(time))), cut_point=0.5))
    assert found.why == why
    assert np.isfinite(found.value)
    assert np.isnan(found.interval).all() == bool(why)


def test_contrast_of_an_empty_group_or_one_without_events_is_not_a_number():
    outcomes, risk, weights = patients()
    nobody = Judged(risk[None], outcomes, weights, cut_point=risk.max())
    assert not nobody.high_risk.any()
    assert np.isnan([hazard_ratio(nobody).value, logrank_p(nobody).value, *hazard_ratio(nobody).interval]).all()
    censored = Judged((~outcomes.event).astype(float)[None], outcomes, weights, cut_point=0.5)
    assert np.isnan(hazard_ratio(censored).value)
    assert np.isfinite(logrank_p(censored).value)


def slope_of(outcomes, risk: np.ndarray) -> tuple[float, float, float]:
    found = calibration_slope(Judged(risk[None], outcomes, np.ones((1, N))))
    return found.value, *found.interval


@pytest.mark.parametrize("kind", ["survival", "binary"])
def test_calibration_slope_is_1_for_a_model_s_own_risk_and_halves_when_risks_double(kind):
    outcomes, risk, _ = patients(kind=kind)
    fit = fit_cox if kind == "survival" else fit_logistic
    own = risk * fit(risk[:, None], outcomes).coefficients[0]
    slope, low, high = slope_of(outcomes, own)
    assert slope == pytest.approx(1, abs=1e-6)
    assert low < 1 < high
    assert slope_of(outcomes, 2 * own) == pytest.approx((slope / 2, low / 2, high / 2), abs=1e-6)


def test_calibration_of_a_risk_without_variation_is_not_a_number():
    outcomes, _, _ = patients()
    assert np.isnan(slope_of(outcomes, np.zeros(N))).all()


def test_uno_of_all_patients_is_its_first_resample_of_ones():
    outcomes, risk, _ = patients()
    found = uno_c(Judged(risk[None], outcomes, np.ones((1, N))))
    assert found.resamples[0] == pytest.approx(found.value)


@pytest.mark.parametrize("kind", KINDS)
def test_every_record_says_what_its_metric_is(kind):
    """Resampled or not, larger is better or not, within folds or not: as the numbers behave."""
    outcomes, risk, weights = patients(kind=kind)
    good, bad = (Judged(r[None], outcomes, weights, cut_point=0.0) for r in (risk, -risk))
    assert {metric.name for metric in METRICS.values() if kind in metric.outcomes} >= {main_metric(kind).name, "null_p"}
    for metric in metrics_of(kind):
        found = metric.evaluate(good)
        assert (len(found.resamples) > 0) == (metric.interval == RESAMPLED)
        assert np.isfinite(found.interval).all() == (metric.interval != NONE)
        if metric.interval == RESAMPLED:
            assert found.resamples.shape == (len(weights),)
            assert metric.larger_is_better == (found.value > metric.evaluate(bad).value)
        if metric.within_folds:
            folds = np.arange(N)[None] % 4
            assert np.isfinite(metric.evaluate(Judged(risk[None] + 50 * folds, outcomes, weights, folds)).value)
    assert main_metric(kind).within_folds
    assert main_metric(kind).interval == RESAMPLED


def test_names_of_modules_are_not_shadowed_by_names_of_functions():
    from types import ModuleType

    from radioloom.prediction import metrics

    assert isinstance(metrics.concordance, ModuleType)
    assert isinstance(metrics.kaplan_meier, ModuleType)


def test_a_slope_that_few_far_patients_carry_has_no_interval():
    outcomes, risk, _ = patients()
    far = np.where(np.arange(N) < 2, 9 * risk.std(), risk)
    near = calibration_slope(Judged(risk[None], outcomes, np.ones((1, N))))
    found = calibration_slope(Judged(far[None], outcomes, np.ones((1, N))))
    assert np.isfinite([near.value, *near.interval, found.value]).all()
    assert (near.why, found.why) == ("", "tails")
    assert np.isnan(found.interval).all()
