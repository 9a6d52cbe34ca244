"""Cumulative incidence against R (golden values by tests/golden/make/incidence.R)."""

import numpy as np
import pandas as pd
import pytest

from made.studies import ROOT
from radioloom.prediction.metrics.cumulative_incidence import cumulative_incidence
from radioloom.prediction.metrics.kaplan_meier import kaplan_meier

PLACE = ROOT / "tests" / "golden"
CASES, GOLDEN = (pd.read_csv(PLACE / name) for name in ("incidence_cases.csv", "incidence.csv"))
TIME, CAUSE = CASES["time_days"].to_numpy(float), CASES["cause"].to_numpy()


@pytest.mark.parametrize("cause", [1, 2])
def test_estimate_and_interval_equal_survival_and_cmprsk(cause):
    expected, marks = GOLDEN[GOLDEN["cause"] == cause], (cause == CAUSE, (CAUSE > 0) & (cause != CAUSE))
    found = cumulative_incidence(TIME, *marks)
    np.testing.assert_array_equal(found.time_days, expected["time_days"])
    np.testing.assert_array_equal(found.at_risk, expected["at_risk"])
    for column in ("incidence", "error", "low", "high"):
        np.testing.assert_allclose(getattr(found, column), expected[column], rtol=1e-10, err_msg=column)
    np.testing.assert_allclose(found.incidence, expected["cmprsk"], rtol=1e-10)
    together = cumulative_incidence(TIME, *marks, CASES["patient"].to_numpy())
    np.testing.assert_allclose(together.error, expected["clustered"], rtol=1e-10)


def test_without_another_event_it_is_one_minus_kaplan_meier():
    curve = kaplan_meier(TIME, CAUSE == 1)
    found = cumulative_incidence(TIME, CAUSE == 1, np.zeros(len(TIME), dtype=bool))
    np.testing.assert_allclose(1 - curve.survival[1:], found.incidence, rtol=1e-12)


def test_counting_the_other_event_as_censored_overstates():
    """By hand: of four, one dies first; the other three have the event, so 3 of 4 and not all."""
    time, event = np.array([1.0, 2, 3, 4]), np.array([False, True, True, True])
    assert cumulative_incidence(time, event, ~event).incidence.tolist() == pytest.approx([0, 0.25, 0.5, 0.75])
    assert 1 - kaplan_meier(time, event).survival[-1] == 1


def test_no_event_has_an_incidence_of_nothing():
    found = cumulative_incidence(TIME, np.zeros(len(TIME), dtype=bool), CAUSE == 2)
    assert not found.incidence.any()
    assert np.isnan([found.low, found.high]).all()  # that none was seen is no proof that there is none
