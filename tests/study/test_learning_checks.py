"""How a study learns is checked before any job: settings of the selector, the grid, and the selector of a model."""

import pytest
import yaml

from made.many_cases import many_cases
from radioloom.errors import StudyError
from radioloom.prediction.models.centres import across
from radioloom.prediction.usual_models import usual
from radioloom.study import load, verify
from radioloom.study.learning_checks import learning_notes, with_models, with_selector


@pytest.fixture
def bench(tmp_path):
    return many_cases(tmp_path, 12, data=str(tmp_path / "data"))


def verified(bench, **model):
    bench.changes |= {"model": {"kind": "cox", **model}}
    path = bench.write()
    study = load(yaml.safe_load(path.read_text()), bench.place, path)
    return study, verify(study, path)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (
            {"selector_settings": {"fdr": 0.1}},
            ["line", "model.selector_settings.fdr: the selector best_per_group has no"],
        ),
        (
            {"selector": "univariate", "selector_settings": {"fdr": 0}},
            ["model.selector_settings.fdr: 0 is not accepted", "It means: share of false ones"],
        ),
        (
            {"grid": {"n_features": [4]}},
            [
                "line",
                "model.grid.n_features: nothing can be chosen among 1 value; give more, or write model.n_features",
            ],
        ),
        ({"grid": {"n_features": []}}, ["model.grid.n_features: nothing can be chosen among 0 values"]),
        ({"grid": {"n_features": 4}}, ["model.grid.n_features: '4' is not accepted. Expected: a list"]),
        ({"grid": {"n_features": [2, 0]}}, ["model.grid.n_features.1: '0' is not accepted"]),
        ({"grid": {"n_features": [2, 2]}}, ["model.grid.n_features", "Expected: each entry once"]),
        (
            {"grid": {"scaling": ["rank", "log"]}},
            ["model.grid.scaling: unknown key", "Known here: n_features, selector_"],
        ),
        ({"grid": {"settings": {}}}, ["model.grid: it lists no value; give values of n_features or of settings"]),
        (
            {"grid": {"settings": {"mixing": [0.5, 1]}}},
            ["line", "model.grid.settings.mixing: the cox model has no such setting. Known here: strata"],
        ),
        (
            {"kind": "elastic_net_cox", "grid": {"settings": {"mixing": [0.5, 2]}}},
            ["model.grid.settings.mixing: 2 is not accepted", "1 is the lasso"],
        ),
        (
            {"selector": "stability", "grid": {"selector_settings": {"threshold": [0.6, 0.5]}}},
            ["model.grid.selector_settings.threshold: 0.5 is not accepted"],
        ),
        (
            {"settings": {"strata": "none"}, "grid": {"settings": {"strata": ["none", "cohort"]}}},
            ["model.grid.settings.strata: model.settings has a value of it too; take one of them out"],
        ),
        (
            {"selector": "none", "grid": {"n_features": [2, 4]}},
            ["model.grid.n_features: n_features does not count with the selector none; take it out"],
        ),
        (
            {"kind": "elastic_net_cox", "n_features": 8},
            [
                "line",
                "model.n_features: n_features does not count with the selector none; take it out, or name",
            ],
        ),
        (
            {"n_features": 4, "grid": {"n_features": [2, 4]}},
            ["line", "model.grid.n_features: model has a value of it too; take one of them out"],
        ),
        (
            {"kind": "elastic_net_cox", "grid": {"settings": {"mixing": [1, 1.0]}}},
            ["model.grid.settings.mixing", "Expected: each entry once"],
        ),
        ({"grid": {"n_features": list(range(1, 302))}}, ["model.grid: 301 combinations", "list 200 at most"]),
    ],
)
def test_a_fault_is_told_with_its_line_and_remedy(bench, model, words):
    with pytest.raises(StudyError) as caught:
        verified(bench, **model)
    for word in words:
        assert word in str(caught.value)


def test_a_sound_grid_has_nothing_to_be_told(bench):
    grid = {"n_features": [2, 4], "settings": {"strata": ["none", "cohort"]}, "selector_settings": {"fdr": [0.05, 0.1]}}
    study, notes = verified(bench, selector="univariate", grid=grid)
    assert notes == []
    assert study.settings["model"]["grid"] == grid


def test_a_model_that_chooses_is_given_every_feature_unless_a_selector_is_named(bench):
    note = "model: the selector top leaves elastic_net_cox at most {} features to choose from (n_features); "
    note += "`selector: none` leaves it all"
    for model, selector, told in (
        ({"kind": "elastic_net_cox"}, "none", []),
        ({"kind": "elastic_net_cox", "selector": "top"}, "top", [note.format(4)]),
        (
            {"kind": "elastic_net_cox", "selector": "top", "grid": {"n_features": [8, 20]}},
            "top",
            [note.format(20)],
        ),
        ({"kind": "cox"}, "best_per_group", []),
    ):
        study, notes = verified(bench, **model)
        assert study.settings["model"]["selector"] == selector
        assert notes == told


