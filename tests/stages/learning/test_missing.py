"""Missing values: of whom models have every value, what is judged then, what imputation learns in training alone."""

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from made.planted_tables import PROFILE, VOLUME, Made, metric_of
from radioloom.prediction.metrics.calibration_curve import calibration_curve
from radioloom.prediction.metrics.concordance import concordance_of
from radioloom.prediction.metrics.record import Judged
from radioloom.prediction.models import MODELS
from radioloom.prediction.multiple_imputation import completed
from radioloom.prediction.outcome import outcome
from radioloom.provenance import rng
from radioloom.stages.learning.fit import fit
from radioloom.stages.learning.judge import places
from radioloom.stages.learning.learn import learn
from radioloom.stages.learning.lesson import lesson_digest
from radioloom.stages.learning.missing import missing
from radioloom.stages.learning.null_models import permuted_outcomes
from radioloom.stages.learning.reduce import reduce
from radioloom.stages.learning.risks import risk_of
from radioloom.stages.learning.signature import Signature
from radioloom.stages.learning.validate import validate
from radioloom.tables import CALIBRATION, DECISIONS, METRICS, MISSING, PREDICTIONS, RISKS, SELECTION

WAYS = {"mean": ("mean", 0), "none": ("none", 0), "iterative": ("iterative", 0), "multiple": ("iterative", 3)}
SIZES = {"train": 80, "valid1": 60}
FEW, TWIN = "wavelet-HLH_glrlm_f00", "wavelet-HLH_glrlm_f01"  # a feature that a few lack, and its mirror image


