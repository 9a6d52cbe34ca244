"""The elastic net against glmnet, against the models without penalty, and against the conditions of its minimum."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from radioloom.prediction.models import MODELS
from radioloom.prediction.models.cox import cox_loss, fit_cox
from radioloom.prediction.models.elastic_net import Problem, chosen, left_out, path, path_strengths
from radioloom.prediction.models.logistic import fit_logistic
from radioloom.prediction.outcome import Outcome

GOLDEN = Path(__file__).parents[2] / "golden"
KINDS, NAMES = ("survival", "binary"), {"survival": "elastic_net_cox", "binary": "elastic_net_logistic"}


def problem(kind: str, mixing: float = 1.0, tied: bool = False) -> Problem:
    cases = pd.read_csv(GOLDEN / "elastic_net_cases.csv")
    time = np.ceil(4 * cases["time"]) if tied else cases["time"]
    outcomes = Outcome(kind, cases["event"].to_numpy() == 1, time.to_numpy(float) * (kind == "survival"))
    return Problem(cases.filter(like="X").to_numpy(), outcomes, mixing)


@pytest.fixture(params=[(kind, mixing) for kind in KINDS for mixing in (1.0, 0.4, 0.0)], ids=str)
def golden(request):
    kind, mixing = request.param
    rows = pd.read_csv(GOLDEN / "elastic_net.csv").query("kind == @kind and mixing == @mixing")
    return problem(kind, mixing), rows


def test_the_path_is_glmnet_s(golden):
    mine, rows = golden
    beta = path(mine, rows["strength"].to_numpy(), 1e-18)
    np.testing.assert_allclose(beta[:, 1:], rows.filter(regex=r"^b\d").to_numpy(), atol=1e-7)
    if mine.outcomes.kind == "binary":
        np.testing.assert_allclose(beta[:, 0], rows["intercept"], atol=1e-7)
    assert path_strengths(mine)[0] == pytest.approx(rows["strength"].iloc[0])
    assert beta[0, 1:].any() == (mine.mixing == 0)  # ridge leaves no column out at any strength
    assert (beta[-1, 1:] != 0).sum() > 5


def test_the_strength_is_chosen_as_cv_glmnet_does(golden):
    mine, rows = golden
    fold = pd.read_csv(GOLDEN / "elastic_net_cases.csv")["fold"].to_numpy()
    deviance, weight = left_out(mine, rows["strength"].to_numpy(), fold, 1e-14)
    share = weight / weight.sum()
    np.testing.assert_allclose(share @ deviance, rows["deviance"][: deviance.shape[1]], rtol=1e-6)
    for rule in ("least", "one_standard_error"):
        assert rows[rule].to_numpy()[chosen(deviance, weight, rule)]


@pytest.mark.parametrize("tied", [False, True])
def test_without_a_penalty_it_is_the_plain_model(tied):
    for kind, plain in (("survival", fit_cox), ("binary", fit_logistic)):
        mine = problem(kind, tied=tied)
        found = path(mine, np.geomspace(0.1, 1e-9, 30), 1e-20)[-1]
        np.testing.assert_allclose(found[1:], plain(mine.columns, mine.outcomes).coefficients, atol=1e-6)


def test_with_ties_the_gradient_is_at_its_bound_where_a_column_is_taken_and_within_it_elsewhere():
    mine = problem("survival", 0.7, tied=True)
    assert len(np.unique(mine.outcomes.time_days)) < 20
    n, gradient = len(mine.columns), cox_loss(mine.columns, mine.outcomes)
    for strength in (0.15, 0.08, 0.04):
        beta = path(mine, np.geomspace(0.4, strength, 5), 1e-20)[-1][1:]
        pull = -gradient(beta)[1] / n - 0.3 * strength * beta
        taken = beta != 0
        assert 0 < taken.sum() < len(beta)
        np.testing.assert_allclose(pull[taken], 0.7 * strength * np.sign(beta[taken]), atol=1e-9)
        assert (np.abs(pull[~taken]) < 0.7 * strength).all()


@pytest.mark.parametrize("kind", KINDS)
def test_the_model_takes_columns_and_says_how_much_it_penalised(kind):
    mine, model = problem(kind), MODELS[NAMES[kind]]
    mine = replace(mine, outcomes=replace(mine.outcomes, event=mine.columns[:, 0] + 0.3 * mine.columns[:, 1] > 0.2))
    fits = [model.fit(mine.columns, mine.outcomes, model.checked({}), np.random.default_rng(3)) for _ in range(2)]
    assert fits[0].state == fits[1].state
    found = fits[0]
    assert 0 in found.chosen
    assert len(found.chosen) < 12
    assert "penalty of strength" in found.note
    risk = model.predict(found.state, mine.columns[:, list(found.chosen)])
    expected = found.intercept + mine.columns[:, list(found.chosen)] @ found.coefficients
    np.testing.assert_allclose(risk, expected, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_where_nothing_can_be_chosen_nothing_is_taken(kind):
    mine, model = problem(kind), MODELS[NAMES[kind]]
    few = np.zeros(90, dtype=bool)
    few[:2] = True
    for columns, outcomes in (
        (mine.columns, replace(mine.outcomes, event=few)),
        (mine.columns[:, :0], mine.outcomes),
    ):
        found = model.fit(columns, outcomes, model.checked({}), np.random.default_rng(3))
        assert found.chosen == ()
        assert found.note
        if kind == "binary":
            assert found.intercept == pytest.approx(np.log(outcomes.event.mean() / (1 - outcomes.event.mean())))


def test_separated_outcomes_end_the_path_where_all_is_explained():
    x = np.linspace(-1, 1, 40)[:, None]
    mine = Problem(x, Outcome("binary", x[:, 0] > 0, np.zeros(40)), 1.0)
    beta = path(mine, np.geomspace(0.5, 1e-9, 100))
    assert np.isfinite(beta).all()
    assert (beta[-1] == beta[-2]).all()
