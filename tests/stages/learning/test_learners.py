"""Learners without coefficients, and penalised ones, through all stages of a study of tables."""

import json
from copy import deepcopy
from functools import cache

import numpy as np
import pytest

from made.planted_tables import TEXTURE, VOLUME, Made, metric_of
from radioloom.errors import StudyError
from radioloom.figures import baseline, multivariable
from radioloom.figures import signature as figures
from radioloom.prediction.metrics.concordance import comparable, concordance
from radioloom.prediction.models import MODELS
from radioloom.stages.learning.risks import risk_of
from radioloom.stages.learning.signature import Signature
from radioloom.stages.learning.signature_rules import check_edited

LEARNERS = [name for name, model in MODELS.items() if not model.ratio]
SIZES = {"train": 80, "valid1": 60}
SETTINGS = {
    "random_forest": {"trees": 20},
    "survival_forest": {"trees": 20},
    "gradient_boosting": {"trees": 30},
    "survival_boosting": {"trees": 30},
}


def made(name, selector="top", **settings):
    found = Made(kind=MODELS[name].outcome, sizes=SIZES, selector=selector, repeats=1)
    found.study["model"] |= {"kind": name, "settings": SETTINGS.get(name, {}) | settings}
    found.study["validation"] |= {"null_models": 1, "learning_curve": 0, "bootstrap": 20}
    return found


@cache
def learnt(name):
    return made(name).signature


@pytest.mark.parametrize("name", LEARNERS)
def test_a_learner_is_frozen_as_json_and_read_again_beside_plain_baselines(name):
    study, signature = made(name), learnt(name)
    again = Signature.from_json(json.loads(json.dumps(signature.to_json(), allow_nan=False)))
    assert again == signature
    train = study.material.rows(study.splits, "frozen", "train")
    values = study.material.values[:, [study.material.place(each) for each in signature.feature_ids]]
    np.testing.assert_array_equal(again.risk(values[train]), signature.risk(values[train]))
    assert np.ptp(signature.risk(values)) > 0
    assert {each.model for each in signature.baselines.values()} == {"cox" if signature.hazard else "logistic"}
    assert (signature.hazard is None) == (MODELS[name].outcome == "binary")
    assert multivariable.table(signature).rows[0][:2] == ("signature", f"all {len(signature.terms)}")
    assert baseline.formula(signature).startswith("The absolute risk")
    assert not figures.weighted(signature)


@pytest.mark.parametrize("name", ["survival_forest", "support_vectors"])
def test_a_learner_is_judged_as_any_other_model(name):
    study = made(name)
    main = "c_index" if study.kind == "survival" else "auc"
    assert metric_of(study.metrics, "validation", "valid1", "signature", main) > 0.62
    assert metric_of(study.metrics, "cross-validation", "train", "signature", main) > 0.62
    rows = study.metrics.reset_index()
    slope = rows[(rows["metric"] == "calibration_slope") & (rows["evaluation"] == "validation")].set_index("model")
    assert slope.loc["signature", "estimate"] > 0
    folds = rows[(rows["evaluation"] == "cross-validation") & (rows["metric"] == main)].set_index("kind")
    assert (folds.loc[["signature"], "low"].isna()).all()  # intervals of a learner were not measured
    if study.kind == "binary":
        assert 0 < metric_of(study.metrics, "validation", "valid1", "signature", "brier") < 0.25


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("elastic_net_cox", {}),
        ("elastic_net_cox", {"mixing": 0.5}),
        ("elastic_net_cox", {"mixing": 0.0}),
        ("elastic_net_logistic", {}),
        ("stepwise_cox", {"criterion": "bic"}),
        ("stepwise_logistic", {"criterion": "bic"}),
    ],
)
def test_the_planted_signature_is_found_by_penalised_and_stepwise_models_among_all_features(name, settings):
    study = made(name, "none", **settings)
    terms = {term.feature_id: term.coefficient for term in study.signature.terms}
    assert max(terms, key=lambda each: abs(terms[each])) == TEXTURE
    assert terms[TEXTURE] > 0
    if study.kind == "survival":
        assert terms[VOLUME] > 0
    plain = Made(kind=study.kind, sizes=SIZES)
    there = np.flatnonzero(study.material.cases["cohort"] == "valid1")
    pairs = comparable(study.material.outcomes.take(there))
    found, of_plain = (concordance(pairs, risk_of(each.material, each.signature, there)) for each in (study, plain))
    assert found > max(0.65, of_plain - 0.06)


@pytest.mark.parametrize("name", LEARNERS)
def test_a_state_that_a_hand_has_broken_is_told(name):
    content = json.loads(json.dumps(learnt(name).to_json()))
    check_edited(content, "signature.json")
    for key in list(content["state"]):
        broken = deepcopy(content)
        del broken["state"][key]
        with pytest.raises(StudyError, match=rf"it is none of a {name} of \d+ features; copy it as it was"):
            check_edited(broken, "signature.json")
