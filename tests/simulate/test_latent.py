from dataclasses import replace

import numpy as np
import pytest

from radioloom.errors import StudyError
from radioloom.simulate.latent import MEDIAN_MM3, latent, log_hazard, outcome
from radioloom.simulate.settings import Settings

MANY = [latent(7, f"C{number}") for number in range(1500)]


def test_a_case_is_a_function_of_seed_and_name():
    assert latent(7, "C3") == MANY[3]
    assert latent(8, "C3") != MANY[3]
    assert latent(7, "C4") != MANY[3]


def test_factors_are_standard_and_independent():
    z = np.array([hidden.heterogeneity for hidden in MANY])
    v = np.array([hidden.volume for hidden in MANY])
    assert abs(z.mean()) < 0.08
    assert z.std() == pytest.approx(0.95, abs=0.06)  # of a standard normal cut at 2.5: 0.954
    assert v.std() == pytest.approx(0.88, abs=0.06)  # cut at 2: 0.880
    assert abs(np.corrcoef(z, v)[0, 1]) < 0.08
    volumes = np.array([hidden.volume_mm3 for hidden in MANY])
    assert 2_900 < volumes.min() < 3_300
    assert 55_000 < volumes.max() < 61_000
    assert np.median(volumes) == pytest.approx(MEDIAN_MM3, rel=0.06)


def test_cox_finds_the_planted_effects():
    """The oracle is statsmodels: proportional hazards with exactly these log hazard ratios."""
    from statsmodels.duration.hazard_regression import PHReg

    settings = Settings(effect_heterogeneity=0.8, effect_volume=-0.4)
    seen = [outcome(hidden, settings) for hidden in MANY]
    factors = np.array([(hidden.heterogeneity, hidden.volume) for hidden in MANY])
    days, dead = np.array([(one.days, one.dead) for one in seen], float).T
    found = PHReg(days, factors, status=dead, ties="efron").fit()
    for coefficient, error, planted in zip(found.params, found.bse, (0.8, -0.4), strict=True):
        assert coefficient == pytest.approx(planted, abs=3 * error)


def test_outcomes_are_those_of_a_follow_up():
    seen = [outcome(hidden, Settings()) for hidden in MANY]
    assert {type(one.days) for one in seen} == {int}
    assert min(one.days for one in seen) >= 1
    assert max(one.days for one in seen) == 1825
    assert np.mean([one.dead for one in seen]) == pytest.approx(0.65, abs=0.04)
    assert {one.stage for one in seen} == {"I", "II", "IIIa", "IIIb"}
    assert 60 < np.mean([one.age for one in seen]) < 72


@pytest.mark.parametrize("days", [150, 365, 1000])
def test_follow_up_has_its_closed_form(days):
    """At log hazard 0 a case is still followed with the probability of not dying (Weibull) and not being lost."""
    seen = [outcome(replace(hidden, heterogeneity=0.0, volume=0.0), Settings()).days for hidden in MANY]
    followed = np.exp(-((days / 1250) ** 1.3) - days / 5500)
    assert np.mean(np.array(seen) > days) == pytest.approx(followed, abs=3 * np.sqrt(0.25 / len(MANY)))


def test_a_higher_hazard_dies_earlier_all_else_equal():
    low, high = replace(MANY[0], heterogeneity=-2.0), replace(MANY[0], heterogeneity=2.0)
    assert log_hazard(high, Settings()) - log_hazard(low, Settings()) == pytest.approx(4.0)
    assert outcome(high, Settings()).days < outcome(low, Settings()).days


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({"effect": 1}, "unknown keys effect; known are effect_heterogeneity"),
        ({"effect_volume": "much"}, "effect_volume must be a number"),
        ({"correlation_module": 1.5}, "between -1 and 1"),
    ],
)
def test_settings_without_meaning_are_refused(block, message):
    with pytest.raises(StudyError, match=message):
        Settings.of(block)
