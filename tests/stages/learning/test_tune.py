"""Nested tuning: what a training set chooses in a grid, against a naive twin; where it stands; what it never sees."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from made.planted_tables import Made
from made.scans import scans
from radioloom.prediction.grid import applied, combinations
from radioloom.prediction.inner_folds import inner_folds
from radioloom.prediction.metrics.concordance import comparable, concordance
from radioloom.prediction.selectors import SELECTORS
from radioloom.provenance import rng
from radioloom.stages.learning import tune as tuning
from radioloom.stages.learning.fit import fit
from radioloom.stages.learning.fitting import fit_signature
from radioloom.stages.learning.harmonise import with_batches
from radioloom.stages.learning.learn import learn
from radioloom.stages.learning.material import without_baselines
from radioloom.stages.learning.place import placed
from radioloom.stages.learning.reduce import reduce
from radioloom.stages.learning.risks import risk_of
from radioloom.stages.learning.signature import Signature
from radioloom.stages.learning.tune import tune, tuned, tuning_rows
from radioloom.stages.learning.validate import validate
from radioloom.tables import METRICS, SELECTION, TUNING

SIZES = {"train": 60, "valid1": 40}
GRID = {"n_features": [1, 2, 4], "selector_settings": {"fdr": [0.01, 0.5]}}


def made(grid=GRID, selector="univariate", model=None, **changes) -> Made:
    study = Made(sizes=dict(SIZES), selector=selector, repeats=1, **changes)
    study.study["model"] |= {"grid": grid, "selector_settings": {}} | (model or {})
    study.study["validation"] |= {"null_models": 1, "bootstrap": 20}
    return study


@pytest.fixture(scope="module")
def study() -> Made:
    return made()


def test_combinations_are_all_of_them_the_last_list_first():
    found = combinations(GRID)
    assert [list(each.values()) for each in found] == [[1, 0.01], [1, 0.5], [2, 0.01], [2, 0.5], [4, 0.01], [4, 0.5]]
    block = applied({"kind": "cox", "settings": {"a": 1}, "grid": GRID}, found[1])
    assert block == {
        "kind": "cox",
        "settings": {"a": 1},
        "n_features": 1,
        "selector_settings": {"fdr": 0.5},
        "grid": {},
    }
    assert combinations({}) == combinations({"settings": {}}) == []


@pytest.mark.parametrize("kind", ["survival", "binary"])
def test_the_choice_is_that_of_a_naive_twin(kind):
    """Each combination as a study of its own, learnt without each fold; C by pairs within folds."""
    one = made(kind=kind)
    train = one.material.rows(one.splits, "r01f2", "train")
    material = without_baselines(one.material.within("r01f2"))
    outcomes = material.outcomes.take(train)
    found = tune(material, train, outcomes)
    fold = inner_folds(outcomes, 5, rng(11, "grid", "r01f2"))
    scores = []
    for each in combinations(GRID):
        alone = replace(material, study={**material.study, "model": applied(material.study["model"], each)})
        risk = np.zeros(len(train))
        for k in range(5):
            inside = np.flatnonzero(fold != k)
            signature = learn(alone, train[inside], [outcomes.take(inside)])[0].signature
            risk[fold == k] = risk_of(alone, signature, train[fold == k])
        scores.append(concordance(comparable(outcomes, fold), risk))
    np.testing.assert_allclose(found.scores, scores, rtol=1e-12)
    assert found.place == int(np.argmax(np.round(scores, 12)))
    assert len(set(scores)) > 2
    assert found.model == applied(material.study["model"], combinations(GRID)[found.place])


def test_what_was_chosen_stands_in_the_signature_and_in_a_table(study):
    choice = tuned(study.material, study.splits)
    content = json.loads(json.dumps(study.signature.to_json(), allow_nan=False))
    assert content["tuning"] == {
        "chosen": {"n_features": choice.model["n_features"], **{
            "selector_settings.fdr": choice.model["selector_settings"]["fdr"]}},
        "combinations": 6,
        "folds": 5,
        "score": choice.scores[choice.place],
    }  # fmt: skip
    assert Signature.from_json(content) == study.signature
    rows = TUNING.frame(list(tuning_rows(choice, "frozen")))
    assert len(rows) == 12
    chosen = rows[rows["chosen"]].set_index("setting")["value"]
    assert chosen.to_dict() == {key: str(value) for key, value in content["tuning"]["chosen"].items()}
    assert set(rows.loc[rows["chosen"], "score"]) == {content["tuning"]["score"]}
    assert rows["score"].max() == content["tuning"]["score"]


def test_reduce_and_fit_choose_what_learning_at_once_chooses(study):
    material = study.material.within("r01f1")
    train = material.rows(study.splits, "r01f1", "train")
    once = learn(material, train, [material.outcomes.take(train)])[0]
    rows = SELECTION.frame(reduce(study.material, study.splits, "r01f1"))
    assert fit(study.material, study.splits, rows, "r01f1") == once.signature
    applied_first = tuned(study.material, study.splits, "r01f1").applied(study.material)
    assert SELECTION.frame(reduce(applied_first, study.splits, "r01f1")).equals(rows)
    assert rows["kept"].sum() <= once.tuning.model["n_features"]


def test_a_training_set_chooses_by_its_own_patients_alone(study):
    test = study.material.rows(study.splits, "r01f2", "test")
    values, event = study.material.values.copy(), study.material.outcomes.event.copy()
    values[test], event[test] = -100 * values[test][::-1], ~event[test]
    other = replace(study.material, values=values, outcomes=replace(study.material.outcomes, event=event))
    one, two = (tuned(each, study.splits, "r01f2") for each in (study.material, other))
    assert np.array_equal(one.scores, two.scores)
    assert one.place == two.place


def test_a_fold_learns_its_harmonisation_without_its_held_out_patients(monkeypatch):
    """Values of one fold's patients of one scanner changed: what is learnt without them stays to the last digit."""
    one, learnt = made({"n_features": [1, 2]}), []
    study = {**one.study, "harmonise": {"method": "combat", "batch": ["manufacturer"]}}
    measured = scans(one.features, manufacturer=lambda _, case: "AB"[int(case[-1]) % 2], kernel="k")
    material = with_batches(replace(one.material, study=study), *measured)
    train = material.rows(one.splits, "frozen", "train")
    outcomes = material.outcomes.take(train)
    held_out = train[inner_folds(outcomes, 5, rng(11, "grid", material.split)) == 0]
    values = material.values.copy()
    values[held_out[material.batches[held_out] == material.batches[held_out[0]]]] += 50.0
    fitting = lambda *given: learnt.append(fit_signature(*given)) or learnt[-1]  # noqa: E731
    monkeypatch.setattr(tuning, "fit_signature", fitting)
    for each in (material, replace(material, values=values)):
        tune(each, train, outcomes)
    assert len(learnt) == 2 * 5 * 2  # materials, folds, combinations
    assert learnt[0].terms[0].batches
    assert learnt[:2] == learnt[10:12]
    assert learnt[2:4] != learnt[12:14]  # of another fold, which learns from them


