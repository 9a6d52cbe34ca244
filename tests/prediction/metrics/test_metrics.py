"""Orderings, contrasts and calibration against other packages and what must be."""

import numpy as np
import pytest

from radioloom.prediction.metrics.concordance import comparable, concordance
from radioloom.prediction.metrics.performance import calibration_slope, contrast, ordering, uno
from radioloom.prediction.outcome import outcome

N = 80


def patients(seed: int = 1, kind: str = "survival"):
    draw = np.random.default_rng(seed)
    risk = draw.normal(size=N)
    time = np.ceil(draw.exponential(200 / np.exp(risk)))
    event = draw.random(N) < (0.7 if kind == "survival" else 1 / (1 + np.exp(-risk)))
    return outcome(kind, event, time), risk, draw.integers(0, 3, size=(50, N)).astype(float)


def test_one_repeat_is_plain_concordance():
    outcomes, risk, weights = patients()
    found = ordering(outcomes, risk[None], weights)
    assert found.estimate == concordance(comparable(outcomes), risk)
    assert ordering(outcomes, risk[None], np.ones((1, N))).resamples[0] == pytest.approx(found.estimate)
    drawn = np.repeat(np.arange(N), weights[3].astype(int))
    assert found.resamples[3] == pytest.approx(concordance(comparable(outcomes.take(drawn)), risk[drawn]))


def test_repeats_are_averaged_and_pairs_stay_within_their_fold():
    outcomes, risk, weights = patients()
    folds = np.stack([np.arange(N) % 4, np.arange(N) // 20])
    shifted = risk + 50 * folds  # every fold on a scale of its own
    found = ordering(outcomes, shifted, weights, folds)
    expected = [concordance(comparable(outcomes, fold), risk) for fold in folds]
    assert found.estimate == pytest.approx(np.mean(expected))


def test_the_same_weights_make_differences_paired():
    outcomes, risk, weights = patients()
    one, other = (ordering(outcomes, r[None], weights) for r in (risk, 2 * risk + 1))
    np.testing.assert_array_equal(one.resamples - other.resamples, 0)


def test_contrast_equals_lifelines():
    import pandas as pd
    from lifelines import CoxPHFitter
    from lifelines.statistics import logrank_test

    outcomes, risk, _ = patients()
    high = risk > 0.2
    found = contrast(outcomes, high)
    frame = pd.DataFrame({"x": high.astype(float), "t": outcomes.time_days, "e": outcomes.event})
    other = CoxPHFitter().fit(frame, "t", "e").summary.loc["x"]
    assert found.hazard_ratio == pytest.approx(other["exp(coef)"], rel=1e-5)
    assert (found.low, found.high) == pytest.approx(
        (other["exp(coef) lower 95%"], other["exp(coef) upper 95%"]), rel=1e-5
    )
    test = logrank_test(*(outcomes.time_days[g] for g in (high, ~high)), *(outcomes.event[g] for g in (high, ~high)))
    assert found.logrank_p == pytest.approx(test.p_value, rel=1e-9)


def test_contrast_of_an_empty_group_or_one_without_events_is_not_a_number():
    outcomes, _, _ = patients()
    assert np.isnan(
        [contrast(outcomes, np.ones(N, bool)).hazard_ratio, contrast(outcomes, np.ones(N, bool)).logrank_p]
    ).all()
    censored = ~outcomes.event
    assert np.isnan(contrast(outcomes, censored).hazard_ratio)
    assert np.isfinite(contrast(outcomes, censored).logrank_p)


@pytest.mark.parametrize("kind", ["survival", "binary"])
def test_calibration_slope_is_1_for_a_model_s_own_risk_and_halves_when_risks_double(kind):
    from radioloom.prediction.models import MODELS, fit_model

    outcomes, risk, _ = patients(kind=kind)
    chosen = MODELS["cox" if kind == "survival" else "logistic"]
    own = risk * fit_model(chosen, risk[:, None], outcomes).coefficients[0]
    slope, low, high = calibration_slope(outcomes, own)
    assert slope == pytest.approx(1, abs=1e-6)
    assert low < 1 < high
    assert calibration_slope(outcomes, 2 * own) == pytest.approx((slope / 2, low / 2, high / 2), abs=1e-6)


def test_calibration_of_a_risk_without_variation_is_not_a_number():
    outcomes, _, _ = patients()
    assert np.isnan(calibration_slope(outcomes, np.zeros(N))).all()


def test_uno_of_all_patients_is_its_first_resample_of_ones():
    outcomes, risk, _ = patients()
    found = uno(outcomes, risk, np.ones((1, N)))
    assert found.resamples[0] == pytest.approx(found.estimate)
