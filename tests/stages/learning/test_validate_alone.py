"""A frozen signature where nothing is learnt: the same values as beside training, shuffled nulls, no seal broken."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from made.alone import signature as handed
from made.planted_tables import PROFILE, Made, metric_of
from radioloom.errors import StudyError
from radioloom.figures import missing as missing_words
from radioloom.prediction.baseline_hazard import BaselineHazard
from radioloom.sealed import write_json
from radioloom.stages.learning.adopt import adopt
from radioloom.stages.learning.apply import NewPatients, apply
from radioloom.stages.learning.frozen import frozen as frozen_again
from radioloom.stages.learning.published import handed_in
from radioloom.stages.learning.signature import COVARIATE, Term
from radioloom.stages.learning.split import check_somebody
from radioloom.stages.learning.validate import validate
from radioloom.tables import COMPARISONS, EXCLUSIONS, METRICS, MISSING, PATIENTS, PREDICTIONS

MADE = Made(sizes={"train": 60, "valid1": 40, "valid2": 30}, covariates=["age"], repeats=1)


@pytest.fixture(scope="module")
def frozen():
    """The made study without its training cohort, of the same material and settings."""
    made = Made(sizes={"valid1": 40, "valid2": 30}, covariates=["age"], repeats=0)
    made.study["validation"]["null_models"] = 199
    return made


def judged(made, signature):
    return validate(made.material, made.splits, signature)


def test_splits_have_validation_alone(frozen):
    assert set(frozen.splits["part"]) == {"test"}
    assert set(frozen.splits["cohort"]) == {"valid1", "valid2"}


def test_values_are_those_of_the_study_that_learnt_it(frozen):
    result = judged(frozen, MADE.signature)
    metrics = METRICS.frame(result.metrics).set_index(list(METRICS.key))
    assert set(metrics.index.get_level_values("evaluation")) == {"validation"}
    whole = MADE.metrics.query("evaluation == 'validation'")
    same = [key for key in whole.index if (key[2], key[3]) != ("null", "null") and "null_p" not in key]
    pd.testing.assert_frame_equal(metrics.loc[same], whole.loc[same], check_exact=True)


def test_nulls_are_shuffled_outcomes_beside_the_same_risks(frozen):
    metrics = METRICS.frame(judged(frozen, MADE.signature).metrics).set_index(list(METRICS.key))
    value = metric_of(metrics, "validation", "valid1", "null", "c_index")
    ends = [metric_of(metrics, "validation", "valid1", "null", "c_index", column=each) for each in ("low", "high")]
    assert 0.48 < value < 0.52
    assert 0.35 < ends[0] < 0.45
    assert 0.55 < ends[1] < 0.65
    assert metric_of(metrics, "validation", "valid1", "signature", "null_p") == 1 / 200


@pytest.mark.parametrize("against", ["volume", "chance"])
def test_the_declared_comparison_is_made_where_nothing_is_learnt(frozen, against):
    primary = {"evaluation": "validation", "cohort": "valid2", "model": "signature", "against": against}
    frozen.study["validation"]["primary"] = primary
    rows = COMPARISONS.frame(judged(frozen, MADE.signature).comparisons)
    frozen.study["validation"].pop("primary")
    assert set(zip(rows["cohort"], rows["against"], strict=True)) >= {("valid1", ""), ("valid2", "volume")}
    (first,) = rows[rows["rank"] == "primary"].to_dict("records")
    assert (first["cohort"], first["against"]) == ("valid2", "" if against == "chance" else against)
    assert first["verdict"]
    assert first["nulls"] == (199 if against == "chance" else 0)


def test_p_against_shuffles_is_even_where_nothing_is_known():
    """Random risks: the share of p below .1 is .1, by the exchange of outcomes alone."""
    made = Made(sizes={"valid1": 30}, repeats=0)
    made.study["validation"] |= {"null_models": 19, "bootstrap": 0}
    noise = [each for each in made.material.names if each[-3:] > "f04"]  # the others are planted, twins, or constant
    term = Term("", "texture", 0.0, 1.0, coefficient=1.0, ratio=1.0)
    p = []
    for name in noise:
        for sign in (1.0, -1.0):
            terms = (replace(term, feature_id=name, coefficient=sign),)
            signature = replace(MADE.signature, terms=terms, baselines={}, hazard=None)
            rows = METRICS.frame(judged(made, signature).metrics)
            p.append(rows.loc[rows["metric"] == "null_p", "estimate"].item())
    low = np.mean(np.array(p) <= 0.1)
    assert abs(low - 0.1) < 3 * np.sqrt(0.1 * 0.9 / len(p))


def test_a_published_signature_without_means_cut_point_or_all_horizons(frozen):
    frozen.study["outcome"]["horizons"] = [300, 400]
    term = Term("glcm_f04", "other", 0.0, 1.0, coefficient=0.5, ratio=1.6)
    hazard = BaselineHazard([300.0], [0.4], 0.0, 300.0, alone=True)
    hand = replace(
        MADE.signature, terms=(term, replace(term, feature_id="age", group=COVARIATE, coefficient=0.01)),
        baselines={}, cut_point=None, complete=True, hazard=hazard,
    )  # fmt: skip
    result = judged(frozen, hand)
    risks = PREDICTIONS.frame(result.predictions)
    lacking = risks.set_index("case")[["risk", "measured"]].loc[["valid1-005", "valid2-005"]]  # no glcm_f04
    assert lacking["risk"].isna().all()
    assert not lacking["measured"].any()
    assert risks["risk"].notna().sum() == len(risks) - 2
    assert "valid1, validation: 1 of 40 cases lack a value and are not judged" in result.notes
    assert result.curves == []
    absolute = pd.DataFrame(result.risks)
    assert absolute.query("horizon_days == 300")["risk"].notna().all()
    assert absolute.query("horizon_days == 400")["risk"].isna().all()
    assert [note for note in result.notes if "no risk at 400 days" in note]
    row = METRICS.frame(result.metrics).query("metric == 'c_index' and kind == 'signature' and cohort == 'valid1'")
    assert row["n"].item() == 39
    frozen.study["outcome"].pop("horizons")


def gaps(features, _):
    """Two training patients and three of valid1 lack one value of the glcm family each; the cohorts stay the same."""
    lost = features["case"].isin(["train-003", "train-009", "valid1-001", "valid1-004", "valid1-009"])
    features.loc[lost & features["feature_id"].isin(["glcm_f00", "glcm_f01"]), "value"] = np.nan


@pytest.mark.parametrize("method", ["none", "mean", "iterative"])
def test_a_signature_imputes_alone_as_in_the_study_that_learnt_it(method, tmp_path):
    """Whatever the study of validation alone has as its default: the file decides."""
    whole = Made(sizes={"train": 60, "valid1": 40}, covariates=["age"], repeats=0, change=gaps)
    whole.study["imputation"] = {"method": method, "multiple": 0}
    whole.study["reduce"]["most_missing"] = 0.1
    whole.study["validation"] |= {"null_models": 2, "bootstrap": 50}
    assert {"glcm_f00", "glcm_f01"} & set(whole.signature.feature_ids)
    write_json(handed(whole).to_json(), tmp_path / "signature.json")
    found = handed_in(tmp_path / "signature.json")
    alone = Made(sizes={"valid1": 40}, covariates=["age"], repeats=0, change=gaps)
    alone.study["validation"] |= {"null_models": 2, "bootstrap": 50}
    result = judged(alone, replace(adopt(found, ["age"], ""), profile=PROFILE))
    risks, expected = (PREDICTIONS.frame(each.predictions) for each in (result, whole.validated))
    expected = expected[expected["cohort"] == "valid1"].reset_index(drop=True)
    pd.testing.assert_frame_equal(risks.reset_index(drop=True), expected, check_exact=True)
    own = risks[risks["kind"] == "signature"]
    assert (own["risk"].isna().sum(), (~own["measured"]).sum()) == (3 if method == "none" else 0, 3)
    metrics = METRICS.frame(result.metrics).set_index(list(METRICS.key))
    same = [key for key in metrics.index if (key[2], key[3]) != ("null", "null") and "null_p" not in key]
    pd.testing.assert_frame_equal(metrics.loc[same], whole.metrics.loc[same], check_exact=True)
    place = ("validation", "valid1", "signature", "c_index")
    assert metric_of(metrics, *place, column="n") == (37 if method == "none" else 40)


@pytest.mark.parametrize("method", ["mean", "iterative"])
def test_a_patient_without_any_feature_of_the_signature_is_judged_no_more_than_apply_tells_a_risk(method):
    whole = Made(sizes={"train": 60, "valid1": 40}, covariates=["age"], repeats=0)
    whole.study["imputation"] = {"method": method, "multiple": 0}
    whole.study["validation"] |= {"null_models": 2, "bootstrap": 50}
    signature, nobody = whole.signature, ["valid1-002", "valid1-007"]

    def lost(features, _):
        few = features["case"].isin(nobody) & features["feature_id"].isin(signature.feature_ids)
        one = (features["case"] == "valid1-011") & (features["feature_id"] == signature.feature_ids[0])
        features.loc[few | one, "value"] = np.nan

    alone = Made(sizes={"valid1": 40}, covariates=["age"], repeats=0, change=lost)
    alone.study["validation"] |= {"null_models": 2, "bootstrap": 50}
    result = judged(alone, signature)
    told = PREDICTIONS.frame(result.predictions).set_index(["model", "case"])["risk"]
    material = alone.material
    values = pd.DataFrame(material.values, index=pd.MultiIndex.from_frame(material.cases), columns=material.names)
    values = values.assign(**dict(zip(material.covariate_names, material.covariates.T, strict=True)))
    for model in ("signature", "clinical+signature"):
        risk = told[model]
        assert risk.index[risk.isna()].tolist() == nobody
        applied = pd.DataFrame(apply(signature, NewPatients(values), model=model)).set_index("case")["risk"]
        np.testing.assert_allclose(applied, risk.loc[applied.index], rtol=1e-12)
    assert "valid1, validation: 2 of 40 cases lack every feature of the signature and are not judged" in result.notes
    rows = METRICS.frame(result.metrics)
    assert set(rows["n"]) == {38}
    (again,) = frozen_again(PREDICTIONS.frame(result.predictions), alone.outcomes, PATIENTS.frame([]), alone.study)
    assert len(again.cases) == 38
    line = missing_words.judged(rows.assign(label=rows["model"]), MISSING.frame(result.missing), method)[0][1]
    assert line == "models are judged on the 38 of 40 cases of whom any feature of the signature is known."


def test_a_signature_that_too_many_lack_a_value_of_has_no_shuffles_either(frozen):
    """Without imputation: nobody is judged, and nothing stands beside a value that is not there."""
    term = Term("glcm_f00", "other", 0.0, 1.0, coefficient=0.5, ratio=1.6)
    hand = replace(MADE.signature, terms=(term,), baselines={}, hazard=None, complete=True)
    values = frozen.material.values.copy()
    values[::2, frozen.material.place("glcm_f00")] = np.nan
    rows = METRICS.frame(validate(replace(frozen.material, values=values), frozen.splits, hand).metrics)
    assert set(rows["kind"]) == {"signature"}
    assert rows["estimate"].isna().all()


def test_the_adopted_signature_rests_on_its_file_alone(tmp_path):
    """signature.json keeps its bytes whatever the validation data are: they go into none of what it is made from."""
    write_json(handed(MADE).to_json(), tmp_path / "signature.json")
    found = handed_in(tmp_path / "signature.json")
    adopted = adopt(found, ["age"], found.signature.profile)
    assert {key: value for key, value in adopted.provenance.items() if key != "learnt"} == {
        "file": found.file, "title": "", "source": "", "tool": "",
    }  # fmt: skip
    assert replace(adopted, provenance=found.signature.provenance) == found.signature
    assert set(adopt(found, [], found.signature.profile).baselines) == {"volume"}


def test_nobody_to_validate_on_is_told(frozen):
    with pytest.raises(StudyError, match="in a cohort of role `validation`"):
        check_somebody(frozen.outcomes, [], frozen.roles, EXCLUSIONS.frame([]))