def test_every_fold_chooses_and_cross_validation_has_no_interval(study):
    found = validate(study.material, study.splits, study.signature)
    rows = TUNING.frame(found.tuning)
    assert sorted(set(rows["split"])) == ["r01f1", "r01f2", "r01f3", "r01f4"]
    assert rows[rows["chosen"]].groupby("split")["combination"].nunique().eq(1).all()
    metrics = METRICS.frame(found.metrics).query("metric == 'c_index' and model == 'signature' and against == ''")
    metrics = metrics.set_index("evaluation")
    assert metrics.loc["cross-validation", ["interval", "withheld"]].tolist() == ["", "model"]
    assert metrics.loc["validation", "interval"] == "patients"
    assert metrics.loc["validation", "estimate"] > 0.6


@pytest.mark.parametrize(
    ("model", "steady"),
    [({}, True), ({"selector": "top"}, True), ({"grid": {"n_features": [2, 4]}}, False), ({"selector": "mrmr"}, False),
     ({"kind": "elastic_net_cox", "selector": "none"}, False)],
)  # fmt: skip
def test_intervals_of_cross_validation_are_told_where_they_were_before(study, model, steady):
    asked = {**study.study, "model": {"kind": "cox", "selector": "best_per_group", "grid": {}} | model}
    assert (
        placed("cross-validation", "train", np.arange(60), study.material.outcomes.take(np.arange(60)), asked).steady
        is steady
    )


