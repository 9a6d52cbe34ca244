"""Settings that inner folds choose, against scikit-learn's grid search and statsmodels' likelihood."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from radioloom.prediction.inner_folds import inner_folds
from radioloom.prediction.models import MODELS
from radioloom.prediction.models.tuning import FIRST, left_out
from radioloom.prediction.outcome import Outcome

GOLDEN = Path(__file__).parents[2] / "golden"


def lesson(kind):
    cases = pd.read_csv(GOLDEN / "elastic_net_cases.csv")
    time = cases["time"].to_numpy() * (kind == "survival")
    return cases.filter(like="X").to_numpy(), Outcome(kind, cases["event"].to_numpy() == 1, time)


def fitted(name, columns, outcomes, **settings):
    model = MODELS[name]
    return model.fit(columns, outcomes, model.checked(settings), np.random.default_rng(3))


def test_the_point_of_least_deviance_is_that_of_scikit_learn_s_grid_search():
    from sklearn.metrics import log_loss
    from sklearn.model_selection import GridSearchCV
    from sklearn.neighbors import KNeighborsClassifier

    columns, outcomes = lesson("binary")
    outcomes = replace(outcomes, event=columns[:, 0] + np.random.default_rng(2).normal(size=90) > 0)
    grid = [1, 5, 12, 40]
    fold = inner_folds(outcomes, 5, np.random.default_rng(3))
    splits = [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(5)]

    def score(model, x, y):
        end = 0.5 / model.n_neighbors
        return -log_loss(y, np.clip(model.predict_proba(x)[:, 1], end, 1 - end), normalize=False)

    search = GridSearchCV(KNeighborsClassifier(), {"n_neighbors": grid}, cv=splits, scoring=score)
    best = search.fit(columns, outcomes.event).best_params_["n_neighbors"]
    found = fitted("nearest_neighbours", columns, outcomes, neighbours=grid)
    assert found.state == fitted("nearest_neighbours", columns, outcomes, neighbours=best).state
    assert found.note.startswith(f"of least deviance in 5 inner folds: neighbours {best} of 1, 5, 12, 40; holds the")
    assert best not in (grid[0], grid[-1])


def test_left_out_deviance_of_survival_is_that_of_all_less_that_of_the_others():
    from statsmodels.duration.hazard_regression import PHReg

    columns, outcomes = lesson("survival")
    risk, others = columns[:, 0] - columns[:, 1], np.arange(60)

    def likelihood(rows):
        time, event = outcomes.time_days[rows], outcomes.event[rows].astype(int)
        return PHReg(time, risk[rows, None], status=event, ties="efron").loglike(np.ones(1))

    expected = -2 * (likelihood(np.arange(90)) - likelihood(others))
    assert left_out(risk, outcomes, others) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("survival_forest", {"smallest_leaf": [5, 20], "trees": 5}),
        ("support_vectors", {"kernel": ["radial", "linear"], "cost": [0.1, 1]}),
        ("perceptron", {"units": [[2], [4, 2]]}),
        ("entropy_tree", {"depth": [1, 3], "smallest_leaf": [3, 8]}),
    ],
)
def test_one_point_is_taken_whole_and_the_same_by_the_same_draws(name, settings):
    columns, outcomes = lesson(MODELS[name].outcome)
    once, again = (fitted(name, columns, outcomes, **settings) for _ in range(2))
    assert once == again
    assert once.note.startswith("of least deviance in 5 inner folds: ")
    few = Outcome(outcomes.kind, np.arange(90) < 2, outcomes.time_days)
    assert FIRST in fitted(name, columns, few, **settings).note


@pytest.mark.parametrize(
    ("name", "settings", "said"),
    [
        ("entropy_tree", {"depth": [3]}, "depth: a list of 1 searches nothing; write one value, or two and more"),
        ("entropy_tree", {"depth": []}, "depth: a list of 0 searches nothing"),
        ("entropy_tree", {"depth": [3, 99]}, "depth: 99 is not accepted"),
        ("gradient_boosting", {"depth": [1, 2, 3, 4], "trees": list(range(1, 17))}, "64 combinations are searched"),
        ("perceptron", {"units": [4, "x"]}, r"units: \[4, 'x'\] is not accepted"),
        ("cox", {"strata": ["none", "cohort"]}, "strata: .* is not accepted"),
    ],
)
def test_a_grid_that_searches_nothing_or_too_much_is_told(name, settings, said):
    with pytest.raises(Exception, match=rf"model\.settings\..*{said}"):
        MODELS[name].checked(settings)
