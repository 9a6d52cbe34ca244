"""Robust errors against R (golden values of golden/make/robust.R)."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from radioloom.prediction.models.cox import fit_cox
from radioloom.prediction.models.logistic import fit_logistic
from radioloom.prediction.models.robust import clustered, cox_scores, robust_errors, robust_intervals
from radioloom.prediction.outcome import outcome

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
CASES = pd.read_csv(GOLDEN / "robust_cases.csv")
FOUND = pd.read_csv(GOLDEN / "robust.csv").groupby("what")["value"].apply(np.array)
COLUMNS = CASES[["x", "z"]].to_numpy()
UNITS = pytest.mark.parametrize("of", ["cases", "patients"])


def outcomes(kind, event, time, of):
    made = outcome(kind, CASES[event].to_numpy() == 1, CASES[time].to_numpy(float))
    return made if of == "cases" else replace(made, units=CASES["patient"].to_numpy())


@UNITS
@pytest.mark.parametrize("time", ["time", "tied"])
def test_errors_and_scores_of_cox_equal_r(time, of):
    asked = outcomes("survival", "event", time, of)
    fitted = fit_cox(COLUMNS, asked)
    errors = FOUND[f"{time} error of {of}"]
    np.testing.assert_allclose(fitted.coefficients, FOUND[f"{time} coefficient"], rtol=1e-9)
    np.testing.assert_allclose(robust_errors(COLUMNS, asked, fitted), errors, rtol=1e-9)
    patients = {"cases": 90, "patients": 60}[of]
    wider = stats.t.ppf(0.975, patients - 1) * np.sqrt(patients / (patients - 1))
    no_smaller = np.maximum(errors, np.sqrt(np.diag(fitted.covariance)))
    np.testing.assert_allclose(robust_intervals(COLUMNS, asked, fitted)[1], wider * no_smaller, rtol=1e-9)
    scores = cox_scores(COLUMNS, asked, fitted)
    np.testing.assert_allclose(scores[:, 0], FOUND[f"{time} score of x"], rtol=1e-8, atol=1e-9)
    assert scores.sum(axis=0) == pytest.approx([0, 0], abs=1e-9)


def test_of_several_cases_a_patient_a_fit_has_errors_over_patients_and_else_its_own():
    for kind, event, what in (("survival", "event", "tied"), ("binary", "y", "logistic")):
        fit = fit_cox if kind == "survival" else fit_logistic
        asked = outcomes(kind, event, "tied", "patients")
        found = clustered(COLUMNS, asked, fit(COLUMNS, asked), {})
        errors = np.sqrt(np.diag(found.covariance))
        np.testing.assert_allclose(errors, FOUND[f"{what} error of patients"], rtol=1e-8)
        alone = outcomes(kind, event, "tied", "cases")
        fitted = fit(COLUMNS, alone)
        assert clustered(COLUMNS, alone, fitted, {}) is fitted


def test_errors_over_patients_of_centres_apart_equal_those_of_their_sum():
    """Of two centres with the same patients in each the scores are those of one, twice."""
    asked = outcomes("survival", "event", "tied", "patients")
    twice = asked.take(np.tile(np.arange(90), 2))
    twice = replace(twice, strata=np.repeat([0, 1], 90))
    columns = np.tile(COLUMNS, (2, 1))
    fitted = fit_cox(columns, twice, {"strata": "cohort"})
    found = clustered(columns, twice, fitted, {"strata": "cohort"})
    one = clustered(COLUMNS, asked, fit_cox(COLUMNS, asked), {})
    np.testing.assert_allclose(found.covariance, one.covariance, rtol=1e-8)


@UNITS
def test_errors_of_logistic_equal_sandwich(of):
    asked = outcomes("binary", "y", "time", of)
    errors = robust_errors(COLUMNS, asked, fit_logistic(COLUMNS, asked))
    np.testing.assert_allclose(errors, FOUND[f"logistic error of {of}"], rtol=1e-8)
