"""The signature in the report: its table, how it was selected, and a model without coefficients."""

from dataclasses import replace

import pandas as pd
import pytest

from made.validated_study import section, study
from radioloom import tables
from radioloom.figures import signature, volume
from radioloom.stages.learning.signature import Signature, Term
from radioloom.stages.report.sections.signature import SIGNATURE

SELECTION = pd.DataFrame({"feature_id": ["a", "b"], "volume_rho": [0.95, 0.1], "score": [0.6, 0.7]})
SELECTION_OF_NONE = tables.SELECTION.frame([])


def model(*coefficients):
    terms = [
        Term(name, "texture", 1.0, 2.0, 0, value, *((None,) * 3 if value is None else (2.0, 1.0, 4.0)))
        for name, value in zip("ab", coefficients, strict=False)
    ]
    return Signature("signature", "cox", "hazard ratio", tuple(terms), 0.0, 0.1, 40, 20, 0.0, "")


def test_table_and_bars():
    table = signature.table(model(0.69, -0.2), SELECTION)
    assert table.columns[2:4] == ("coefficient per SD", "hazard ratio per SD (95 % interval)")
    assert table.rows[0] == ("a", "texture", "0.690", "2.00 (1.00–4.00)", "0.60", "0.95", "1.000", "2.000")
    assert list(signature.bars(model(0.69))["low"]) == [0.0]


def test_a_coefficient_against_its_own_concordance_is_told():
    assert signature.opposed(model(0.69, 0.2), SELECTION) == ""
    assert signature.opposed(model(None, None), SELECTION) == ""
    told = signature.opposed(model(0.69, -0.2), SELECTION)
    assert "the sign of b (concordance alone 0.70, coefficient −0.200): correlated features" in told
    assert "sign of a (concordance alone 0.40" in signature.opposed(model(0.69), SELECTION.assign(score=[0.4, 0.7]))
    assert signature.opposed(model(0.69), SELECTION.assign(score=[0.498, 0.7])) == ""


@pytest.mark.parametrize("role", ["training", "validation"])
def test_centres_that_are_fitted_as_one_are_told_in_brief(role):
    selection = tables.SELECTION.frame([{"split": "frozen", "feature_id": "a", "step": "", "kept": True, "group": "",
                                         "reason": "", "score": 0.4, "volume_rho": 0.1}])  # fmt: skip
    inputs = study(signature=model(0.69), selection=selection)
    cohorts = {**inputs.settings["cohorts"], "other": {"role": role}}
    inputs = replace(inputs, settings={**inputs.settings, "model": {"kind": "cox"}, "cohorts": cohorts})
    told, brief = section("signature", inputs), SIGNATURE.build(inputs)["brief"][1:]
    assert ("fitted across them" in told) == bool(brief) == (role == "training")
    assert "concordance alone 0.40, coefficient 0.690" in told
    assert all("coefficient 0.690" in line for _, line in brief)


def test_a_model_without_coefficients_has_none_in_its_table():
    table = signature.table(model(None, None), SELECTION)
    assert table.columns == ("feature", "group", "concordance alone", "rho with volume", "mean", "SD")
    assert table.rows[1] == ("b", "texture", "0.70", "0.10", "1.000", "2.000")
    assert signature.weighted(model(0.69))
    assert not signature.weighted(model(0.69, None))
    assert not signature.weighted(model())


def test_intervals_that_a_model_has_not_are_not_spoken_of():
    plain = model(0.69)
    bare = replace(plain, terms=tuple(replace(term, low=None, high=None) for term in plain.terms))
    assert signature.table(bare, SELECTION).columns[3] == "hazard ratio per SD"
    assert not signature.intervals(model())
    for each, told in ((plain, True), (bare, False)):
        inputs = study(signature=replace(each, baselines={"clinical": plain}), selection=SELECTION_OF_NONE)
        part = section("signature", replace(inputs, settings=inputs.settings | {"model": {}}))
        assert ("Coefficients with 95 % intervals" in part) == told
        assert ("so the intervals are too narrow" in part) == told
        assert ("its p too small" in part) == told
        assert "In a model that takes the signature" in part