def holes(features, outcomes):
    """Ages of a tenth, one training value of a feature, two in validation; volume known of one in validation."""
    draw = np.random.default_rng(3)
    for frame in outcomes.values():
        frame.loc[draw.choice(frame.index, len(frame) // 10, replace=False), "age"] = "n/a"
    for name in (FEW, TWIN):
        rows = features.index[features["feature_id"] == name]
        features.loc[rows[[4, 82, 85]], "value"] = np.nan
    rows = features.index[(features["feature_id"] == VOLUME) & (features["cohort"] == "valid1")]
    features.loc[rows[1:], "value"] = np.nan


@cache
def made(way: str, kind: str = "survival") -> Made:
    found = Made(kind=kind, covariates=["age", {"stage": ["I", "II", "III"]}], sizes=SIZES, repeats=1, change=holes)
    method, multiple = WAYS[way]
    found.study["imputation"] = {"method": method, "multiple": multiple}
    found.study["reduce"]["most_missing"] = 0.05
    found.study["validation"] |= {"null_models": 2, "thresholds": [0.3]}
    found.study["outcome"]["horizons"] = [365.0]
    return found


def row_of(way: str, *place: str, **keys: str) -> pd.Series:
    columns = ("estimate", "low", "n", "n_measured")
    return pd.Series({key: metric_of(made(way).metrics, *place, column=key, **keys) for key in columns})


def test_missing_says_what_is_not_known_by_cohort_and_variable():
    rows = MISSING.frame(made("mean").validated.missing).set_index(["cohort", "role", "variable"])["missing"]
    assert rows["train", "covariate", "age"] == 8
    assert rows["valid1", "baseline", VOLUME] == 59
    assert rows["train", "signature", FEW] == 1
    assert rows["valid1", "signature", FEW] == 2
    assert rows["valid1", "outcome", "made up"] == 0
    assert rows["train", "covariate", "stage=II"] == 0


def test_an_outcome_that_is_missing_is_counted_and_its_case_takes_no_part():
    def lost(features, outcomes):
        outcomes["valid1"].loc[[3, 7], "dead"] = ["N/A", ""]
        outcomes["valid1"].loc[5, "days"] = "NA"

    few = Made(sizes={"train": 40, "valid1": 30}, change=lost)
    rows = MISSING.frame(missing(few.material, few.signature))
    told = rows[rows["role"] == "outcome"].set_index("cohort").loc["valid1"]
    assert told[["n", "missing"]].tolist() == [30, 3]
    assert told["share"] == pytest.approx(0.1)
    assert rows.loc[(rows["role"] == "signature") & (rows["cohort"] == "valid1"), "n"].eq(27).all()


@pytest.mark.parametrize("way", ["mean", "iterative", "multiple"])
def test_a_baseline_that_was_measured_in_one_patient_has_no_interval_and_no_verdict(way):
    place = ("validation", "valid1")
    alone, against = (
        row_of(way, *place, "volume", "c_index"),
        row_of(way, *place, "signature", "c_index", against="volume"),
    )
    assert (alone["n"], alone["n_measured"], against["n_measured"]) == (60, 1, 1)
    assert np.isfinite([alone["estimate"], against["estimate"]]).all()
    assert np.isnan([alone["low"], against["low"]]).all()
    assert np.isnan(row_of(way, *place, "volume", "logrank_p")["estimate"])
    signature = row_of(way, *place, "signature", "c_index")
    assert signature["n_measured"] == 58
    assert np.isfinite(signature["low"])
    both = row_of(way, *place, "signature", "c_index", against="clinical")
    assert both["n_measured"] == 52
    assert np.isfinite(both["low"])


@pytest.mark.parametrize("way", ["mean", "none"])
def test_no_curve_is_drawn_of_what_stands_in_the_place_of_values(way):
    found, place = made(way).validated, ("validation", "valid1", "volume")
    tables = {"calibration": CALIBRATION.frame(found.calibration), "decisions": DECISIONS.frame(found.decisions)}
    for rows in tables.values():
        drawn = set(zip(rows["evaluation"], rows["cohort"], rows["model"], strict=True))
        assert place not in drawn
        assert (*place[:2], "signature") in drawn
    assert RISKS.frame(found.risks).query("model == 'signature' and cohort == 'valid1'")["risk"].notna().all()


def test_probabilities_of_which_nearly_all_are_one_have_no_calibration_curve():
    draw = np.random.default_rng(1)
    event, probability = draw.random(60) < 0.5, np.full(60, 0.4)
    probability[7] = 0.6
    outcomes = outcome("binary", event)
    judged = Judged(probability[None], outcomes, np.ones((5, 60)), absolute=lambda _: probability[:, None])
    assert calibration_curve(judged) is None


def test_without_imputation_models_are_judged_on_the_same_patients_and_learnt_from_complete_cases():
    place, found = ("validation", "valid1"), made("none")
    for model in ("signature", "clinical", "clinical+signature"):
        row = row_of("none", *place, model, "c_index")
        assert (row["n"], row["n_measured"]) == (52, 52)
        assert np.isfinite(row["low"])
    assert np.isnan(row_of("none", *place, "volume", "c_index")["estimate"])
    rows = found.metrics.reset_index()
    assert "volume" not in set(rows.loc[rows["evaluation"] == "validation", "against"])
    sizes = {name: each.n for name, each in found.signature.baselines.items()}
    assert (found.signature.n, sizes) == (79, {"volume": 80, "clinical": 72, "clinical+signature": 71})
    risk = PREDICTIONS.frame(found.validated.predictions)
    frozen = risk[(risk["split"] == "frozen") & (risk["cohort"] == "valid1")].groupby("model")["risk"]
    assert frozen.apply(lambda each: each.isna().sum()).to_dict() == {
        "signature": 2, "clinical": 6, "clinical+signature": 8, "volume": 59,
    }  # fmt: skip
    assert any("valid1, validation: 8 of 60 cases lack a value and are not judged" in x for x in found.validated.notes)


@cache
def nothing_known() -> Made:
    """Four validation patients of whom volume alone is known, which is no feature of the signature."""

    def gone(features, outcomes):
        mine = features["case"].isin([f"valid1-{k:03d}" for k in range(4)]) & (features["feature_id"] != VOLUME)
        features.loc[mine, "value"] = np.nan

    few = Made(sizes={"train": 60, "valid1": 40}, repeats=0, change=gone)
    few.study["validation"]["null_models"] = 4
    return few


def test_null_models_are_judged_on_the_patients_that_the_signature_is_judged_on():
    few = nothing_known()
    _, whole = places(few.material, few.splits)
    assert VOLUME not in few.signature.feature_ids
    judged = whole.among(np.arange(4, 40))
    exchanged = permuted_outcomes(few.material, judged, np.zeros((1, 36)))
    values = [concordance_of(each, risk_of(few.material, few.signature, judged.rows)) for each in exchanged]
    place = ("validation", "valid1", "null", "c_index")
    assert metric_of(few.metrics, *place, column="n") == 36
    assert metric_of(few.metrics, *place) == pytest.approx(np.mean(values), abs=1e-12)


def test_who_is_not_judged_does_not_count_as_the_mean():
    mine = [note for note in nothing_known().validated.notes if note.startswith("valid1")]
    assert mine == ["valid1, validation: 4 of 40 cases lack every feature of the signature and are not judged"]


def test_complete_cases_are_fitted_as_if_the_others_were_not_there():
    from lifelines import CoxPHFitter

    found = made("none")
    material, model = found.material, found.signature.baselines["clinical"]
    rows = np.flatnonzero((material.cases["cohort"] == "train") & np.isfinite(material.covariates).all(axis=1))
    frame = pd.DataFrame(material.covariates[rows], columns=list(material.covariate_names))
    frame = ((frame - frame.mean()) / frame.std(ddof=0)).assign(t=material.outcomes.time_days[rows])
    frame["e"] = material.outcomes.event[rows]
    other = CoxPHFitter().fit(frame, "t", "e", fit_options={"precision": 1e-12})
    np.testing.assert_allclose([t.coefficient for t in model.terms], other.params_, atol=1e-6)


def test_a_covariate_that_is_unknown_in_a_whole_cohort_leaves_the_model_without_a_word_there():
    def unknown(features, outcomes):
        outcomes["valid1"]["age"] = "NaN"

    few = Made(covariates=["age"], sizes={"train": 40, "valid1": 30, "valid2": 30}, repeats=0, change=unknown)
    few.study["validation"]["null_models"] = 0
    place = ("validation", "valid1")
    for model in ("clinical", "clinical+signature"):
        assert np.isnan(metric_of(few.metrics, *place, model, "c_index"))
        assert metric_of(few.metrics, *place, model, "c_index", column="n_measured") == 0
        assert np.isfinite(metric_of(few.metrics, "validation", "valid2", model, "c_index"))
    assert np.isfinite(metric_of(few.metrics, *place, "signature", "c_index", column="low"))
    rows = few.metrics.reset_index()
    assert set(rows.loc[rows["cohort"] == "valid1", "against"]) == {"", "volume"}


def test_a_covariate_that_nobody_in_training_has_leaves_no_model():
    def unknown(features, outcomes):
        outcomes["train"]["age"] = ""

    for method in ("mean", "none", "iterative"):
        few = Made(covariates=["age"], sizes={"train": 40, "valid1": 30}, repeats=1, change=unknown)
        few.study["imputation"] = {"method": method, "multiple": 2 * (method == "iterative")}
        few.study["validation"]["null_models"] = 1
        assert "nothing is left to predict from" in few.signature.baselines["clinical"].note
        METRICS.frame(few.validated.metrics)
        rows = MISSING.frame(few.validated.missing)
        assert rows.loc[rows["variable"] == "age", "missing"].tolist() == [40, 0]


@pytest.mark.parametrize("share", [0.0, 0.05])
def test_a_feature_is_not_lost_for_few_gaps(share):
    study = {**made("mean").study, "reduce": {"redundancy": 0.95, "most_missing": share}}
    rows = SELECTION.frame(reduce(replace(made("mean").material, study=study), made("mean").splits))
    row = rows.set_index("feature_id").loc[FEW]
    if share:
        assert row["step"] == "selector"
        assert abs(row["score"] - 0.5) > 0.05
    else:
        assert (row["step"], row["reason"]) == ("undefined", "undefined in 1 of 80 training cases")


def test_with_combat_every_gap_drops_a_feature():
    few = made("mean")
    batches = np.where(np.arange(len(few.material.cases)) % 2, "a", "b").astype(object)
    rows = SELECTION.frame(reduce(replace(few.material, batches=batches), few.splits)).set_index("feature_id")
    assert rows.loc[FEW, "step"] == "undefined"


@pytest.mark.parametrize("kind", ["survival", "binary"])
@pytest.mark.parametrize("way", WAYS)
def test_nothing_of_imputation_is_learnt_from_test_cases(way, kind):
    few = made(way, kind)
    for split in ("frozen", "r01f2"):
        train, test = (few.material.rows(few.splits, split, part) for part in ("train", "test"))
        values, extra, event = (
            few.material.values.copy(),
            few.material.covariates.copy(),
            few.material.outcomes.event.copy(),
        )
        values[test], extra[test], event[test] = 9 - values[test][::-1], extra[test][::-1] + 3, ~event[test]
        other = replace(
            few.material, values=values, covariates=extra, outcomes=replace(few.material.outcomes, event=event)
        )
        pair = [
            learn(each.within(split), train, [each.outcomes.take(train)])[0].signature for each in (few.material, other)
        ]
        before, after = (json.dumps(each.to_json(), sort_keys=True) for each in pair)
        assert before == after


@pytest.mark.parametrize("way", ["iterative", "multiple"])
def test_the_file_changes_with_training_cases_alone_and_by_a_gap_in_them(way):
    def file(material):
        digest = lesson_digest(material, few.splits, few.selection)
        return json.dumps([fit(material, few.splits, few.selection).to_json(), digest], sort_keys=True)

    few = made(way)
    before = file(few.material)
    for place, same in ((few.material.rows(few.splits, "frozen", "test")[9], True), (11, False)):
        extra = few.material.covariates.copy()
        extra[place, 0] = np.nan
        assert (file(replace(few.material, covariates=extra)) == before) is same


def test_a_signature_imputes_a_new_patient_from_its_other_values_and_stays_so_in_its_file():
    few = made("iterative")
    content = json.loads(json.dumps(few.signature.to_json(), allow_nan=False))
    again = Signature.from_json(content)
    assert again == few.signature
    assert content["version"] == 5
    assert content["imputation"]["method"] == "iterative"
    model = again.baselines["clinical"]
    patient = pd.DataFrame({"age": [np.nan, 71.0], "stage=II": [0.0, np.nan], "stage=III": [1.0, np.nan]})
    mean, sd = (np.array([getattr(term, key) for term in model.terms]) for key in ("mean", "sd"))
    told = model.imputation.filled((patient.to_numpy(float) - mean) / sd)
    beta = np.array([term.coefficient for term in model.terms])
    np.testing.assert_allclose(model.risk(patient), told @ beta, atol=1e-12)
    assert np.isfinite(told).all()
    none = made("none").signature
    wide = pd.DataFrame(0.0, index=["x", "y"], columns=none.feature_ids)
    wide.iloc[1, 0] = np.nan
    risk = none.risk(wide, profile=PROFILE)
    assert np.isfinite(risk["x"])
    assert np.isnan(risk["y"])


def test_a_file_of_version_4_counts_a_missing_value_as_the_mean():
    content = {key: value for key, value in made("iterative").signature.to_json().items() if key != "imputation"}
    old = Signature.from_json({**content, "version": 4})
    assert old.imputation is None
    wide = pd.DataFrame([[np.nan] * len(old.terms)], columns=old.feature_ids)
    assert old.risk(wide)[0] == pytest.approx(old.intercept)


def test_the_pooled_predictor_of_a_patient_is_the_mean_of_those_of_all_copies():
    few = made("multiple")
    material, model = few.material, few.signature.baselines["clinical"]
    train = material.rows(few.splits, "frozen", "train")
    outcomes, columns = material.outcomes.take(train), material.covariates[train]
    known = np.isfinite(columns)
    mean, sd = np.nanmean(columns, axis=0), np.nanstd(columns, axis=0)
    draw = rng(few.study["seed"], "imputation", "frozen", "clinical")
    copies = [completed(np.where(known, (columns - mean) / sd, np.nan), outcomes, draw) for _ in range(3)]
    settings = material.model_settings
    beta = [MODELS["cox"].fit(copy, outcomes, settings, None).coefficients for copy in copies]
    whole = known.all(axis=1)
    expected = np.mean([((columns[whole] - mean) / sd) @ each for each in beta], axis=0)
    np.testing.assert_allclose(risk_of(material, model, train[whole]), expected, atol=1e-10)
    assert "pooled over 3 imputations" in model.note
    assert all(term.low < term.ratio < term.high for term in model.terms)
    assert few.signature.note == few.signature.baselines["volume"].note == ""


def test_a_cohort_in_which_the_signature_was_not_measured_says_so():
    def gone(features, outcomes):
        features.loc[(features["cohort"] == "valid1") & (features["feature_id"] != VOLUME), "value"] = np.nan

    for method in ("mean", "none"):
        few = Made(sizes={"train": 40, "valid1": 30}, repeats=0, change=gone)
        few.study["imputation"] = {"method": method, "multiple": 0}
        few.study["validation"]["null_models"] = 3
        rows = METRICS.frame(validate(few.material, few.splits, few.signature).metrics)
        rows = rows[(rows["evaluation"] == "validation") & (rows["kind"] == "signature")]
        assert rows["estimate"].isna().all()
        assert set(rows["n_measured"]) == {0}


def test_terms_pooled_over_imputations_keep_the_degrees_of_freedom_of_their_interval():
    signature = made("multiple").signature
    pooled = [term for term in signature.baselines["clinical"].terms if term.low != term.high]
    assert all(0 < term.degrees < 500 for term in pooled)
    assert pooled
    assert all(term.degrees is None for term in signature.terms)
