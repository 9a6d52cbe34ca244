"""Learners: what their state predicts against scikit-learn's own prediction, and their fits against R."""

import json
from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import special
from scipy.optimize import approx_fprime

from radioloom.prediction.metrics.concordance import comparable, concordance
from radioloom.prediction.models import MODELS, support_vectors
from radioloom.prediction.models.learner import log_odds, seed_of
from radioloom.prediction.models.support_vectors import margins
from radioloom.prediction.models.survival_boosting import fit_boosting
from radioloom.prediction.models.survival_forest import expected_events, grow, rates
from radioloom.prediction.models.trees import nodes, single, values
from radioloom.prediction.outcome import Outcome

GOLDEN = Path(__file__).parents[2] / "golden"
LEARNERS = [name for name, model in MODELS.items() if not model.ratio]
OF_CLASSES = [name for name in LEARNERS if MODELS[name].outcome == "binary"]
FEW = {"random_forest": {"trees": 20}, "survival_forest": {"trees": 20}, "gradient_boosting": {"trees": 30}}
FEW["survival_boosting"] = {"trees": 30}
NEW = np.random.default_rng(5).normal(size=(200, 12))


def lesson(kind: str = "binary") -> tuple[np.ndarray, Outcome]:
    cases = pd.read_csv(GOLDEN / "elastic_net_cases.csv")
    time = cases["time"].to_numpy() * (kind == "survival")
    return cases.filter(like="X").to_numpy(), Outcome(kind, cases["event"].to_numpy() == 1, time)


def fitted(name, columns=None, outcomes=None, **settings):
    model = MODELS[name]
    of_lesson = lesson(model.outcome)
    columns, outcomes = (b if a is None else a for a, b in zip((columns, outcomes), of_lesson, strict=True))
    draws = np.random.default_rng(3) if model.random else None
    return model.fit(columns, outcomes, model.checked(FEW.get(name, {}) | settings), draws)


def predicted(name, found, columns):
    state = json.loads(json.dumps(found.state, allow_nan=False))  # as the file has it
    return MODELS[name].predict(state, columns[:, list(found.chosen)])


def oracle(name):
    """What scikit-learn fits by the same settings and the same seed."""
    from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
    from sklearn.naive_bayes import GaussianNB
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.neural_network import MLPClassifier
    from sklearn.tree import DecisionTreeClassifier

    seed = seed_of(np.random.default_rng(3))
    leaf, steps = {"min_samples_leaf": 5, "random_state": seed}, {"max_iter": 2000, "max_fun": 40000, "tol": 1e-5}
    made = {
        "entropy_tree": lambda: DecisionTreeClassifier(criterion="entropy", max_depth=3, **leaf),
        "random_forest": lambda: RandomForestClassifier(20, **leaf),
        "gradient_boosting": lambda: GradientBoostingClassifier(n_estimators=30, max_depth=2, subsample=0.5, **leaf),
        "naive_bayes": GaussianNB,
        "nearest_neighbours": lambda: KNeighborsClassifier(15),
        "perceptron": lambda: MLPClassifier((8,), "tanh", solver="lbfgs", alpha=9.0, random_state=seed, **steps),
    }[name]()
    columns, outcomes = lesson()
    return made.fit(columns, outcomes.event)


CASES_TOLD_BY = {"entropy_tree": 90, "random_forest": 90, "nearest_neighbours": 15}


@pytest.mark.parametrize("name", [name for name in OF_CLASSES if name != "support_vectors"])
def test_what_the_state_predicts_is_what_scikit_learn_does(name):
    found = predicted(name, fitted(name), NEW)
    expected = oracle(name).predict_proba(NEW)[:, 1]
    if n := CASES_TOLD_BY.get(name):
        expected = np.clip(expected, 0.5 / n, 1 - 0.5 / n)
    np.testing.assert_allclose(MODELS[name].link(found), expected, rtol=0, atol=1e-12)
    assert len(np.unique(found)) > 3


@pytest.mark.parametrize("kernel", ["radial", "linear"])
def test_margins_are_scikit_learn_s_and_log_odds_a_line_of_them_by_inner_folds(kernel):
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict
    from sklearn.svm import SVC

    from radioloom.prediction.inner_folds import inner_folds

    columns, outcomes = lesson()
    risen = columns[:, 0] + np.random.default_rng(2).normal(size=90)
    outcomes = replace(outcomes, event=risen > 0)
    found = fitted("support_vectors", columns, outcomes, kernel=kernel)
    machine = SVC(kernel={"radial": "rbf"}.get(kernel, kernel), gamma=1 / 12)
    expected = machine.fit(columns, outcomes.event).decision_function(NEW)
    np.testing.assert_allclose(margins(found.state, NEW), expected, rtol=0, atol=1e-12)

    fold = inner_folds(outcomes, 5, np.random.default_rng(3))
    split = [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(5)]
    held_out = cross_val_predict(machine, columns, outcomes.event, cv=split, method="decision_function")[:, None]
    line = LogisticRegression(C=np.inf, tol=1e-12, solver="newton-cholesky").fit(held_out, outcomes.event)
    risk = predicted("support_vectors", found, NEW)
    np.testing.assert_allclose(risk, line.decision_function(expected[:, None]), atol=1e-6)


