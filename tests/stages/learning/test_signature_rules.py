"""A signature.json that a hand has edited: each fault is told by its place, and none reaches a risk."""

import json
from copy import deepcopy

import pytest

from made.planted_tables import Made
from radioloom.errors import StudyError
from radioloom.stages.learning.published import handed_in
from radioloom.stages.learning.signature import Signature
from radioloom.stages.learning.signature_rules import check_edited

WHOLE = json.loads(json.dumps(Made(covariates=["age"]).signature.to_json()))
NAN, HUGE = float("nan"), 10**400
RANK = {"kind": "rank", "knots": [0.0, 1.0], "scores": [0.0]}
EDITS = {
    "negative hazard": ("hazard.cumulative", lambda of: [-each for each in of], "hazard.cumulative.0: .* 0 or more"),
    "falling hazard": ("hazard.cumulative", lambda of: of[::-1], "hazard.cumulative: the numbers do not ascend"),
    "times reversed": ("hazard.time_days", lambda of: of[::-1], "hazard.time_days: the numbers do not ascend"),
    "a text among times": ("hazard.time_days.1", lambda of: "x", "hazard.time_days.1: 'x' .*a number"),
    "texts as hazard": ("hazard.cumulative", lambda of: [str(each) for each in of], "cumulative.0: .*a number"),
    "a hazard too few": ("hazard.cumulative", lambda of: of[:-1], "hazard: its lists do not belong together"),
    "follow-up too short": ("hazard.last_days", lambda of: 0.5, "hazard.last_days: a time of the hazard is later"),
    "sd of 0": ("features.0.sd", lambda of: 0, "features.0.sd: .*more than 0"),
    "negative sd": ("features.0.sd", lambda of: -of, "features.0.sd: .*more than 0"),
    "mean of nothing": ("features.0.mean", lambda of: None, "features.0.mean: nothing stands there"),
    "coefficient as text": ("features.0.coefficient", str, "features.0.coefficient: .*a number"),
    "no coefficient": ("features.0.coefficient", lambda of: None, "features.0: .* has no coefficient"),
    "huge coefficient": ("features.0.coefficient", lambda of: HUGE, "features.0.coefficient: .* not finite"),
    "nan coefficient": ("features.0.coefficient", lambda of: NAN, "features.0.coefficient: .* not finite"),
    "a feature twice": ("features", lambda of: [*of, of[0]], "appears twice; take one out"),
    "nan cut-point": ("cut_point", lambda of: NAN, "cut_point: a number that is not finite"),
    "block as cut-point": ("cut_point", lambda of: {}, "cut_point: a block of keys is not accepted"),
    "cut-points that fall": ("cut_points", lambda of: [1.0, 0.0], "cut_points: the numbers do not ascend"),
    "intercept as text": ("intercept", lambda of: "x", "intercept: 'x' .*a number"),
    "a cox intercept": ("intercept", lambda of: 1.0, "intercept: a Cox model has none"),
    "unknown model": ("model", lambda of: "forest", "model: 'forest' .*Allowed: cox, logistic"),
    "model of another kind": ("model", lambda of: "logistic", "hazard: a model without times has no survival"),
    "features as block": ("features", lambda of: {}, "features: .*a list"),
    "a key that is none": ("spline", lambda of: 3, "spline: unknown key"),
    "a slope alone": ("features.0.batches", lambda of: {"A": [1.0]}, "features.0.batches.A: "),
    "a kind alone": ("features.0.scaling", lambda of: {"kind": "log"}, "scaling of kind 'log' has the keys unit"),
    "a score too few": ("features.0.scaling", lambda of: RANK, "scaling: its lists do not belong together"),
    "weights of one": (
        "imputation", lambda of: {"method": "iterative", "constants": [0.0], "weights": [[0.0]]}, "imputation: its"
    ),
    "in a baseline": ("baselines.clinical.features.0.sd", lambda of: 0, "baselines.clinical.features.0.sd: .*than 0"),
}  # fmt: skip


def edited(where, change):
    content = deepcopy(WHOLE)
    *way, last = [int(key) if key.isdecimal() else key for key in where.split(".")]
    inside = content
    for key in way:
        inside = inside[key]
    inside[last] = change(inside[last] if isinstance(last, int) else inside.get(last))
    return content


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_that_no_model_can_have_is_told_and_not_trusted(tmp_path, edit):
    where, change, said = EDITS[edit]
    path = tmp_path / "signature.json"
    path.write_text(json.dumps(edited(where, change)))
    for read in (lambda: Signature.read(path, trust_edited=True), lambda: handed_in(path, trust_edited=True)):
        with pytest.raises(StudyError, match=said) as error:
            read()
        assert str(error.value).startswith("signature.json: ")
    with pytest.raises(StudyError, match="was changed after it was written"):
        handed_in(path)


def test_what_is_written_obeys_and_so_does_an_edit_that_a_model_can_have(tmp_path):
    check_edited(WHOLE, "signature.json")
    path = tmp_path / "signature.json"
    path.write_text(json.dumps(edited("features.0.high", lambda of: float("inf"))))
    assert Signature.read(path, trust_edited=True).edited


@pytest.mark.parametrize("where", [f"{key}.{inside}" for key in ("hazard", "features.0") for inside in ("x", "y")])
def test_a_key_that_is_unknown_inside_is_told(where):
    with pytest.raises(StudyError, match="unknown key"):
        check_edited(edited(where, lambda of: 1), "signature.json")
