"""Cox with a baseline hazard for each centre equals R survival's strata()."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from radioloom.prediction.models.cox import COX
from radioloom.prediction.outcome import outcome

GOLDEN = Path(__file__).parents[2] / "golden"
CASES = pd.read_csv(GOLDEN / "cox_strata_cases.csv")
COLUMNS = CASES[["a", "b"]].to_numpy()
OUTCOMES = replace(
    outcome("survival", CASES["event"].to_numpy(bool), CASES["time"].to_numpy(float)), strata=CASES["centre"].to_numpy()
)


def test_coefficients_errors_and_likelihood_equal_r():
    expected = pd.read_csv(GOLDEN / "cox_strata.csv").set_index("what")["value"]
    fitted = COX.fit(COLUMNS, OUTCOMES, COX.checked({"strata": "cohort"}), None)
    np.testing.assert_allclose(fitted.coefficients, expected[["a", "b"]], rtol=0, atol=1e-10)
    np.testing.assert_allclose(np.sqrt(np.diag(fitted.covariance)), expected[["se_a", "se_b"]], rtol=0, atol=1e-10)
    assert fitted.log_likelihood == pytest.approx(expected["log_likelihood"], abs=1e-10)
    assert not fitted.note


def test_without_strata_centres_are_not_looked_at():
    plain = COX.fit(COLUMNS, OUTCOMES, COX.checked({}), None)
    alone = COX.fit(COLUMNS, replace(OUTCOMES, strata=None), COX.checked({}), None)
    assert np.array_equal(plain.coefficients, alone.coefficients)
    stratified = COX.fit(COLUMNS, OUTCOMES, COX.checked({"strata": "cohort"}), None)
    assert abs(stratified.coefficients - plain.coefficients).max() > 0.01


def test_one_centre_is_plain_cox():
    one = replace(OUTCOMES, strata=np.zeros(len(OUTCOMES), dtype=np.int64))
    fitted = [COX.fit(COLUMNS, one, COX.checked(asked), None) for asked in ({}, {"strata": "cohort"})]
    assert np.array_equal(fitted[0].coefficients, fitted[1].coefficients)
