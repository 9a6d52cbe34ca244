"""Controls are judged by their own values, each apart from the other, applied and refitted."""

import numpy as np
import pandas as pd
import pytest

from made.planted_tables import TEXTURE, Made
from radioloom.stages.learning.controls import changed, control_materials, refitted_risks
from radioloom.stages.learning.learn import learn
from radioloom.stages.learning.risks import ModelKey, risk_of
from radioloom.stages.learning.validate import validate
from radioloom.tables import CHANGED, CONTROLS, PREDICTIONS

MADE = Made(sizes={"train": 60, "valid1": 40})
NAMES = ("shuffled_roi", "uniform_image")


def noisy(name: str, noise: float, seed: int) -> pd.DataFrame:
    """Rows of one control: the patients' values with noise of its own."""
    rows = MADE.features[["cohort", "case", "replicate", "roi", "feature_id", "value"]]
    draw = np.random.default_rng(seed).normal(size=len(rows))
    return rows.assign(variant=name, value=rows["value"] + noise * draw)


BOTH = CONTROLS.frame(pd.concat([noisy(NAMES[0], 0.3, 1), noisy(NAMES[1], 0.9, 2)], ignore_index=True))


@pytest.fixture(scope="module")
def risk() -> pd.Series:
    rows = validate(MADE.material, MADE.splits, MADE.signature, BOTH).predictions
    return PREDICTIONS.frame(rows).set_index(list(PREDICTIONS.key))["risk"].sort_index()


def wide(name: str, cohort: str) -> pd.DataFrame:
    rows = BOTH[(BOTH["variant"] == name) & (BOTH["cohort"] == cohort)]
    return rows.pivot(index="case", columns="feature_id", values="value")


def test_the_signature_is_applied_to_the_values_of_each_control(risk):
    for cohort in ("train", "valid1"):
        expected = [MADE.signature.risk(wide(name, cohort), profile=MADE.signature.profile) for name in NAMES]
        assert np.abs(expected[0] - expected[1]).min() > 1e-6
        for name, values in zip(NAMES, expected, strict=True):
            mine = risk["frozen", "control", name, "", cohort]
            np.testing.assert_allclose(mine.loc[values.index], values, rtol=1e-12)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("split", ["r01f1", "r02f3"])
def test_what_is_refitted_is_learnt_from_and_judged_on_the_values_of_its_own_control(risk, name, split):
    """By a study whose features are those of the control: its signature of the fold, on its own test cases."""
    other = Made(sizes=MADE.sizes)
    other.features = MADE.features.drop(columns="value").merge(
        BOTH.loc[BOTH["variant"] == name, ["cohort", "case", "feature_id", "value"]]
    )
    material = other.material
    train, test = (material.rows(MADE.splits, split, part) for part in ("train", "test"))
    signature = learn(material, train, [material.outcomes.take(train)])[0].signature
    expected = risk_of(material, signature, test)
    mine = risk[split, "control", name, "refitted", "train"]
    np.testing.assert_allclose(mine.loc[material.cases["case"].to_numpy()[test]], expected, rtol=1e-12)


def test_nothing_is_refitted_where_a_training_case_has_no_control():
    """In the folds that train on it; the fold that tests it, and the other control, are refitted all the same."""
    case = MADE.material.cases["case"][MADE.material.rows(MADE.splits, "r01f2", "test")[0]]
    gone = (BOTH["variant"] == NAMES[0]) & (BOTH["case"] == case)
    controls = control_materials(MADE.material, BOTH[~gone])
    for split in ("r01f1", "r01f2", "r01f3"):
        train, test = (MADE.material.rows(MADE.splits, split, part) for part in ("train", "test"))
        keys = [key for key, _, _ in refitted_risks(controls, train, test)]
        known = NAMES if split == "r01f2" else NAMES[1:]
        assert keys == [ModelKey("control", name, "refitted") for name in known]


def test_a_value_that_is_missing_of_a_control_that_is_there_does_not_end_its_refit():
    hole = (BOTH["variant"] == NAMES[0]) & (BOTH["feature_id"] == TEXTURE) & (BOTH["case"] == BOTH["case"].min())
    controls = control_materials(MADE.material, BOTH.assign(value=BOTH["value"].mask(hole)))
    train, test = (MADE.material.rows(MADE.splits, "r01f1", part) for part in ("train", "test"))
    assert len(list(refitted_risks(controls, train, test))) == 2


def test_features_that_a_control_does_not_change_are_told_from_those_that_it_does():
    """A sum over shuffled voxels differs in its last digits, which is no change; a missing value is none either."""
    first, *rest = MADE.signature.feature_ids
    rows = BOTH[BOTH["variant"] == NAMES[0]].drop(columns="value").merge(MADE.features[["case", "feature_id", "value"]])
    rows["value"] *= np.where(rows["feature_id"] == first, 1 + 1e-12, 1.01)
    rows.loc[(rows["cohort"] == "valid1") & (rows["case"] == rows["case"].max()), "value"] = np.nan
    told = list(changed(MADE.material, control_materials(MADE.material, CONTROLS.frame(rows)), MADE.signature))
    told = CHANGED.frame(told).set_index(["control", "feature_id", "cohort"])[["n", "changed"]].sort_index()
    assert told.loc[NAMES[0], first].to_numpy().tolist() == [[60, 0], [39, 0]]
    assert rest
    assert told.loc[NAMES[0], rest[0]].to_numpy().tolist() == [[60, 60], [39, 39]]
