"""Score tests against R's survival and glm, and over patients with several cases."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

from radioloom.prediction.outcome import Outcome
from radioloom.prediction.score_test import score_test

GOLDEN = Path(__file__).parents[1] / "golden"
CASES = pd.read_csv(GOLDEN / "score_test_cases.csv")
X = CASES.filter(like="X").to_numpy()
EVENT, TIME = CASES["event"].to_numpy() == 1, CASES["time"].to_numpy(float)
OUTCOMES = {"survival": Outcome("survival", EVENT, TIME), "binary": Outcome("binary", EVENT, np.zeros(len(X)))}
CENTRES, PATIENTS = CASES["centre"].to_numpy(), CASES["patient"].to_numpy()


@pytest.mark.parametrize("kind", OUTCOMES)
def test_it_is_r_s(kind):
    expected = pd.read_csv(GOLDEN / "score_test.csv")
    for name, changes in (("", {}), ("_centres", {"strata": CENTRES})):
        np.testing.assert_allclose(score_test(X, replace(OUTCOMES[kind], **changes)), expected[kind + name], rtol=1e-9)


def test_over_patients_it_is_r_s_robust_score_test():
    expected = pd.read_csv(GOLDEN / "score_test.csv")["survival_patients"]
    np.testing.assert_allclose(score_test(X, replace(OUTCOMES["survival"], units=PATIENTS)), expected, rtol=1e-9)


def test_over_patients_of_a_binary_outcome_by_hand():
    scores = (X - X.mean(axis=0)) * (EVENT - EVENT.mean())[:, None]
    of_patients = np.array([scores[each == PATIENTS].sum(axis=0) for each in np.unique(PATIENTS)])
    expected = chi2.sf(scores.sum(axis=0) ** 2 / (of_patients**2).sum(axis=0), 1)
    np.testing.assert_allclose(score_test(X, replace(OUTCOMES["binary"], units=PATIENTS)), expected)


@pytest.mark.parametrize("kind", OUTCOMES)
def test_a_column_that_does_not_vary_and_a_centre_without_events_say_nothing(kind):
    columns = np.column_stack([X[:, 0], np.full(len(X), 3.7)])
    assert np.isnan(score_test(columns, OUTCOMES[kind])[1])
    event = EVENT & (CENTRES == 1)
    alone, part = replace(OUTCOMES[kind], event=event, strata=CENTRES), np.flatnonzero(CENTRES == 1)
    np.testing.assert_allclose(score_test(X, alone), score_test(X[part], replace(alone.take(part), strata=None)))