@pytest.mark.parametrize("odd", [None, 3, [], {}, {"model": None}, {"model": []}, {"model": {"kind": ["cox"]}}])
def test_what_is_no_study_is_left_to_the_schema(odd):
    assert with_selector(odd) is odd
    assert with_models(odd) is odd


@pytest.mark.parametrize("models", [None, 3, [], "defaults", {}, {"a": None}])
def test_what_is_no_list_of_models_is_left_to_the_schema(models):
    odd = {"model": {"kind": "cox"}, "outcome": {"kind": "survival"}, "models": models}
    assert with_models(odd) == odd


def test_default_is_the_list_of_the_outcome(bench):
    bench.changes["models"] = "default"
    study, notes = verified(bench, scaling="rank")
    assert list(study.settings["models"]) == list(usual("survival"))
    plain = study.settings["models"]["plain"]
    assert (plain["kind"], plain["selector"], plain["scaling"]) == ("cox", "mrmr", "rank")
    assert plain["grid"] == {"n_features": [2, 4, 8]}
    assert notes == []
    assert study.has.models


def test_a_listed_model_that_chooses_is_given_every_feature(bench):
    bench.changes["models"] = {
        "lasso": {"kind": "elastic_net_cox"},
        "few": {"kind": "elastic_net_cox", "selector": "top"},
    }
    study, _ = verified(bench)
    assert [each["selector"] for each in study.settings["models"].values()] == ["none", "top"]
    assert [each["scaling"] for each in study.settings["models"].values()] == ["standard"] * 2


@pytest.mark.parametrize(
    ("models", "words"),
    [
        ("usual", ["line", "models: 'usual' is not accepted", "default"]),
        ({"a b": {"kind": "cox"}}, ["models", "letters, digits, _ and -"]),
        ({"a": {}}, ["models.a: the key 'kind' is missing"]),
        ({"a": {"kind": "coks"}}, ["models.a.kind: 'coks' is not accepted. Allowed: cox, logistic"]),
        ({"a": {"kind": "cox", "cut_points": "median"}}, ["models.a.cut_points: unknown key"]),
        ({"a": {"kind": "logistic"}}, ["line", "models.a.kind: logistic is for a binary outcome, the study's is surv"]),
        ({"a": {"kind": "cox", "settings": {"mixing": 1}}}, ["models.a.settings.mixing: the cox model has no such"]),
        ({"a": {"kind": "cox", "grid": {"n_features": [4]}}}, ["models.a.grid.n_features: nothing", "models.a.n_f"]),
        (
            {"a": {"kind": "cox", "n_features": 2, "grid": {"n_features": [2, 4]}}},
            ["line", "models.a.grid.n_features: models.a has a value of it too"],
        ),
        (
            {"a": {"kind": "survival_forest", "selector": "forward"}},
            ["models.a.selector: forward compares likelihoods of plain models"],
        ),
    ],
)  # fmt: skip
def test_a_fault_of_a_listed_model_is_told_with_its_name(bench, models, words):
    bench.changes["models"] = models
    with pytest.raises(StudyError) as caught:
        verified(bench)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ({"kind": "cox", "settings": {"strata": "none"}}, "{strata: cohort}` fits within them"),
        ({"kind": "cox", "settings": {"strata": "cohort"}}, ""),
        ({"kind": "cox", "grid": {"settings": {"strata": ["none", "cohort"]}}}, ""),
        ({"kind": "logistic"}, "this kind of model has no setting"),
        ({}, ""),
    ],
)
def test_centres_that_are_fitted_as_one_are_told(model, words):
    cohorts = {"a": {"role": "training"}, "b": {"role": "training"}, "v": {"role": "validation"}}
    told = across({"cohorts": cohorts, "model": model})
    assert told.startswith("2 training cohorts: concordance compares patients of one cohort alone") == bool(words)
    assert words in told
    assert across({"cohorts": {**cohorts, "b": {"role": "validation"}}, "model": model}) == ""


def test_the_check_of_a_study_of_two_training_cohorts_warns(bench):
    _, before = verified(bench)
    assert not any("fitted across them" in note for note in before)
    settings = {"cohorts": {"a": {"role": "training"}, "b": {"role": "training"}}}
    block = {"kind": "cox", "selector": "none", "settings": {}, "grid": {}}
    (note,) = learning_notes({**settings, "model": block})
    assert note.startswith("model: 2 training cohorts")
    assert "`model.settings: {strata: cohort}`" in note