def test_intervals_are_called_too_narrow_only_where_the_outcome_chose():
    plain = model(0.69)
    twins = tables.SELECTION.frame([{"split": "frozen", "feature_id": "a", "step": "redundancy", "kept": False,
                                     "group": "", "reason": "", "score": 0.6, "volume_rho": 0.1}])  # fmt: skip
    for selector, kind, selection, told in (
        ("top", "cox", SELECTION_OF_NONE, True), ("none", "cox", SELECTION_OF_NONE, False),
        ("medoids", "cox", SELECTION_OF_NONE, False), ("none", "stepwise_cox", SELECTION_OF_NONE, True),
        ("none", "cox", twins, True),
    ):  # fmt: skip
        signed = replace(plain, model=kind, baselines={"clinical": plain})
        inputs = study(signature=signed, selection=selection)
        part = section("signature", replace(inputs, settings=inputs.settings | {"model": {"selector": selector}}))
        assert "Coefficients with 95 % intervals" in part
        assert ("so the intervals are too narrow" in part) == ("its p too small" in part) == told


def test_funnel_ends_with_the_signature():
    frame = pd.DataFrame(
        {"step": ["constant", "reliability", "reliability", "selector", "selector", "own step"],
         "kept": [False, False, False, True, False, False]}
    )  # fmt: skip
    table = signature.funnel(frame)
    left = [int(row[2]) for row in table.rows]
    assert left[0] == 6
    assert left[-1] == 1
    assert ("own step", "1", "1") in table.rows


def test_a_step_that_was_not_assessed_is_not_a_step_that_dropped_nothing():
    frame = pd.DataFrame({"step": ["constant", "selector"], "kept": [False, True]})
    rows = {row[0]: row[1:] for row in signature.funnel(frame, ["reliability"]).rows}
    assert rows["agreement over replicates too low"] == ("not assessed", "1")
    assert rows["redundant with a more reliable feature"] == ("0", "1")


def test_groups_largest_first():
    frame = pd.DataFrame({"group": ["shape", "other", "texture", "texture"]})
    assert signature.groups(frame) == (
        "texture 2, other 1 (neither the study nor the feature's name tells its group), shape 1"
    )


def test_stability_counts_folds():
    folds = pd.DataFrame(
        {
            "split": ["f1", "f1", "f1", "f2", "f2", "f2"],
            "feature_id": list("abc") * 2,
            "kept": [True, True, False, False, True, False],
        }
    )
    assert signature.stability(folds, ["a"]).rows == (("a", "yes", "1 (50 %)"), ("b", "", "2 (100 %)"))


def test_proxies():
    assert volume.proxies([], 4).startswith("None of the 4 features")
    assert volume.proxies([], 1).startswith("The one feature of the signature does not")
    assert "1 of 4 features of the signature correlates with volume" in volume.proxies(["a"], 4)


def test_the_note_of_every_model_is_told():
    ridge = replace(model(0.69), name="clinical", note="separated; fitted with a ridge")
    both = replace(model(0.69), baselines={"clinical": ridge, "volume": replace(ridge, name="volume", note="")})
    assert signature.notes(both) == [("clinical", "separated; fitted with a ridge")]
    assert signature.notes(replace(both, note="empty"))[0] == ("signature", "empty")


def test_cases_far_from_all_others_and_how_values_are_mapped():
    far = {
        "cohort": "a",
        "case": ["1", "2"],
        "n": [1, 7],
        "feature_id": "x",
        "value": [2.0, 9.0],
        "robust_z": [11.2, -44],
    }
    table = signature.outliers(pd.DataFrame(far))
    assert [row[1:4] for row in table.rows] == [("2", "7", "x"), ("1", "1", "x")]
    assert table.rows[0][-1] == "−44"
    ranked = replace(model(0.69), terms=(replace(model(0.69).terms[0], scaling={"kind": "rank"}),))
    assert signature.scaling(ranked) == "the normal score of its place among the training values"
    assert signature.scaling(model(0.69)) == ""