def test_a_machine_that_did_not_come_to_its_end_has_a_note(monkeypatch):
    assert "still moved" not in fitted("support_vectors", kernel="linear").note
    monkeypatch.setattr(support_vectors, "MOST_STEPS", 50)
    for kernel in ("linear", "radial"):
        assert fitted("support_vectors", kernel=kernel).note.startswith(support_vectors.UNENDED)


def test_fits_are_those_of_r():
    columns, outcomes = lesson()
    golden = pd.read_csv(GOLDEN / "learners_cases.csv")
    assert len(golden) == len(columns)
    tree = special.expit(predicted("entropy_tree", fitted("entropy_tree", depth=2), columns))
    # In the order of the shares: of cuts that gain the same one is taken by chance.
    np.testing.assert_allclose(np.sort(tree), np.sort(np.clip(golden["entropy"], 1 / 180, 1 - 1 / 180)), atol=1e-9)
    np.testing.assert_allclose(
        margins(fitted("support_vectors").state, columns), golden["margin"], atol=1e-3
    )  # LIBSVM ends there
    # R divides the sums of squares of a class by one case less.
    found, count = fitted("naive_bayes").state, np.array([(~outcomes.event).sum(), outcomes.n_events])[:, None]
    of_r = found | {"variance": np.array(found["variance"]) * count / (count - 1)}
    chance = special.expit(MODELS["naive_bayes"].predict(of_r, columns))
    np.testing.assert_allclose(chance, golden["bayes"], atol=1e-7)


def test_a_tree_of_relative_risks_is_that_of_r():
    from sklearn.tree import DecisionTreeRegressor

    columns, outcomes = lesson("survival")
    tree = DecisionTreeRegressor(criterion="poisson", min_samples_leaf=10)
    tree = grow(tree, single(columns), rates(outcomes), np.ones(len(columns)))
    found = values(nodes([(tree, tree.value[:, 0, 0])]), columns)[:, 0]
    np.testing.assert_allclose(found, pd.read_csv(GOLDEN / "learners_cases.csv")["relative"], rtol=1e-9)
    assert len(np.unique(found)) > 3
    for value in np.unique(found):  # a leaf's events over those that were expected of its cases
        inside = found == value
        assert value == pytest.approx(outcomes.event[inside].sum() / expected_events(outcomes)[inside].sum())


def test_a_forest_of_relative_risks_is_the_log_of_their_mean():
    columns, outcomes = lesson("survival")
    found = fitted("survival_forest")
    draws, total = np.random.default_rng(3), np.zeros(len(NEW))
    from sklearn.tree import DecisionTreeRegressor

    for _ in range(20):
        asked = {"criterion": "poisson", "max_features": "sqrt", "min_samples_leaf": 10}
        tree = DecisionTreeRegressor(**asked, random_state=seed_of(draws))
        times = np.bincount(draws.integers(90, size=90), minlength=90)
        grow(tree, single(columns), rates(outcomes), times)
        total += tree.predict(NEW) / 20
    np.testing.assert_allclose(predicted("survival_forest", found, NEW), np.log(total), rtol=0, atol=1e-12)
    risk = predicted("survival_forest", found, columns)
    assert concordance(comparable(outcomes), risk) > 0.7
    assert MODELS["survival_forest"].hazard(risk, outcomes, {}).cumulative[-1] > 0


def test_boosting_for_survival_is_that_of_scikit_survival():
    from sksurv.ensemble import GradientBoostingSurvivalAnalysis
    from sksurv.util import Surv

    columns, outcomes = lesson("survival")
    settings = {"trees": 40, "rate": 0.1, "depth": 2, "smallest_leaf": 5}
    found = fit_boosting(columns, outcomes, settings, np.random.default_rng(3), share=1.0)
    other = GradientBoostingSurvivalAnalysis(
        n_estimators=40, learning_rate=0.1, max_depth=2, min_samples_leaf=5, random_state=1
    ).fit(columns, Surv.from_arrays(outcomes.event, outcomes.time_days))
    np.testing.assert_allclose(predicted("survival_boosting", found, NEW), other.predict(NEW), rtol=0, atol=1e-9)


