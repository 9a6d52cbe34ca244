"""Stepwise regression against stepAIC of R's MASS."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from radioloom.prediction.models import MODELS, PLAIN
from radioloom.prediction.models.robust import clustered
from radioloom.prediction.outcome import Outcome

GOLDEN = Path(__file__).parents[2] / "golden"
NAMES = {"survival": "stepwise_cox", "binary": "stepwise_logistic"}
STEPS = pd.read_csv(GOLDEN / "learners_steps.csv")


def lesson(kind):
    cases = pd.read_csv(GOLDEN / "elastic_net_cases.csv")
    outcomes = Outcome(kind, cases["event"].to_numpy() == 1, cases["time"].to_numpy() * (kind == "survival"))
    return cases.filter(like="X").to_numpy(), outcomes


def fitted(kind, columns, outcomes, **settings):
    model = MODELS[NAMES[kind]]
    return model.fit(columns, outcomes, model.checked(settings), None)


@pytest.mark.parametrize("row", list(STEPS.itertuples()), ids=lambda row: f"{row.kind} {row.criterion} {row.direction}")
def test_the_steps_are_those_of_r(row):
    columns, outcomes = lesson(row.kind)
    found = fitted(row.kind, columns, outcomes, criterion=row.criterion, direction=row.direction)
    expected = STEPS.loc[row.Index].filter(like="X").to_numpy(float)
    assert list(found.chosen) == np.flatnonzero(expected).tolist()
    np.testing.assert_allclose(found.coefficients, expected[list(found.chosen)], atol=1e-7)
    assert found.log_likelihood == pytest.approx(row.likelihood, abs=1e-8)
    assert found.note == f"{len(found.chosen)} of 12 columns by steps of {row.criterion.upper()}"


@pytest.mark.parametrize("kind", NAMES)
def test_where_all_columns_have_no_maximum_steps_begin_at_none_and_end_at_the_most(kind):
    columns, outcomes = lesson(kind)
    columns = np.column_stack([columns, columns + 1e-9, 2.0 * outcomes.event - 1])  # collinear, and separated
    found = fitted(kind, columns, outcomes, direction="backward", most=1)
    assert len(found.chosen) == 1
    assert found.ridge == 0
    assert found.note.startswith("the model of all columns has no maximum")
    assert found.note.endswith("1 of 25 columns by steps of AIC, the most that the study allows")


@pytest.mark.parametrize("kind", NAMES)
def test_errors_over_patients_are_of_the_columns_that_are_taken(kind):
    columns, outcomes = lesson(kind)
    outcomes = replace(outcomes, units=np.arange(90) // 2)
    found = fitted(kind, columns, outcomes)
    assert 0 < len(found.chosen) < 12
    among = columns[:, list(found.chosen)]
    plain = PLAIN[kind]
    other = clustered(among, outcomes, plain.fit(among, outcomes, plain.checked({}), None), plain.checked({}))
    np.testing.assert_allclose(clustered(columns, outcomes, found, {}).covariance, other.covariance)
    assert not np.allclose(found.covariance, other.covariance)


@pytest.mark.parametrize("kind", NAMES)
def test_of_no_columns_and_of_noise_nothing_may_be_taken(kind):
    columns, outcomes = lesson(kind)
    assert fitted(kind, columns[:, :0], outcomes).chosen == ()
    noise = np.random.default_rng(8).normal(size=(90, 1))
    assert fitted(kind, noise, outcomes, criterion="bic").chosen == ()
