"""Models beside the signature: each is what its own study would learn, from the same patients in the same folds."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from made.planted_tables import VOLUME, Made, metric_of
from made.synthetic_study import survival_study
from radioloom.figures import beside as figures
from radioloom.prediction.metrics.concordance import concordance_of
from radioloom.prediction.models import MODELS as KINDS
from radioloom.prediction.selectors import SELECTORS
from radioloom.prediction.usual_models import USUAL, usual
from radioloom.settings import plain_schema
from radioloom.stages.learning import reduction
from radioloom.stages.learning.beside import beside
from radioloom.stages.learning.learn import learn
from radioloom.stages.learning.models import best_by_chance, models, of_signature
from radioloom.stages.learning.null_models import permuted_outcomes
from radioloom.stages.learning.place import ALL
from radioloom.stages.learning.risks import risk_of
from radioloom.stages.report.sections import models as section
from radioloom.tables import LEARNT, MODELS, PREDICTIONS, SELECTION, TUNING
from radioloom.tables.columns import BESIDE

REST = {"selector_settings": {}, "settings": {}, "grid": {}, "scaling": "standard", "n_features": 4}
LISTED = {
    "plain": REST | {"kind": "cox", "selector": "mrmr", "grid": {"n_features": [2, 4]}},
    "same features": REST | {"kind": "survival_boosting", "selector": "mrmr", "grid": {"settings": {"trees": [5, 2]}}},
    "penalised": REST | {"kind": "elastic_net_cox", "selector": "none", "settings": {"folds": 3}},
}


@cache
def made():
    study = Made(sizes={"train": 80, "valid1": 50}, repeats=1)
    study.study["models"] = LISTED
    study.study["validation"] |= {"bootstrap": 50, "null_models": 8}
    return study


@cache
def learnt(repeat):
    others = {key: block for key, block in made().study.items() if key != "model"}  # not asked for
    return beside(replace(made().material, study=others), made().splits, repeat)


@cache
def judged(intervals="main"):
    study = made()
    material = replace(
        study.material, study={**study.study, "validation": study.study["validation"] | {"intervals": intervals}}
    )
    rows = [learnt(0), learnt(1)]
    predictions = pd.concat(
        [PREDICTIONS.frame(study.validated.predictions), *(PREDICTIONS.frame(each.predictions) for each in rows)]
    )
    selection = pd.concat([study.selection, SELECTION.frame(study.validated.selection)])
    own = of_signature("cox", selection, TUNING.frame(study.validated.tuning))
    all_learnt = pd.concat([LEARNT.frame(own), *(LEARNT.frame(each.learnt) for each in rows)])
    return MODELS.frame(models(material, study.splits, predictions, all_learnt))


def row(frame, evaluation, model):
    return frame[(frame["evaluation"] == evaluation) & (frame["model"] == model)].iloc[0]


def test_each_is_what_a_study_of_its_own_would_learn():
    study, split = made(), "r01f2"
    rows, scores = PREDICTIONS.frame(learnt(1).predictions), {}
    train, test = (study.material.rows(study.splits, split, part) for part in ("train", "test"))
    for name, block in LISTED.items():
        own = _with(study.material, block).within(split)
        alone = learn(own, train, [own.outcomes.take(train)])[0]
        here = rows[(rows["split"] == split) & (rows["model"] == name)].sort_values("case")
        assert here["case"].tolist() == study.material.cases.iloc[test]["case"].tolist()
        np.testing.assert_array_equal(here["risk"], risk_of(own, alone.signature, test))
        scores[name] = alone.tuning.scores[alone.tuning.place] if block["grid"] else np.nan
    table = LEARNT.frame(learnt(1).learnt)
    assert table[table["split"] == split].set_index("model")["score"].to_dict() == pytest.approx(scores, nan_ok=True)


def test_what_is_learnt_is_of_the_cases_that_were_not_learnt_from():
    frozen, folds = (PREDICTIONS.frame(learnt(k).predictions) for k in (0, 1))
    assert set(frozen["cohort"]) == {"valid1"}
    assert set(frozen["part"]) | set(folds["part"]) == {"test"}
    assert folds.groupby(["model", "case"]).size().eq(1).all()
    assert (set(folds["kind"]), folds["case"].nunique()) == ({BESIDE}, 80)
    table = LEARNT.frame(learnt(1).learnt).set_index(["model", "split"])
    assert set(table.loc["plain", "settings"]) <= {"n_features 2", "n_features 4"}
    assert table.loc["plain", "score"].between(0.4, 1).all()
    assert (table.loc["penalised", "settings"] == "").all()


def test_a_selector_that_several_models_share_is_asked_once(monkeypatch):
    asked, taken = [], reduction.Reduction(*[None] * 4, chosen=(3, 1, 2, 0))

    def selected(way, *_):
        asked.append((way.study["model"]["selector"], way.study["model"]["n_features"]))
        return taken

    monkeypatch.setattr(reduction, "selected", selected)
    mrmr, forward, medoids = (REST | {"kind": "cox", "selector": each} for each in ("mrmr", "forward", "medoids"))
    others = [mrmr | {"n_features": 2}, mrmr, forward, forward | {"settings": {"strata": "cohort"}}]
    others += [medoids, medoids | {"n_features": 3}]  # whose three are not of its four
    places = [each for _, each in reduction.ways(made().material, None, [*others, LISTED["penalised"]], ())]
    assert asked == [("mrmr", 4), ("forward", 4), ("forward", 4), ("medoids", 4), ("medoids", 3), ("none", 4)]
    assert places[:2] == [(3, 1), (3, 1, 2, 0)]


@pytest.mark.parametrize("name", [name for name, each in SELECTORS.items() if each.nested])
def test_the_first_few_of_a_nested_selector_are_those_of_fewer(name):
    material, train = made().material, made().material.rows(made().splits, "frozen", "train")
    listed = reduction.shortlists(material, train, [material.outcomes.take(train)])[0]
    block, chosen = REST | {"kind": "cox", "selector": name}, {}
    for n in (1, 3, 9):
        chosen[n] = reduction.selected(_with(material, block | {"n_features": n}), listed, ()).chosen
    assert len(chosen[9]) == 9
    assert (chosen[9][:3], chosen[9][:1]) == (chosen[3], chosen[1])


def _with(material, block):
    return replace(material, study={**material.study, "model": block})


def test_the_signature_and_volume_have_the_values_of_metrics():
    for evaluation, cohort in (("validation", "valid1"), ("cross-validation", "train")):
        told = row(judged(), evaluation, "signature")
        for column, model in (("estimate", "signature"), ("volume", "volume")):
            assert told[column] == metric_of(made().metrics, evaluation, cohort, model, "c_index")
        gap = metric_of(made().metrics, evaluation, cohort, "signature", "c_index", against="volume")
        assert told["difference"] == pytest.approx(gap, abs=1e-15)
        low = metric_of(made().metrics, evaluation, cohort, "signature", "c_index", column="low")
        np.testing.assert_equal(told["low"], low)
    assert row(judged(), "validation", "signature")["features"] == len(made().signature.terms)


def test_a_model_is_judged_by_pairs_within_folds_and_beside_volume():
    study, frame = made(), PREDICTIONS.frame(learnt(1).predictions)
    rows = frame[frame["model"] == "penalised"].sort_values("case")
    train = study.material.rows(study.splits, "frozen", "train")
    fold = np.unique(rows["split"], return_inverse=True)[1]
    told = row(judged(), "cross-validation", "penalised")
    risk = rows["risk"].to_numpy()
    assert told["estimate"] == concordance_of(study.material.outcomes.take(train), risk, fold)
    size = study.material.values[train, study.material.place(VOLUME)]
    by_scipy = [spearmanr(risk[fold == k], size[fold == k])[0] for k in range(4)]
    assert told["volume_rho"] == pytest.approx(np.mean(by_scipy), abs=1e-12)
    assert told["learner"] == "elastic_net_cox"
    assert np.isnan(told["best_by_chance"])


def test_intervals_of_others_are_told_where_they_are_asked_for():
    assert judged().loc[judged()["kind"] == BESIDE, ["low", "high", "difference_low"]].isna().all(axis=None)
    everyone = judged(ALL)
    told = everyone[everyone["evaluation"] == "validation"]
    assert (told["low"] < told["estimate"]).all()
    assert (told["difference_low"] < told["difference_high"]).all()
    assert set(everyone.loc[everyone["evaluation"] == "cross-validation", "withheld"]) == {"repeats", "model"}


def test_what_the_best_reaches_by_chance_is_the_mean_of_the_highest():
    study = made()
    rows = PREDICTIONS.frame([*learnt(0).predictions, *study.validated.predictions])
    rows = rows[(rows["split"] == "frozen") & (rows["cohort"] == "valid1") & rows["kind"].isin(["signature", BESIDE])]
    risks = rows.pivot(index="case", columns="model", values="risk")
    place = next(each for each in _places() if each.cohort == "valid1")
    exchanged = permuted_outcomes(study.material, place, np.zeros((1, 50)))
    highest = [max(concordance_of(each, risks[name].to_numpy()) for name in risks) for each in exchanged]
    told = row(judged(), "validation", "plain")["best_by_chance"]
    assert told == pytest.approx(np.mean(highest), abs=1e-15)
    one = best_by_chance(study.material, place, [risks["signature"].to_numpy()[None]])
    assert 0.4 < one < told


def _places():
    from radioloom.stages.learning.judge import places

    return places(made().material, made().splits)


def test_the_report_says_who_is_best_and_what_that_is_worth():
    frame = judged()
    lines = figures.statements(frame)
    best = frame[frame["evaluation"] == "validation"].sort_values("estimate").iloc[-1]
    assert f"valid1: of 4 models the best, {best['model']}, has C-index {best['estimate']:.2f}" in lines[1]
    assert f"the best has {best['best_by_chance']:.2f} on average" in lines[1]
    assert "would have to be learnt anew" in lines[0]
    table = figures.table(frame)
    assert len(table.rows) == 8
    assert tuple(line[1] for line in table.rows if line[1].endswith(": cox") and line[0] == "valid1")[::-1] == (
        "signature (declared): cox",
        "plain: cox",
    )
    drawn = figures.dots(frame)
    assert [axes.get_title(loc="left") for axes in drawn.axes] == ["train, cross-validation", "valid1"]
    # Chance, volume, and of each model an interval and a dot.
    assert [len(axes.lines) for axes in drawn.axes] == [2 + 2 * 4] * 2


def test_only_folds_have_a_share_that_chose_the_settings():
    table = figures.table(judged().assign(settings="n_features 20", share=1.0))
    assert "training sets" not in table.columns[-1]
    assert {row[-1] for row in table.rows if "cross-validation" in row[0]} == {"n_features 20 (100 %)"}
    assert {row[-1] for row in table.rows if "cross-validation" not in row[0]} == {"n_features 20"}


def test_a_section_shows_the_models_in_the_order_of_the_study():
    study = survival_study()
    shown = section.build(replace(study, models=judged(), settings={**study.settings, "models": LISTED}))
    first = [line[1] for line in shown["table"].rows[:4]]
    assert first == [
        "signature (declared): cox",
        "plain: cox",
        "same features: survival boosting",
        "penalised: elastic net cox",
    ]
    assert shown["brief"][0][1].startswith("valid1: of 4 models the best")
    assert shown["brief"][0][1].endswith(figures.BEST_OF)
    assert section.build(replace(study, models=judged().iloc[:0])) is None


@pytest.mark.parametrize("outcome", ["survival", "binary"])
def test_the_usual_models_are_of_their_outcome_and_settings(outcome):
    listed = usual(outcome)
    assert len(listed) == sum(each.outcome == outcome for each in USUAL) > 3
    known = plain_schema("study")["properties"]["models"]["additionalProperties"]["properties"]
    for block in listed.values():
        kind, selector = KINDS[block["kind"]], SELECTORS[block["selector"]]
        assert kind.outcome == outcome
        assert set(block) <= set(known)
        assert not list(kind.faults(block["settings"]))
        for key, values in block["grid"].get("settings", {}).items():
            assert not [each for value in values for each in kind.faults({key: value})]
        assert selector.counts == ("n_features" in block["grid"])