def test_the_penalised_loss_of_a_perceptron_has_no_slope_at_the_fit():
    columns, outcomes = lesson()
    state = fitted("perceptron", penalty=0.5).state
    shapes = [np.array(each) for key in ("weights", "constants") for each in state[key]]
    ends = np.cumsum([each.size for each in shapes])

    def loss(flat):
        w, v, a, b = (part.reshape(each.shape) for part, each in zip(np.split(flat, ends[:-1]), shapes, strict=True))
        odds = (np.tanh(columns @ w + a) @ v + b)[:, 0]
        return np.mean(np.logaddexp(0, odds) - outcomes.event * odds) + 0.25 * ((w**2).sum() + (v**2).sum())

    at = np.concatenate([each.ravel() for each in shapes])
    np.testing.assert_allclose(approx_fprime(at, loss, 1e-6), 0, atol=2e-5)
    assert (np.abs(at) > 0.01).any()


@pytest.mark.parametrize("name", LEARNERS)
def test_it_finds_what_the_outcome_rests_on_and_draws_from_its_generator_alone(name):
    columns, outcomes = lesson(MODELS[name].outcome)
    risen = columns[:, 0] + 0.5 * columns[:, 1]
    time = np.exp(-risen) * (outcomes.kind == "survival")
    outcomes = replace(outcomes, event=outcomes.event if time.any() else risen > 0.2, time_days=time)
    once, again = (fitted(name, columns, outcomes) for _ in range(2))
    assert once == again
    risk = predicted(name, once, columns)
    assert np.isfinite(risk).all()
    assert np.corrcoef(risk, risen)[0, 1] > 0.5
    assert set(once.chosen) == set(range(12)) or MODELS[name].chooses
    assert 0 in once.chosen


@pytest.mark.parametrize("name", LEARNERS)
def test_where_there_is_nothing_to_learn_from_everybody_has_the_same_risk(name):
    columns, outcomes = lesson(MODELS[name].outcome)
    found = fitted(name, columns[:, :0], outcomes)
    assert (found.chosen, found.note[:22]) == ((), "no column to learn fro")
    assert np.ptp(predicted(name, found, columns)) == 0
    if outcomes.kind == "binary":
        chance = special.expit(predicted(name, found, columns[:1]))
        assert chance == pytest.approx(outcomes.event.mean())
        one = replace(outcomes, event=np.zeros(90, bool))
        found = fitted(name, columns, one)
        assert special.expit(predicted(name, found, columns[:1])) == pytest.approx(0.5 / 90)
        assert found.note.startswith("0 with and 90 without the event are too few")


@pytest.mark.parametrize("name", LEARNERS)
@pytest.mark.parametrize("events", [2, 3])
def test_classes_of_a_few_cases_and_a_column_that_does_not_vary(name, events):
    columns, outcomes = lesson(MODELS[name].outcome)
    columns = np.column_stack([columns, np.zeros(90)])
    found = fitted(name, columns, replace(outcomes, event=np.arange(90) < events))
    assert np.isfinite(predicted(name, found, np.vstack([columns, 1e300 + columns, -1e30 * columns]))).all()
    assert len(predicted(name, found, np.full((3, 13), np.nan))) == 3  # whose risk is taken away: nothing was imputed


def test_a_machine_whose_margins_say_nothing_of_others_gives_everybody_the_same_risk():
    draw, rising = np.random.default_rng(1), []
    for _ in range(12):
        outcomes = Outcome("binary", draw.random(40) < 0.5, np.zeros(40))
        columns = draw.normal(size=(40, 30))
        found = fitted("support_vectors", columns, outcomes)
        rising.append("do not rise" not in found.note)
        assert rising[-1] == (np.ptp(predicted("support_vectors", found, columns)) > 0)
    assert 0 < sum(rising) < 12


def test_fewer_neighbours_are_taken_of_few_cases_and_told():
    columns, outcomes = lesson()
    found = fitted("nearest_neighbours", columns[:20], outcomes.take(np.arange(20)))
    assert found.state["neighbours"] == 10
    assert found.note.startswith("10 neighbours in the place of 15, as there are 20 training cases; holds the")


def numbers(state):
    """All numbers of a state."""
    if isinstance(state, dict | list):
        yield from chain.from_iterable(map(numbers, state.values() if isinstance(state, dict) else state))
    elif not isinstance(state, str):
        yield state


@pytest.mark.parametrize("name", LEARNERS)
def test_a_model_that_holds_values_of_patients_says_so_and_no_other_holds_any(name):
    for settings in ({"kernel": "radial"}, {"kernel": "linear"}) if name == "support_vectors" else ({},):
        found, training = fitted(name, **settings), set(lesson()[0].ravel().tolist())
        held = len(training.intersection(numbers(found.state)))
        told = "training cases, row by row: whoever has it has these" in found.note
        assert told == (held > 0) == (name == "nearest_neighbours" or settings.get("kernel") == "radial")


def test_log_odds_of_shares_of_few_cases_end():
    np.testing.assert_allclose(special.expit(log_odds(np.array([0, 0.3, 1]), 10)), [0.05, 0.3, 0.95])
