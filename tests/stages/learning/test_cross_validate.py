"""Each fold learns by its own reliability: the signature, the models refitted on controls, and the null models."""

import numpy as np
import pandas as pd
import pytest

from made.planted_tables import Made, metric_of
from radioloom.prediction.metrics.concordance import comparable, concordance
from radioloom.prediction.outcome import Outcome
from radioloom.provenance import rng
from radioloom.stages.learning.learn import learn
from radioloom.stages.learning.risks import THE_SIGNATURE, risks
from radioloom.stages.learning.validate import validate
from radioloom.stats.bootstrap import permutation_within
from radioloom.tables import CONTROLS, METRICS, PREDICTIONS, SELECTION

SHAKY, FOLD = ["glcm_f00", "glcm_f01"], "r01f1"  # planted, and its twin; the one fold where replicates disagree
SIZES = {"train": 80, "retest": 16}


@pytest.fixture(scope="module")
def made() -> Made:
    """A study whose replicates say of one fold that two features are not reliable, and nothing of the others."""
    study = Made(sizes=SIZES)
    frozen = Made(sizes=SIZES).reliability
    own = frozen.assign(split=FOLD)
    own.loc[own["feature_id"].isin(SHAKY), "low"] = 0.1
    study.reliability = pd.concat([frozen, own], ignore_index=True)
    return study


@pytest.fixture(scope="module")
def untouched(made) -> pd.DataFrame:
    """CONTROLS with the values of the patients themselves: what is refitted there is the signature again."""
    features = made.features[made.features["cohort"] == "train"]
    rows = features[["cohort", "case", "replicate", "roi", "feature_id", "value"]]
    return CONTROLS.frame(rows.assign(variant="shuffled_roi"))


@pytest.fixture(scope="module")
def validation(made, untouched):
    return validate(made.material, made.splits, made.signature, untouched)


def test_a_fold_selects_by_its_own_reliability_and_the_others_by_the_frozen_one(made, validation):
    assert set(SHAKY) & set(made.signature.feature_ids)  # one of the twins is worth taking
    selection = SELECTION.frame(validation.selection).set_index(["feature_id", "split"])
    for name in SHAKY:
        step = selection.loc[name, "step"]
        assert len(step) == 8
        assert step[FOLD] == "reliability"
        assert not (step.drop(FOLD) == "reliability").any()
        assert "lower bound 0.100 < 0.75" in selection.loc[(name, FOLD), "reason"]


def test_what_is_refitted_on_controls_in_a_fold_goes_by_the_reliability_of_that_fold(validation):
    """On untouched controls the refitted model is the signature of the fold, to the last bit."""
    rows = PREDICTIONS.frame(validation.predictions)
    rows = rows[rows["split"] != "frozen"].set_index(["split", "cohort", "case"])
    signature = rows.loc[rows["kind"] == "signature", "risk"]
    refitted = rows.loc[(rows["kind"] == "control") & (rows["variant"] == "refitted"), "risk"]
    assert len(refitted) == len(signature) == 160
    pd.testing.assert_series_equal(refitted.loc[signature.index], signature, check_exact=True)


def test_null_models_of_a_fold_go_by_the_reliability_of_that_fold(made, validation):
    """Each by hand: outcomes permuted inside the folds of its repeat, all learnt anew with what the fold knows."""
    expected = [_null(made, k) for k in range(12)]
    estimate = metric_of(METRICS.frame(validation.metrics).set_index(list(METRICS.key)), *PLACE_OF_NULLS)
    assert estimate == pytest.approx(np.mean(expected), abs=1e-12)


PLACE_OF_NULLS = ("cross-validation", "train", "null", "c_index")


def _null(made: Made, k: int) -> float:
    everyone, folds = (
        made.material.rows(made.splits, "frozen", "train"),
        [f"r{1 + k % 2:02d}f{f}" for f in (1, 2, 3, 4)],
    )
    tests = [made.material.rows(made.splits, name, "test") for name in folds]
    label = sum(fold * np.isin(everyone, test) for fold, test in enumerate(tests))
    order = permutation_within(label, rng(made.study["seed"], "null", str(k)))
    outcomes: Outcome = made.material.outcomes.take(everyone).take(order)
    right = pairs = 0.0
    for fold, name in enumerate(folds):
        train = made.material.rows(made.splits, name, "train")
        signature = learn(made.material.within(name), train, [outcomes.take(label != fold)])[0].signature
        counted = comparable(outcomes.take(label == fold))
        risk = risks(made.material, signature, everyone[label == fold])[THE_SIGNATURE]
        right, pairs = right + counted.sum() * concordance(counted, risk), pairs + counted.sum()
    return right / pairs
