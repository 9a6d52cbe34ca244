"""Riley's sample size against the values that pmsampsize 1.1 (R) prints for its own examples and tests.

Older versions rounded R squared in between; 1.1 does not, and neither do we.
"""

import math

import pytest

from radioloom.stats.sample_size import CRITERIA, Expected, for_error, for_r_squared, for_risk, for_share, needed

# R squared of Cox and Snell, parameters, prevalence -> criteria 1, 2 and 3 (results_table of pmsampsize, type "b")
BINARY = [
    (0.288, 24, 0.174, (623, 662, 221)),
    (0.55, 24, 0.174, (255, 532, 221)),
    (0.288, 36, 0.174, (934, 992, 221)),
    (0.288, 24, 0.25, (623, 590, 289)),
]
# R squared, parameters, rate, mean follow-up -> criteria 1 and 2 (type "s")
SURVIVAL = [
    (0.051, 25, 0.065, 2.07, (4286, 866)),
    (0.065, 25, 0.065, 2.07, (3335, 859)),
    (0.051, 50, 0.065, 2.07, (8572, 1731)),
    (0.051, 25, 0.1, 2.07, (4286, 731)),
    (0.051, 25, 0.065, 4, (4286, 679)),
    (0.06, 40, 0.08, 5, (5798, 969)),
    (0.03, 10, 0.09, 3, (2950, 272)),
    (0.3, 80, 0.03, 5, (1974, 2272)),
]


def of_cox_and_snell(expected: Expected, r_squared: float) -> Expected:
    """The same with the R squared that the examples give."""
    return Expected(expected.kind, expected.share, r_squared / expected.largest, expected.follow_up, expected.horizon)


@pytest.mark.parametrize(("r_squared", "parameters", "prevalence", "printed"), BINARY)
def test_binary_criteria_are_those_that_pmsampsize_prints(r_squared, parameters, prevalence, printed):
    patients = needed(of_cox_and_snell(Expected("binary", prevalence), r_squared), parameters)
    assert tuple(patients[name] for name in ("shrinkage", "r_squared", "risk")) == printed


@pytest.mark.parametrize(("r_squared", "parameters", "rate", "follow_up", "printed"), SURVIVAL)
def test_survival_criteria_are_those_that_pmsampsize_prints(r_squared, parameters, rate, follow_up, printed):
    events = math.ceil(round(rate * follow_up * 10_000, 6)) / 10_000  # as there: whole events among 10,000 patients
    patients = needed(of_cox_and_snell(Expected("survival", events, 0.1, follow_up, 2.0), r_squared), parameters)
    assert tuple(patients[name] for name in ("shrinkage", "r_squared")) == printed
    assert list(patients) == ["shrinkage", "r_squared", "risk"]


def test_the_error_of_a_patient_s_risk_by_hand():
    """Van Smeden 2019: ln(MAPE) = -0.508 + 0.259 ln(phi) + 0.504 ln(P) - 0.544 ln(n), solved backwards."""
    n = for_error(0.05, 30)
    by_hand = [
        math.exp(-0.508 + 0.259 * math.log(0.05) + 0.504 * math.log(30) - 0.544 * math.log(k)) for k in (n - 1, n)
    ]
    assert by_hand[0] > 0.05 >= by_hand[1]
    assert n == 544
    assert for_error(0.95, 30) == 544  # the rarer of the two counts
    assert for_error(0.05, 31) is None


@pytest.mark.parametrize(("rate", "follow_up", "horizon"), [(0.065, 2.07, 2.0), (0.4, 3.0, 1.0), (0.9, 2.0, 6.0)])
def test_the_overall_risk_is_known_to_five_points_with_so_many_patients_and_not_with_one_less(rate, follow_up, horizon):
    def widest(n: int) -> float:
        spread = 1.96 * math.sqrt(rate / (n * follow_up))
        ends = [math.exp(-(rate + sign * spread) * horizon) for sign in (-1, 1)]
        return max(abs(end - math.exp(-rate * horizon)) for end in ends)

    n = for_risk(rate, follow_up, horizon)
    assert widest(n) <= 0.05 < widest(n - 1)


def test_the_interval_that_pmsampsize_prints_of_its_survival_example():
    """It prints 0.113 to 0.13 around 0.122 for n = 5143: far less than 5 points, so fewer patients are enough."""
    assert for_risk(0.065, 2.07, 2.0) < 5143


def test_share_and_criteria_that_cannot_be_said():
    assert for_share(0.5) == 385
    assert needed(Expected("binary", 0.0), 5) == dict.fromkeys(CRITERIA)
    assert needed(Expected("binary", 0.3), 0) == dict.fromkeys(CRITERIA)
    assert needed(Expected("survival", 0.4, 0.15, 2.0, 2.0), 0) == dict.fromkeys(("shrinkage", "r_squared", "risk"))
    assert for_r_squared(10, 0.1, 0.5) > for_r_squared(5, 0.1, 0.5)