def test_a_search_that_is_recorded_is_not_made_again(study, monkeypatch):
    rows = TUNING.frame(tuning_rows(tuned(study.material, study.splits), "frozen"))
    monkeypatch.setattr("radioloom.stages.learning.fit.tune", None)  # nobody calls it
    assert fit(study.material, study.splits, study.selection, tuning=rows) == study.signature


def test_too_few_events_for_folds_take_the_first_combination(study):
    train = study.material.rows(study.splits, "frozen", "train")
    event = np.zeros(60, dtype=bool)
    event[:2] = True
    found = tune(study.material, train, replace(study.material.outcomes.take(train), event=event))
    assert (found.place, found.folds) == (0, 0)
    assert np.isnan(found.scores).all()
    assert found.record() == {
        "chosen": {"n_features": 1, "selector_settings.fdr": 0.01}, "combinations": 6, "folds": 0, "score": None,
    }  # fmt: skip
    event[:4] = True  # four with an event: four folds
    assert tune(study.material, train, replace(study.material.outcomes.take(train), event=event)).folds == 4


def test_of_equal_combinations_the_first_is_taken():
    """The same model four times: nothing but the order can decide."""
    one = made({"selector_settings": {"fdr": [0.9, 0.8]}, "n_features": [1]})
    choice = tuned(one.material, one.splits)
    assert choice.scores[0] == choice.scores[1]
    assert choice.place == 0


@pytest.mark.parametrize("selector", SELECTORS)
def test_every_selector_can_be_tuned_where_features_have_gaps(selector):
    grid = {"n_features": [1, 2]} if SELECTORS[selector].counts else {"settings": {"strata": ["none", "cohort"]}}
    asked = {"stability": {"pairs": 10}, "named": {"features": ["glcm_f02", "glcm_f04"]}}.get(selector, {})
    one = made(grid, selector, {"selector_settings": asked})
    one.study["reduce"]["most_missing"] = 0.1
    one.study["imputation"]["method"] = "none" if selector in ("mrmr", "medoids") else "mean"
    train = one.material.rows(one.splits, "frozen", "train")
    gaps = one.material.values.copy()
    gaps[train[::13], ::3] = np.nan
    learnt = learn(replace(one.material, values=gaps), train, [one.material.outcomes.take(train)])[0]
    assert np.isfinite(learnt.tuning.scores).all()
    assert len(learnt.signature.terms) <= 2 or selector == "none"
    assert learnt.signature.tuning["combinations"] == 2


@pytest.mark.parametrize("kind", ["survival", "binary"])
def test_settings_of_a_model_are_tuned(kind):
    name = {"survival": "elastic_net_cox", "binary": "elastic_net_logistic"}[kind]
    one = made({"settings": {"mixing": [0.2, 0.4]}}, "none", {"kind": name, "settings": {"folds": 3}}, kind=kind)
    found = one.signature
    assert found.tuning["chosen"]["settings.mixing"] in (0.2, 0.4)  # the default is 1
    choice = tuned(one.material, one.splits)
    assert choice.model["settings"] == {"folds": 3, "mixing": found.tuning["chosen"]["settings.mixing"]}
    alone = replace(one.material, study={**one.study, "model": choice.model})
    rows = SELECTION.frame(reduce(alone, one.splits))
    pd.testing.assert_frame_equal(rows, one.selection)
    assert replace(found, tuning=None) == fit(alone, one.splits, rows)
